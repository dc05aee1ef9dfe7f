//! What counts depend on beside the code.

use std::fmt;
use std::io;

use crate::first_line;

/// Compiler, counter, C library and processor, a line each.
pub(crate) struct Origin([(&'static str, String); 4]);

impl Origin {
    /// Those of this machine.
    pub(crate) fn here() -> io::Result<Self> {
        Ok(Self([
            ("compiler", first_line("rustc", "--version")?),
            ("counter", first_line("valgrind", "--version").unwrap_or_default()),
            ("library", first_line("ldd", "--version")?),
            ("processor", processor()),
        ]))
    }

    /// What is not as it was when `text` was recorded.
    pub(crate) fn difference(&self, text: &str) -> Option<String> {
        let line = |(name, now): &(&str, String)| {
            let then = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or("nothing");
            (then != now).then(|| format!("the {name} is {now}, and was {then}"))
        };
        self.0.iter().find_map(line)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))
    }
}

/// The instruction sets that libraries choose their code by when they run, as far as valgrind knows them.
#[cfg(target_arch = "x86_64")]
fn processor() -> String {
    let sets = [
        ("sse4.2", std::is_x86_feature_detected!("sse4.2")),
        ("avx", std::is_x86_feature_detected!("avx")),
        ("avx2", std::is_x86_feature_detected!("avx2")),
        ("bmi2", std::is_x86_feature_detected!("bmi2")),
    ];
    let names: Vec<_> = sets.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    format!("x86_64 {}", names.join(" "))
}

#[cfg(not(target_arch = "x86_64"))]
fn processor() -> String {
    std::env::consts::ARCH.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_compiler_is_a_difference() {
        let lines = [("compiler", "rustc 2"), ("counter", "v"), ("library", "l"), ("processor", "p")];
        let origin = Origin(lines.map(|(name, value)| (name, value.to_owned())));
        let text = origin.to_string();
        assert_eq!(origin.difference(&text), None);
        let told = origin.difference(&text.replace("rustc 2", "rustc 1"));
        assert_eq!(told.as_deref(), Some("the compiler is rustc 2, and was rustc 1"));
        assert!(origin.difference("").is_some());
    }
}
