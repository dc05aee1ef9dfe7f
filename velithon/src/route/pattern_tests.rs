use proptest::prelude::*;

use super::*;
use crate::route::template::tests::{fits, small_paths, small_template};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|fault| panic!("{fault}"))
}

fn covers(of: &str, template: &str) -> Coverage {
    pattern(of).covers(&Template::parse(template).unwrap_or_else(|fault| panic!("{fault}")))
}

/// Patterns of up to three segments over the letters `a` and `b`.
fn small_pattern() -> impl Strategy<Value = Pattern> {
    let part = prop::sample::select(vec!["a", "b", "ab", "*"]);
    let end = prop::sample::select(vec!["", "a", "b", "*", "**"]);
    (prop::collection::vec(part, 0..3), end).prop_map(|(parts, end)| {
        pattern(&parts.into_iter().chain([end]).map(|part| format!("/{part}")).collect::<String>())
    })
}

#[test]
fn two_stars_hold_what_they_stand_below() {
    let api = pattern("/api/**");
    for path in ["/api", "/api/", "/api/x", "/api/x/y/", "/api//"] {
        assert!(api.matches(path), "{path}");
    }
    for path in ["/apix", "/", "/x/api", "//api", "/API", "/%61pi"] {
        assert!(!api.matches(path), "{path}");
    }
    assert!(pattern("/**").matches("*"));
}

#[test]
fn one_star_is_what_a_capture_in_its_place_would_take() {
    assert!(pattern("/api/*/x").matches("/api/1/x"));
    assert!(pattern("/api/*/x").matches("/api//x"));
    assert!(!pattern("/api/*/x").matches("/api/1/2/x"));
    assert!(pattern("/api/*").matches("/api/1"));
    assert!(!pattern("/api/*").matches("/api/"));
}

#[test]
fn a_catch_all_may_lie_partly_in_a_pattern() {
    assert_eq!(covers("/api/**", "/api/users/{id}"), Coverage::Always);
    assert_eq!(covers("/api/**", "/api"), Coverage::Always);
    assert_eq!(covers("/api/**", "/apix"), Coverage::Never);
    assert_eq!(covers("/api/**", "/{*path}"), Coverage::Sometimes);
    assert_eq!(covers("/api/**", "/{version}/users"), Coverage::Sometimes);
    assert_eq!(covers("/api/**", "/api/{*path}"), Coverage::Always);
    assert_eq!(covers("/api/*/x", "/api/{id}/x"), Coverage::Always);
    assert_eq!(covers("/{{a}}", "/{{a}}"), Coverage::Always);
}

proptest! {
    #[test]
    fn coverage_is_what_the_paths_say(pattern in small_pattern(), template in small_template()) {
        let paths: Vec<_> = small_paths().iter().filter(|path| fits(&template, path)).collect();
        let held = paths.iter().filter(|path| pattern.matches(path)).count();
        let expected = match held {
            0 => Coverage::Never,
            all if all == paths.len() => Coverage::Always,
            _ => Coverage::Sometimes,
        };
        prop_assert_eq!(pattern.covers(&template), expected, "{} {}", pattern, template);
    }

    #[test]
    fn patterns_overlap_when_a_path_is_in_both(one in small_pattern(), two in small_pattern()) {
        let both = small_paths().iter().find(|path| one.matches(path) && two.matches(path));
        prop_assert_eq!(one.overlaps(&two), both.is_some(), "{} {} {:?}", one, two, both);
    }
}
