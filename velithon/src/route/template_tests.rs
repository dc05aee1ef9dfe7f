use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::route::grammar::cases;

fn template(text: &str) -> Template {
    Template::parse(text).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The rule of matching, written down once more without a tree.
pub(in crate::route) fn fits(template: &Template, path: &str) -> bool {
    let parts: Vec<&str> = path[1..].split('/').collect();
    let is_last = |index| index + 1 == parts.len();
    for (index, segment) in template.segments().iter().enumerate() {
        let Some(part) = parts.get(index) else { return false };
        let taken = match segment {
            Segment::Literal(text) => part == text,
            Segment::Capture { lead, .. } => {
                part.strip_prefix(&**lead).is_some_and(|v| !v.is_empty() || !is_last(index))
            }
            Segment::Rest { lead, .. } => {
                return parts[index..].join("/").strip_prefix(&**lead).is_some_and(|value| !value.is_empty());
            }
        };
        if !taken {
            return false;
        }
    }
    template.segments().len() == parts.len()
}

/// Every path of up to four segments over an alphabet with one letter more than the templates have.
pub(in crate::route) fn small_paths() -> &'static [String] {
    static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let parts = ["", "a", "b", "ab", "c", "ac", "abc"];
        let mut longest = vec![String::new()];
        let mut paths = Vec::new();
        for _ in 0..4 {
            longest = longest.iter().flat_map(|head| parts.map(|part| format!("{head}/{part}"))).collect();
            paths.extend(longest.iter().cloned());
        }
        paths
    });
    &PATHS
}

/// Templates of up to three segments over the letters `a` and `b`.
pub(in crate::route) fn small_template() -> impl Strategy<Value = Template> {
    let part = prop::sample::select(vec!["a", "b", "ab", "{}", "a{}", "ab{}"]);
    let end = prop::sample::select(vec!["", "a", "b", "ab", "{}", "a{}", "{*}", "a{*}", "ab{*}"]);
    (prop::collection::vec(part, 0..3), end).prop_map(|(parts, end)| {
        let mut text = String::new();
        for (index, part) in parts.into_iter().chain([end]).enumerate() {
            text.push('/');
            text.push_str(&part.replace('}', &format!("n{index}}}")));
        }
        template(&text)
    })
}

#[test]
fn the_shared_cases_hold() {
    cases::hold(include_str!("../../../velithon-macros/src/path_cases.txt"));
}

#[test]
fn the_macros_read_the_same_grammar() {
    macro_rules! same {
        ($($file:literal),*) => {
            $(assert_eq!(
                include_str!(concat!("grammar/", $file)),
                include_str!(concat!("../../../velithon-macros/src/grammar/", $file)),
                "copy velithon/src/route/grammar to velithon-macros/src/grammar"
            );)*
        };
    }
    same!("mod.rs", "cases.rs", "pattern.rs", "template.rs", "text.rs");
}

#[test]
fn captures_are_named_in_the_order_of_the_path() {
    let template = template("/{tenant}/files/v{version}/{*path}");
    assert_eq!(template.captures().collect::<Vec<_>>(), ["tenant", "version", "path"]);
    assert_eq!(template.normalised(), "/{}/files/v{}/{*}");
}

#[test]
fn a_root_path_behind_a_prefix_is_the_prefix() {
    let join = |prefix, path| Template::join(prefix, path).map(|template| template.as_str().to_owned());
    assert_eq!(join("/api", "/").as_deref(), Ok("/api"));
    assert_eq!(join("/api", "/users").as_deref(), Ok("/api/users"));
    assert_eq!(join("/{tenant}/api", "/users/").as_deref(), Ok("/{tenant}/api/users/"));
}

#[test]
fn a_prefix_has_no_slash_at_its_end_and_no_catch_all() {
    let what = |prefix, path| Template::join(prefix, path).unwrap_err().faults().next().unwrap().what;
    assert_eq!(what("/api/", "/x"), "`/api/`: a prefix does not end with `/`");
    assert_eq!(what("/", "/x"), "`/`: a prefix does not end with `/`");
    assert_eq!(what("/{*all}", "/x"), "`/{*all}`: a prefix cannot hold `{*all}`");
    assert_eq!(what("/api", "x"), "`x`: a path starts with `/`");
    assert_eq!(what("/{id}", "/x/{id}"), "`/{id}/x/{id}`: `id` is captured twice");
}

#[test]
fn every_fault_is_shown_under_its_characters() {
    let fault = Template::parse("/files/{*rest}/{id}.json").unwrap_err();
    let expected = "\
`{*rest}` must be the last segment of a path
  /files/{*rest}/{id}.json
         ^^^^^^^
it takes the rest of the path
help: write `/files/{rest}/{id}.json`, or end the path with `{*rest}`
nothing can follow `{id}` in its segment
  /files/{*rest}/{id}.json
                     ^^^^^
a capture takes everything up to the next `/`
help: write `/files/{*rest}/{id}`, and take `.json` off the value";
    assert_eq!(fault.to_string(), expected);
}

proptest! {
    #[test]
    fn templates_overlap_when_a_path_fits_both(one in small_template(), two in small_template()) {
        let both = small_paths().iter().find(|path| fits(&one, path) && fits(&two, path));
        prop_assert_eq!(one.overlaps(&two), both.is_some(), "{} {} {:?}", one, two, both);
        prop_assert_eq!(two.overlaps(&one), both.is_some());
    }

    #[test]
    fn any_text_is_read_or_refused_with_carets_inside_it(text in "[/{}*:<>%?#.a-c0é \\\\\n]{0,24}") {
        match Template::parse(&text) {
            Ok(template) => {
                prop_assert!(matchit::Router::new().insert(text.clone(), ()).is_ok());
                prop_assert_eq!(&template.named(|name| name), &text);
            }
            Err(fault) => {
                prop_assert!(!fault.to_string().is_empty());
                prop_assert!(fault.flaws.iter().all(|flaw| text.get(flaw.at.clone()).is_some()));
            }
        }
        if let Err(fault) = crate::route::Pattern::parse(&text) {
            prop_assert!(!fault.to_string().is_empty());
        }
    }
}
