//! The one place that writes to standard output and standard error.

use std::io::{IsTerminal, Write};

/// What a subcommand was asked for. A closed pipe is no fault: nobody reads on.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The start-up report: for people on a terminal, one line of JSON elsewhere.
pub(crate) fn started(report: &super::report::Started) {
    print(&if std::io::stdout().is_terminal() { report.for_people() } else { report.for_machines() });
}

/// Why `main` failed.
pub(crate) fn failed(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.write_all(b"\n"));
}
