use std::panic::{AssertUnwindSafe, catch_unwind};

use axum::Router;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::response::IntoResponse;
use axum::routing;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use proptest::prelude::*;
use tower::ServiceExt;

use super::*;
use crate::route::template::tests::{fits, small_paths, small_template};

fn template(text: &str) -> Template {
    Template::parse(text).unwrap_or_else(|fault| panic!("{fault}"))
}

fn table(templates: &[&str]) -> Table<usize> {
    let mut table = Table::new();
    for (index, text) in templates.iter().enumerate() {
        table.insert(&template(text), index).unwrap();
    }
    table
}

/// The template that `path` finds and what it captures, in one line.
fn found(table: &Table<usize>, path: &str) -> String {
    match table.find(path) {
        Some(found) => found.captures.iter(path).fold(found.template.to_string(), |line, value| line + " " + value),
        None => "nothing".to_owned(),
    }
}

#[test]
fn static_text_beats_a_capture_and_a_capture_beats_a_catch_all() {
    let table = table(&["/{*path}", "/{id}", "/me", "/{id}/x", "/me/{*rest}", "/m{rest}"]);
    for (path, expected) in [
        ("/me", "/me"),
        ("/mx", "/m{rest} x"),
        ("/m", "/{id} m"),
        ("/7", "/{id} 7"),
        ("/7/x", "/{id}/x 7"),
        ("/me/x", "/me/{*rest} x"),
        ("/me/", "/{*path} me/"),
        ("/7/y", "/{*path} 7/y"),
        ("/", "nothing"),
    ] {
        assert_eq!(found(&table, path), expected, "{path}");
    }
}

#[test]
fn one_place_may_have_several_names() {
    let table = table(&["/users/{id}", "/users/{user_id}/posts", "/users/{owner}/posts/{post}"]);
    assert_eq!(found(&table, "/users/7"), "/users/{id} 7");
    assert_eq!(found(&table, "/users/7/posts"), "/users/{user_id}/posts 7");
    assert_eq!(found(&table, "/users/7/posts/8"), "/users/{owner}/posts/{post} 7 8");
}

#[test]
fn templates_that_differ_in_names_only_are_a_conflict() {
    let mut table = table(&["/users/{id}", "/files/{*path}", "/"]);
    let conflict = table.insert(&template("/users/{name}"), 9).unwrap_err();
    assert_eq!(conflict.to_string(), "`/users/{name}` matches the same paths as `/users/{id}`");
    assert!(table.insert(&template("/files/{*rest}"), 9).is_err());
    assert!(table.insert(&template("/"), 9).is_err());
    assert_eq!(table.get_mut(&template("/users/{name}")), Some(&mut 0));
    assert_eq!(table.iter().count(), 3);
}

#[test]
fn a_trailing_slash_is_another_path() {
    let table = table(&["/users", "/users/{id}", "/orders/{id}/"]);
    assert_eq!(found(&table, "/users/"), "nothing");
    assert_eq!(found(&table, "/orders/7"), "nothing");
    assert_eq!(found(&table, "/orders/7/"), "/orders/{id}/ 7");
}

#[test]
fn as_many_captures_as_the_grammar_allows_are_found_in_order() {
    let text: String = ('a'..='y').map(|name| format!("/{{{name}}}")).collect();
    let path: String = (0..25).map(|value| format!("/{value}")).collect();
    let values: String = (0..25).map(|value| format!(" {value}")).collect();
    assert_eq!(found(&table(&[&text]), &path), text + &values);
}

#[test]
fn a_capture_is_decoded_once() {
    assert_eq!(decode("a%2Fb%20c").as_deref(), Ok("a/b c"));
    assert_eq!(decode("%2520").as_deref(), Ok("%20"));
    assert_eq!(decode("a+b%zz%").as_deref(), Ok("a+b%zz%"));
    assert_eq!(decode("%ff"), Err(InvalidUtf8));
    assert!(matches!(decode("plain"), Ok(Cow::Borrowed("plain"))));
}

/// What a router answers: the index of the route and its decoded captures, or that they are no UTF-8.
#[derive(Debug, PartialEq)]
enum Answer {
    Nothing,
    Undecodable,
    Route(usize, Vec<(String, String)>),
}

fn ours(table: &Table<usize>, path: &str) -> Answer {
    let Some(found) = table.find(path) else { return Answer::Nothing };
    let values: Result<Vec<String>, _> = found.captures.iter(path).map(|v| decode(v).map(Cow::into_owned)).collect();
    match values {
        Ok(values) => Answer::Route(*found.value, found.template.captures().map(str::to_owned).zip(values).collect()),
        Err(InvalidUtf8) => Answer::Undecodable,
    }
}

/// Adds the route unless axum refuses it, which it does by a panic.
fn route(router: Router, text: &str, index: usize) -> Result<Router, Router> {
    let echo = move |params: RawPathParams| async move {
        let captures: Vec<(&str, &str)> = params.iter().collect();
        serde_json::to_string(&(index, captures)).unwrap_or_default().into_response()
    };
    let before = router.clone();
    catch_unwind(AssertUnwindSafe(|| router.route(text, routing::any(echo)))).map_err(|_| before)
}

fn theirs(router: &Router, request: Request<Body>) -> Answer {
    let answer = async {
        let reply = router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        match reply.status() {
            StatusCode::NOT_FOUND => return Answer::Nothing,
            StatusCode::BAD_REQUEST => return Answer::Undecodable,
            _ => {}
        }
        let body = reply.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let (index, captures) = serde_json::from_slice(&body).unwrap();
        Answer::Route(index, captures)
    };
    futures_util::FutureExt::now_or_never(answer).unwrap()
}

/// Templates with prefixes, escapes and odd literals, to be tried in axum as well.
fn odd_template() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec!["a", "b", "ab", "%20", "{{", "}}a", "{}", "a{}", "ab{}", "{{{}", ".x", "a.b"]);
    let end = prop::sample::select(vec!["", "a", "b", "{}", "a{}", "{*}", "a{*}", "%2F", "{{a}}"]);
    let name = prop::sample::select(vec!["id", "name"]);
    (prop::collection::vec(part, 0..3), end, name).prop_map(|(parts, end, name)| {
        let mut text = String::new();
        for (index, part) in parts.into_iter().chain([end]).enumerate() {
            let name = format!("{name}{index}");
            text.push('/');
            text.push_str(&part.replace("{}", &format!("{{{name}}}")).replace("{*}", &format!("{{*{name}}}")));
        }
        text
    })
}

fn odd_path() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "", "a", "b", "ab", "abc", "a.b", ".", "..", ".x", "%20", "%2F", "%2f", "%zz", "%", "%ff", "%C3%A9", "%e2%82",
        "{", "}a", "{a}", "a+b", "é", "*", ":a", "a%2Fb",
    ]);
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.iter().map(|part| format!("/{part}")).collect())
}

proptest! {
    #[test]
    fn axum_finds_the_same_route_and_captures(
        templates in prop::collection::vec(odd_template(), 1..8),
        paths in prop::collection::vec(odd_path(), 1..24),
    ) {
        let mut table = Table::new();
        let mut router = Router::new();
        let mut texts: Vec<String> = Vec::new();
        for text in templates {
            // A second `route` of the very same text is a merge of methods in axum, and a panic for the same ones.
            if texts.contains(&text) { continue }
            match route(router, &text, texts.len()) {
                Ok(with) => {
                    router = with;
                    prop_assert_eq!(table.insert(&template(&text), texts.len()), Ok(()));
                    texts.push(text);
                }
                Err(without) => router = without,
            }
        }
        for path in paths {
            let Ok(request) = Request::builder().uri(&path).body(Body::empty()) else { continue };
            prop_assert_eq!(request.uri().path(), &path);
            prop_assert_eq!(ours(&table, &path), theirs(&router, request), "{} in {:?}", path, texts);
        }
    }

    #[test]
    fn no_path_and_no_capture_is_too_odd(path in any::<String>(), templates in prop::collection::vec(small_template(), 1..5)) {
        let mut table = Table::new();
        for template in &templates {
            let _ = table.insert(template, ());
        }
        if let Some(found) = table.find(&path) {
            prop_assert_eq!(found.captures.iter(&path).count(), found.template.captures().count());
        }
        let _ = decode(&path);
    }
}

proptest! {
    // Each case asks for some thousand paths.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_first_in_precedence_is_found_among_all_that_fit(templates in prop::collection::vec(small_template(), 1..8)) {
        let mut table = Table::new();
        for template in &templates {
            // Refused for one reason only, that the same one is there.
            let there = table.iter().any(|(other, ())| other.normalised() == template.normalised());
            prop_assert_eq!(table.insert(template, ()).is_err(), there);
        }
        for path in small_paths() {
            let fitting = table.iter().map(|(template, ())| template).filter(|template| fits(template, path));
            let best = fitting.min_by(|one, two| one.precedence(two)).map(Template::as_str);
            prop_assert_eq!(table.find(path).map(|found| found.template.as_str()), best, "{}", path);
        }
    }
}
