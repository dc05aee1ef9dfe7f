//! The numbers of the contract: which have a script, which are Rust tests, which belong to the second release.

use super::Script;

/// Numbers that ask for a clock, a gigabyte or the log, which a script cannot look at.
pub const IN_RUST: [&str; 6] = ["77", "78", "93", "97", "101", "102"];

/// Numbers of the second release, with the reason.
pub const SECOND_RELEASE: [(&str, &str); 2] = [
    ("87", "extended CONNECT (RFC 8441) to an HTTP/1 upgrade comes with the second release"),
    ("99", "it is about the response cache of a gateway route, which does not exist yet"),
];

/// Every number: 1 to 102, and N1 to N9 for the path.
pub fn all() -> impl Iterator<Item = String> {
    (1..=102).map(|number| number.to_string()).chain((1..=9).map(|number| format!("N{number}")))
}

/// Numbers that nothing checks and nothing excuses.
pub fn missing(scripts: &[Script]) -> Vec<String> {
    let excused = |number: &str| IN_RUST.contains(&number) || SECOND_RELEASE.iter().any(|(one, _)| *one == number);
    let has_script = |number: &str| scripts.iter().any(|script| script.number == number);
    all().filter(|number| !excused(number) && !has_script(number)).collect()
}
