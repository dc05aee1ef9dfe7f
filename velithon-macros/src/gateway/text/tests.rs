//! What is accepted; what is refused, and how, stands in `ui-tests/gateway`.

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
