use proptest::prelude::*;

use super::*;

#[track_caller]
fn becomes(target: &str, normal: &str) {
    let mut uri: Uri = target.parse().unwrap();
    assert!(!matches!(normalise(&mut uri), Shape::Faulty(_) | Shape::Absent), "{target}");
    assert_eq!(uri.path_and_query().unwrap().as_str(), normal, "{target}");
}

#[track_caller]
fn is(target: &str, shape: Shape) {
    assert_eq!(normalise(&mut target.parse().unwrap()), shape, "{target}");
}

#[test]
fn dot_segments_are_resolved_raw_and_encoded() {
    for (target, normal) in [
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/b/..", "/a/"),
        ("/a/b/.", "/a/b/"),
        ("/a/%2e%2E/b", "/b"),
        ("/a/.%2e/b", "/b"),
        ("/a/%2e/b?c=/../d", "/a/b?c=/../d"),
        ("/.", "/"),
        ("/a/..", "/"),
        ("/a//../b", "/a/b"),
    ] {
        becomes(target, normal);
    }
}

#[test]
fn dots_in_names_are_names() {
    for path in ["/.well-known/x", "/...", "/a..b", "/a/..b", "/a%2eb", "/a/..;x", "/a.", "/a/.%20"] {
        becomes(path, path);
        is(path, Shape::Plain);
    }
}

#[test]
fn a_path_that_climbs_above_its_root_is_faulty() {
    for path in ["/..", "/../a", "/a/../../b", "/%2e%2e/a", "//..", "/./.."] {
        is(path, Shape::Faulty(TargetFault::AboveRoot));
    }
}

#[test]
fn what_no_path_may_hold_is_faulty() {
    is("/a\\b", Shape::Faulty(TargetFault::Backslash));
    for path in ["/%zz", "/%", "/a%2", "/%%41", "/%+1"] {
        is(path, Shape::Faulty(TargetFault::Escape));
    }
    for path in ["/%00", "/a%0a", "/a%0D/b", "/%7f"] {
        is(path, Shape::Faulty(TargetFault::Control));
    }
}

#[test]
fn bytes_beyond_ascii_are_encoded_and_nothing_is_decoded() {
    becomes("/é", "/%C3%A9");
    becomes("/a%20b%2Fc%252F;p=1?x=é&y=%zz&", "/a%20b%2Fc%252F;p=1?x=é&y=%zz&");
}

#[test]
fn a_path_begins_with_one_slash() {
    becomes("http://host//evil.com/x", "/evil.com/x");
    becomes("http://host/a/..//evil.com", "/evil.com");
    becomes("http://host?q", "/?q");
    becomes("http://host", "/");
    becomes("/a?", "/a?");
    let mut uri = Uri::builder().path_and_query("//evil.com/x").build().unwrap();
    assert_eq!(normalise(&mut uri), Shape::Plain);
    assert_eq!(uri, "/evil.com/x");
}

#[test]
fn empty_segments_stay_and_are_merged_for_matching() {
    is("/a//b", Shape::Doubled);
    becomes("/a//b///", "/a//b///");
    assert_eq!(merged("/a//b///"), "/a/b/");
    assert_eq!(merged("/a/b"), "/a/b");
    assert_eq!(kept_places("/a//b").collect::<Vec<_>>(), [0, 1, 3, 4]);
}

#[test]
fn what_has_no_path_is_told() {
    is("*", Shape::Absent);
    is("host:80", Shape::Absent);
}

#[test]
fn hidden_separators_are_found_and_opened() {
    let found = |path| HiddenSeparators::of(path);
    assert_eq!(found("/a/b"), HiddenSeparators::default());
    assert_eq!(found("/a%2Fb"), HiddenSeparators { slash: true, backslash: false });
    assert_eq!(found("/a%20%5c"), HiddenSeparators { slash: false, backslash: true });
    assert_eq!(with_open_slashes("/a%2f..%2Fb").as_deref(), Ok("/b"));
    assert_eq!(with_open_slashes("/a/b%2F%2fc").as_deref(), Ok("/a/b/c"));
    assert_eq!(with_open_slashes("/a%2f..%2f..%2fb"), Err(TargetFault::AboveRoot));
}

/// Paths in which everything that matters is frequent, at every place of a block.
fn paths() -> impl Strategy<Value = String> {
    "/([a-z]{0,20}(/|//|\\.|\\.\\.|%2e|%2F|%41|é|;|a){0,3}){0,6}"
}

proptest! {
    #[test]
    fn the_quick_look_misses_nothing_that_the_slow_way_changes(path in paths()) {
        if is_plain(path.as_bytes()) {
            prop_assert_eq!(encoded(&path).and_then(|path| resolved(&path)), Ok(path));
        }
    }

    #[test]
    fn a_normal_path_stays_as_it_is(path in paths()) {
        if let Ok(normal) = encoded(&path).and_then(|path| resolved(&path)) {
            prop_assert!(normal.starts_with('/') && !normal.starts_with("//"));
            prop_assert_eq!(resolved(&normal), Ok(normal));
        }
    }

    #[test]
    fn merging_keeps_all_but_the_doubled_slashes(path in paths()) {
        let path = path.replace('é', "%C3%A9");
        let merged = merged(&path);
        prop_assert!(!merged.contains("//"));
        let segments = |path: &str| path.split('/').filter(|one| !one.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(segments(&merged), segments(&path));
    }
}
