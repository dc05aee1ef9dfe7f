//! The cases that the grammar must read alike in both crates.

use super::{Flaw, Segment, pattern, template};

/// The fields of each line of one kind.
fn lines<'c>(cases: &'c str, kind: &'c str) -> impl Iterator<Item = Vec<&'c str>> {
    let field = |field| match field {
        "∅" => "",
        "␠" => " ",
        _ => field,
    };
    cases.lines().filter_map(move |line| {
        let rest = line.strip_prefix(kind)?.trim_start().strip_prefix("| ")?;
        Some(rest.split(" | ").map(field).collect())
    })
}

/// Checks that `read` refuses each text with the flaws listed for it, in their order, and with no others.
fn refuses(cases: &str, kind: &str, read: impl Fn(&str) -> Vec<Flaw>) {
    let mut listed: Vec<(&str, Vec<(&str, &str)>)> = Vec::new();
    for fields in lines(cases, kind) {
        let [text, under, what] = fields[..] else { panic!("{fields:?}") };
        match listed.last_mut().filter(|(last, _)| *last == text) {
            Some((_, flaws)) => flaws.push((under, what)),
            None => listed.push((text, vec![(under, what)])),
        }
    }
    assert!(listed.len() > 5);
    for (text, flaws) in listed {
        let read = read(text);
        let told: Vec<_> = read.iter().map(|flaw| (&text[flaw.at.clone()], flaw.what.as_str())).collect();
        assert_eq!(told, flaws, "{text}");
    }
}

fn normalised(segments: &[Segment]) -> String {
    let mut text = String::new();
    for segment in segments {
        let (lead, capture) = match segment {
            Segment::Literal(lead) => (lead, ""),
            Segment::Capture { lead, .. } => (lead, "{}"),
            Segment::Rest { lead, .. } => (lead, "{*}"),
        };
        text.extend(["/", &lead.replace('{', "{{").replace('}', "}}"), capture]);
    }
    text
}

/// Reads every case of the file.
pub(crate) fn hold(cases: &str) {
    for fields in lines(cases, "good") {
        let [text, without_names] = fields[..] else { panic!("{fields:?}") };
        let read = template(text).map(|segments| normalised(&segments));
        assert_eq!(read.as_deref(), Ok(without_names), "{text}");
    }
    for fields in lines(cases, "pattern") {
        assert_eq!(pattern(fields[0]).err(), None, "{fields:?}");
    }
    refuses(cases, "bad", |text| template(text).err().unwrap_or_default());
    refuses(cases, "unfit", |text| pattern(text).err().unwrap_or_default());
}
