//! Sizes in attributes: `"64KiB"`, `"10MiB"`, plain bytes. The rules are those of `velithon::config::size`.

use syn::LitStr;

use crate::literal::{fault, range};

const HELP: &str = "write \"64KiB\", \"10MiB\", \"1MB\" or a number of bytes";

const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

/// Reads a size, in bytes.
pub(crate) fn parse(literal: &LitStr) -> syn::Result<u64> {
    let text = literal.value();
    let wrong = |part: &str, reason: String| {
        fault(literal, range(&text, part), format_args!("`{text}` is no size: {reason}"), HELP)
    };
    let trimmed = text.trim();
    let (number, unit) = trimmed.split_at(trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len()));
    let unit = unit.trim_start();
    if number.is_empty() {
        return Err(wrong(unit, "it does not begin with a whole number".into()));
    }
    let length = match unit {
        "" => 1,
        unit => UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(|| wrong(unit, unknown(unit)))?.1,
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(length));
    bytes.ok_or_else(|| wrong(trimmed, "it is more than 2^64 bytes".into()))
}

fn unknown(unit: &str) -> String {
    match UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
        Some((name, _)) => format!("`{unit}` is no unit, `{name}` is one"),
        None => format!("`{unit}` is no unit"),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::LitStr;

    fn parse(text: &str) -> Result<u64, String> {
        super::parse(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse("64KiB"), Ok(65_536));
        assert_eq!(parse("1MB"), Ok(1_000_000));
        assert_eq!(parse("512"), Ok(512));
    }

    #[test]
    fn the_caret_stands_under_a_wrong_unit() {
        let message = "`64kib` is no size: `kib` is no unit, `KiB` is one\n    64kib\n      ^^^\n\
                       help: write \"64KiB\", \"10MiB\", \"1MB\" or a number of bytes";
        assert_eq!(parse("64kib"), Err(message.into()));
    }

    #[test]
    fn a_size_without_a_number_or_without_bounds_is_refused() {
        assert!(parse("MiB").unwrap_err().contains("does not begin with a whole number"));
        assert!(parse("99999999TiB").unwrap_err().contains("more than 2^64 bytes"));
    }
}
