//! The syntax of `when = ".."`. Whether section and key exist is known only when all records are at hand.

use syn::LitStr;

use crate::literal::{fault, range};

const HELP: &str = "write `shop.cache == memory`, `shop.cache != memory`, `features.reports` or `!features.reports`";

/// Checks that a condition is one key of a section, compared with one value or standing alone.
pub(crate) fn check(literal: &LitStr) -> syn::Result<()> {
    let text = literal.value();
    let wrong = |part: &str, what: String| fault(literal, range(&text, part), what, HELP);
    let (key, value) = match text.split_once("==").or_else(|| text.split_once("!=")) {
        Some((key, value)) => (key.trim(), Some(value.trim())),
        None => (text.trim().strip_prefix('!').unwrap_or(text.trim()).trim(), None),
    };
    if let Some(joint) =
        ["&&", "||", " and ", " or "].iter().find_map(|joint| text.find(joint).map(|at| &text[at..at + joint.len()]))
    {
        let what = format!("a condition compares one key, and has no `{}`", joint.trim());
        return Err(wrong(joint.trim(), what));
    }
    if value.is_none() && key.contains('=') {
        let at = key.find('=').map_or(key, |at| &key[at..=at]);
        return Err(wrong(at, "a comparison is written `==`".into()));
    }
    if value == Some("") {
        return Err(wrong(value.unwrap_or(&text), "the comparison has no value".into()));
    }
    check_key(key).map_err(|(part, what)| wrong(part, what))
}

/// A section and a key below, joined by dots; the fault with its part otherwise.
fn check_key(key: &str) -> Result<(), (&str, String)> {
    if key.is_empty() {
        return Err((key, "the condition names no key".into()));
    }
    if let Some(at) = key.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-')) {
        let part = &key[at..at + key[at..].chars().next().map_or(1, char::len_utf8)];
        return Err((part, format!("`{part}` cannot stand in a key")));
    }
    if !key.contains('.') {
        return Err((key, format!("`{key}` names no section")));
    }
    match key.split('.').find(|name| name.is_empty()) {
        Some(empty) => Err((empty, "a name between dots is empty".into())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::LitStr;

    fn check(text: &str) -> Result<(), String> {
        super::check(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
    }

    fn head(text: &str) -> String {
        let message = check(text).expect_err("it is accepted");
        message.split("\nhelp: ").next().unwrap_or_default().to_owned()
    }

    #[test]
    fn every_form_is_accepted() {
        for text in
            ["shop.cache == memory", "shop.cache!=memory", "features.reports", "! features.reports", "a.b.c-d == ' x '"]
        {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_single_equals_sign_is_pointed_at() {
        assert_eq!(
            head("shop.cache = memory"),
            "a comparison is written `==`\n    shop.cache = memory\n               ^"
        );
    }

    #[test]
    fn a_key_without_a_section_is_pointed_at() {
        assert_eq!(head("reports"), "`reports` names no section\n    reports\n    ^^^^^^^");
    }

    #[test]
    fn a_missing_value_is_pointed_at() {
        assert_eq!(head("shop.cache =="), "the comparison has no value\n    shop.cache ==\n                 ^");
    }

    #[test]
    fn two_comparisons_are_refused() {
        assert_eq!(
            head("a.b == c && d.e"),
            "a condition compares one key, and has no `&&`\n    a.b == c && d.e\n             ^^"
        );
    }

    #[test]
    fn an_empty_name_and_a_strange_letter_are_refused() {
        assert_eq!(head("shop..cache"), "a name between dots is empty\n    shop..cache\n         ^");
        assert_eq!(head("shop.größe"), "`ö` cannot stand in a key\n    shop.größe\n           ^");
        assert_eq!(head(""), "the condition names no key");
    }
}
