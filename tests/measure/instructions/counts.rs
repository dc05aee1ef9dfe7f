//! Instructions by the name of what was counted, and what has changed between two lists of them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Deserializer, Value};

use crate::Result;

/// How much a count may rise: 2 %.
const TOLERANCE: f64 = 1.02;

/// Instructions by name.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// Those in a recorded file: lines of a number and a name.
    pub(crate) fn recorded(text: &str) -> Self {
        let pair = |line: &str| {
            let (count, name) = line.trim().split_once(' ')?;
            Some((name.to_owned(), count.parse().ok()?))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    /// Those that gungraun printed, a document for each bench.
    pub(crate) fn counted(output: &[u8]) -> Result<Self> {
        let mut counts = BTreeMap::new();
        for document in Deserializer::from_slice(output).into_iter::<Value>() {
            let (name, count) = one(&document?).ok_or("gungraun printed a summary without a count of instructions")?;
            counts.insert(name, count);
        }
        Ok(Self(counts))
    }

    /// With these beside them.
    pub(crate) fn and(mut self, more: Vec<(String, u64)>) -> Self {
        self.0.extend(more);
        self
    }
}

fn one(document: &Value) -> Option<(String, u64)> {
    let part = |name| document[name].as_str();
    let name = format!("{} {} {}", part("group")?, part("function_name")?, part("id").unwrap_or_default());
    let count = document.pointer("/profiles/0/data/total/metrics/Ir/values/new")?.as_u64()?;
    Some((name, count))
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, count)| writeln!(f, "{count:>9} {name}"))
    }
}

/// Two lists beside each other.
pub(crate) struct Comparison(Vec<Change>);

struct Change {
    name: String,
    then: Option<u64>,
    now: Option<u64>,
}

/// Compares by name.
pub(crate) fn compare(then: &Counts, now: &Counts) -> Comparison {
    let gone = then.0.keys().filter(|name| !now.0.contains_key(*name));
    let change =
        |name: &String| Change { name: name.clone(), then: then.0.get(name).copied(), now: now.0.get(name).copied() };
    Comparison(now.0.keys().chain(gone).map(change).collect())
}

impl Change {
    /// axum and serde_json are counted to be compared with; what they cost is their own affair.
    fn is_ours(&self) -> bool {
        !["by_axum", "by_serde_json"].iter().any(|theirs| self.name.contains(theirs))
    }

    fn has_risen(&self) -> bool {
        match (self.then, self.now) {
            (Some(then), Some(now)) => self.is_ours() && now as f64 > then as f64 * TOLERANCE,
            // A name on one side only: the file is not that of this bench.
            _ => true,
        }
    }

    fn mark(&self) -> &'static str {
        match (self.then, self.now) {
            (None, _) => "  <-- never recorded",
            (_, None) => "  <-- recorded, and no longer counted",
            _ if self.has_risen() => "  <-- risen by more than 2 %",
            _ => "",
        }
    }
}

impl Comparison {
    pub(crate) fn has_risen(&self) -> bool {
        self.0.iter().any(Change::has_risen)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>9} {:>9}", "recorded", "now")?;
        let cell = |count: Option<u64>| count.map_or_else(|| "none".to_owned(), |count| count.to_string());
        for change in &self.0 {
            writeln!(f, "{:>9} {:>9} {}{}", cell(change.then), cell(change.now), change.name, change.mark())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Counts {
        Counts::recorded(text)
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let written = counts("# a comment\ncompiler: rustc 1\n\n   12 serve by_velithon plain\n 7 convert read rows\n");
        assert_eq!(written.0.len(), 2);
        assert_eq!(counts(&written.to_string()).0, written.0);
    }

    #[test]
    fn a_rise_above_two_percent_is_told_with_both_numbers() {
        let comparison = compare(&counts("1000 a"), &counts("1021 a"));
        assert!(comparison.has_risen());
        assert!(comparison.to_string().contains("1000      1021 a  <-- risen"), "{comparison}");
        assert!(!compare(&counts("1000 a"), &counts("1020 a")).has_risen());
    }

    #[test]
    fn a_bench_that_was_never_recorded_or_is_gone_is_told() {
        assert!(compare(&counts("1 a"), &counts("1 a\n1 b")).has_risen());
        assert!(compare(&counts("1 a\n1 b"), &counts("1 a")).has_risen());
    }

    #[test]
    fn what_axum_costs_is_not_judged() {
        assert!(!compare(&counts("1 serve by_axum plain"), &counts("9 serve by_axum plain")).has_risen());
    }
}
