//! Reads what a middleware writes: `/api/**`, `/api/*/orders`, `/health`.
//!
//! A `*` stands for one segment, a `**` at the end for everything below what stands before it, and for that itself.

use std::ops::Range;

use super::{Flaw, segments, text, with};

/// What a pattern says of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// This text; empty only at the end.
    Literal(String),
    /// `*`: what a capture in its place would take.
    Any,
}

/// A whole pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The first segments of every path in the pattern.
    pub(crate) steps: Vec<Step>,
    /// Whether it ends in `**`.
    pub(crate) deep: bool,
}

/// The shape of a pattern, or everything that is wrong with it.
pub(crate) fn pattern(text: &str) -> Result<Shape, Vec<Flaw>> {
    let mut flaws = Vec::new();
    let mut shape = Shape { steps: Vec::new(), deep: false };
    for at in segments(text, &mut flaws) {
        match &text[at.clone()] {
            "*" => shape.steps.push(Step::Any),
            "**" if at.end == text.len() => shape.deep = true,
            "**" => flaws.push(early(text, at)),
            segment if segment.contains('*') && !segment.contains('{') => flaws.push(partial(text, at)),
            segment if named(segment) => flaws.push(capture(text, at)),
            segment => {
                text::dots(text, &at, &mut flaws);
                text::check(text, at.clone(), &mut flaws);
                shape.steps.push(Step::Literal(segment.replace("{{", "{").replace("}}", "}")));
            }
        }
    }
    flaws.sort_by_key(|flaw| flaw.at.start);
    if flaws.is_empty() { Ok(shape) } else { Err(flaws) }
}

/// Whether a brace that is not doubled stands in `segment`.
fn named(segment: &str) -> bool {
    segment.replace("{{", "").replace("}}", "").contains(['{', '}'])
}

fn early(text: &str, at: Range<usize>) -> Flaw {
    let help = format!(
        "write `{}` for one segment, or `{}` for all below",
        with(text, &at, "*"),
        with(text, &(at.start..text.len()), "**")
    );
    Flaw::new(at, "`**` must be the last segment of a pattern", "it takes the rest of the path", help)
}

fn partial(text: &str, at: Range<usize>) -> Flaw {
    let segment = with(text, &at, "*");
    let help = match text[at.clone()].trim_end_matches('*') {
        // `/api*` is often meant for `/api/**`.
        word if !word.is_empty() && !word.contains('*') && at.end == text.len() => {
            format!(
                "write `{}` for all below, or `{segment}` for any one segment",
                with(text, &at, &format!("{word}/**"))
            )
        }
        _ => format!("write `{segment}`"),
    };
    Flaw::new(at, "`*` stands for a whole segment", "", help)
}

fn capture(text: &str, at: Range<usize>) -> Flaw {
    let last = at.end == text.len();
    let star = if last && text[at.clone()].contains("{*") { "**" } else { "*" };
    let help = format!("write `{}`", with(text, &at, star));
    Flaw::new(at, "a pattern captures nothing", "it only chooses the paths that a middleware sees", help)
}
