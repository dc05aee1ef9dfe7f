//! A process that has ended: what it wrote and its exit code.

use crate::program::Started;

/// The output and the exit code of a process.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Everything it wrote to standard output.
    pub stdout: String,
    /// Everything it wrote to standard error.
    pub stderr: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn wait(mut process: Started) -> Self {
        if !process.stdout.ends() || !process.stderr.ends() {
            let _ = process.child.kill();
            panic!("the process does not end; it wrote:\n{}{}", process.stdout.text(), process.stderr.text());
        }
        let status = process.child.wait().expect("a child can be waited for");
        Self { code: status.code(), stdout: process.stdout.text(), stderr: process.stderr.text() }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that standard output holds `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is not in:\n{}", self.stdout);
        self
    }

    /// Asserts that standard output does not hold `text`.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        assert!(!self.stdout.contains(text), "`{text}` is in:\n{}", self.stdout);
        self
    }

    /// Asserts that standard error holds `text`.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not in:\n{}", self.stderr);
        self
    }
}
