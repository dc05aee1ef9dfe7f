//! Numbers that are written as text: percentages, durations that may be off, ranges.

use syn::LitStr;

use crate::literal::{fault, range};

/// `"2s"`, or `"off"` for no limit.
pub(in crate::gateway) fn duration_or_off(literal: &LitStr) -> syn::Result<()> {
    if literal.value() == "off" {
        return Ok(());
    }
    crate::duration::parse(literal).map(drop)
}

/// `"5s..60s"`: from the first to the longest, or one that never grows.
pub(in crate::gateway) fn durations(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    let Some((least, most)) = text.split_once("..") else {
        return crate::duration::parse(literal).map(drop);
    };
    let [least_length, most_length] =
        [crate::duration::part(literal, &text, least)?, crate::duration::part(literal, &text, most)?];
    if least_length <= most_length {
        return Ok(());
    }
    let help = format!("write \"{}..{}\"", most.trim(), least.trim());
    Err(fault(literal, 0..text.len(), format_args!("`{text}` ends before it begins"), &help))
}

/// `"5%"`, `"0.5%"`: from nothing to all.
pub(in crate::gateway) fn percentage(literal: &LitStr) -> syn::Result<()> {
    const HELP: &str = "write \"5%\", \"0.5%\" or another share from 0% to 100%";
    let text = literal.value();
    let trimmed = text.trim();
    let wrong = |part: &str, reason: &str| {
        Err(fault(literal, range(&text, part), format_args!("`{trimmed}` is no percentage: {reason}"), HELP))
    };
    let Some(number) = trimmed.strip_suffix('%') else { return wrong(trimmed, "it does not end with `%`") };
    let number = number.trim_end();
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match number.parse::<f64>() {
        Ok(share) if is_number && share <= 100.0 => Ok(()),
        Ok(_) if is_number => wrong(number, "it is more than the whole"),
        Ok(_) | Err(_) => wrong(number, "it does not begin with a number"),
    }
}

/// The number of a percentage.
pub(in crate::gateway) fn share(literal: &LitStr) -> Option<f64> {
    literal.value().trim().strip_suffix('%')?.trim_end().parse().ok()
}

/// `"200..=299"`, `"204"`: the statuses that a healthy target answers with.
pub(in crate::gateway) fn statuses(literal: &LitStr) -> syn::Result<()> {
    const HELP: &str = "write \"200..=299\" or \"204\"";
    let text = literal.value();
    let (first, last) = text.split_once("..").unwrap_or((&text, &text));
    let mut codes = Vec::new();
    for code in [first.trim(), last.trim_start_matches('=').trim()] {
        let number = code.parse::<u16>().ok().filter(|number| (100..=599).contains(number));
        let what = format!("`{code}` is no status");
        codes.push(number.ok_or_else(|| fault(literal, range(&text, code), what, HELP))?);
    }
    if codes.first() <= codes.last() {
        return Ok(());
    }
    Err(fault(literal, 0..text.len(), format_args!("`{text}` ends before it begins"), HELP))
}
