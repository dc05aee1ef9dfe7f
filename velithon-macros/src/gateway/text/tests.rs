//! What is accepted and what is refused; how it is refused stands in `ui-tests/gateway`.

use proc_macro2::Span;
use syn::LitStr;

use super::Check;

fn check(check: Check, text: &str) -> Result<(), String> {
    check(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
}

#[test]
fn targets_that_differ_only_in_spelling_are_one() {
    let identity = |text: &str| {
        super::target(&LitStr::new(text, Span::call_site()))
            .map(|target| target.identity)
            .map_err(|error| error.to_string())
    };
    assert_eq!(identity("HTTP://Payments.example"), identity("http://payments.example:80/; weight=3"));
    assert_eq!(identity("https://[fd00::1]").as_deref(), Ok("https://[fd00::1]:443"));
    assert_ne!(identity("http://a"), identity("https://a"));
}

#[test]
fn braces_stand_for_facts_in_values_and_for_captures_in_rewrites() {
    assert_eq!(check(super::value, "{uuid} {client_ip} {header.x-id} {path.tenant}"), Ok(()));
    assert!(check(super::value, "{path.}").is_err());
    let names = super::rewrite(&LitStr::new("/{tenant}/{*path}", Span::call_site()))
        .map(|found| found.into_iter().map(|placeholder| placeholder.name).collect::<Vec<_>>());
    assert_eq!(names.ok(), Some(vec!["tenant".to_owned(), "path".to_owned()]));
}

#[test]
fn a_pattern_is_read_as_it_will_be_used() {
    assert_eq!(check(super::pattern, r"^/v[0-9]+/(?P<rest>.*)$"), Ok(()));
    assert!(check(super::pattern, "/v(1").unwrap_err().starts_with("this regular expression does not read: "));
    assert!(check(super::pattern, r"\p{Alphabetic}").is_err());
}

/// The rule of a kind of text.
fn rule(kind: &str) -> Check {
    match kind {
        "duration" => super::duration,
        "duration_or_off" => super::duration_or_off,
        "durations" => super::durations,
        "percentage" | "share" => super::percentage,
        "statuses" => super::statuses,
        "size" => super::size,
        "target" => |literal| super::target(literal).map(drop),
        "balance" => super::balance,
        "breaker" => super::breaker,
        "protocol" => super::protocol,
        "encoded_slash" => super::encoded_slash,
        "discover" => super::discover,
        "path" => super::path,
        "host" => super::host,
        "rewrite" => |literal| super::rewrite(literal).map(drop),
        "field_name" => super::field_name,
        "value" => super::value,
        "pattern" => super::pattern,
        "header_mark" => super::header_mark,
        "cookie_mark" => super::cookie_mark,
        "share_key" => super::share_key,
        other => panic!("no rule is named for texts of the kind `{other}`"),
    }
}

/// The texts are those that the test of the same name in `velithon` holds the configuration to.
#[test]
fn the_macros_and_the_configuration_refuse_the_same_text() {
    let (mut kind, mut wrong, mut count) = ("", Vec::new(), 0);
    for line in include_str!("../../../../velithon/src/gateway/settings/texts.txt").lines() {
        if let Some(named) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            kind = named;
        }
        let (Some(mark @ ('+' | '-')), text) = (line.chars().next(), line.get(1..).unwrap_or_default()) else {
            continue;
        };
        if check(rule(kind), text).is_ok() != (mark == '+') {
            wrong.push(format!("[{kind}] {line}"));
        }
        count += 1;
    }
    assert!(count > 100, "{count} texts were found");
    assert!(wrong.is_empty(), "the macros think differently of\n{}", wrong.join("\n"));
}
