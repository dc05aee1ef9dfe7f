//! The table of a run, and what is wrong in it.

use std::fmt;

use super::{IN_RUST, Proxy, SECOND_RELEASE, Script, Verdict};

/// Every script with how it ended for every proxy.
#[derive(Debug)]
pub struct Report {
    pub(super) proxies: Vec<Proxy>,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) script: Script,
    pub(super) verdicts: Vec<Verdict>,
}

impl Report {
    /// The scripts that velithon does not pass, each with its log.
    pub fn faults(&self) -> Vec<(String, String)> {
        let failed = |row: &Row| match row.verdicts.first() {
            Some(Verdict::Failed(log)) => Some((row.script.file_name().to_owned(), log.clone())),
            _ => None,
        };
        self.rows.iter().filter_map(failed).collect()
    }

    /// Scripts where both others agree against velithon, and neither title nor `# differs` gives an RFC or a reason.
    pub fn unexplained(&self) -> Vec<&str> {
        let alone = |row: &&Row| match row.verdicts.as_slice() {
            [Verdict::Passed, Verdict::Failed(_), Verdict::Failed(_)] => {
                row.script.differs.is_none() && !row.script.title.contains("RFC")
            }
            _ => false,
        };
        self.rows.iter().filter(alone).map(|row| row.script.file_name()).collect()
    }

    /// How many scripts a proxy passes, and how many it was given.
    fn score(&self, column: usize) -> (usize, usize) {
        let verdicts = self.rows.iter().map(|row| &row.verdicts[column]);
        let given = verdicts.clone().filter(|verdict| **verdict != Verdict::NotOffered).count();
        (verdicts.filter(|verdict| **verdict == Verdict::Passed).count(), given)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.script.title.chars().count()).max().unwrap_or(0);
        write!(f, "{:>4}  {:<width$}", "", "")?;
        for proxy in &self.proxies {
            write!(f, "  {:<8}", proxy.name())?;
        }
        for row in &self.rows {
            write!(f, "\n{:>4}  {:<width$}", row.script.number, row.script.title)?;
            for verdict in &row.verdicts {
                write!(f, "  {:<8}", word(verdict))?;
            }
        }
        write!(f, "\n{:>4}  {:<width$}", "", "passed")?;
        for column in 0..self.proxies.len() {
            let (passed, given) = self.score(column);
            write!(f, "  {:<8}", format!("{passed}/{given}"))?;
        }
        write!(f, "\n\nnot as scripts but in Rust: {}", IN_RUST.join(", "))?;
        SECOND_RELEASE.iter().try_for_each(|(number, reason)| write!(f, "\nnot yet: {number}, since {reason}"))
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "yes",
        Verdict::Failed(_) => "NO",
        Verdict::NotOffered => "-",
    }
}
