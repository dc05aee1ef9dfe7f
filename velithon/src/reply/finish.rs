//! The last word on a response that carries a problem: the hook of the app, the facts of the request, the form the
//! client prefers.
//!
//! The edge of the app calls [`finish`] once per response. One without a [`Problem`](struct@super::Problem) passes untouched, an error that
//! a handler wrote by hand included. Status and body come from the problem, every other field from the response.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    LAST_MODIFIED, TRANSFER_ENCODING, VARY,
};
use http::{HeaderMap, HeaderValue};

use super::{Problem, accept, html};

/// What of a request a reply depends on.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestFacts<'a> {
    /// The field `Accept`.
    pub accept: Option<&'a HeaderValue>,
    /// The id of the request; it becomes the member `request_id`.
    pub request_id: Option<&'a str>,
    /// The path of the request, as it was sent; it becomes the member `instance`.
    pub path: Option<&'a str>,
    /// Whether a 5xx tells its causes, in the member `causes`: `[server] reveal_causes`.
    pub reveal_causes: bool,
}

/// Restyles every error of an app: rejections, panics, missing routes and the handlers' own.
///
/// It gets the finished document and returns any response. Returning the problem, changed or not, keeps the choice
/// between JSON and HTML; returning something else is the reply as it is.
///
/// ```
/// # use axum::response::IntoResponse;
/// # use velithon::reply::ErrorHook;
/// let hook: Box<ErrorHook> = Box::new(|problem, _| problem.with("support", "help@example.org").into_response());
/// ```
pub type ErrorHook = dyn Fn(Problem, &RequestFacts<'_>) -> Response + Send + Sync;

/// The response as the client gets it.
///
/// Fields that other layers set (`Allow`, `WWW-Authenticate`, `Retry-After`) stay; those that described the former
/// body go with it. `Vary: accept` is added, because the form depends on that field.
pub fn finish(mut response: Response, facts: &RequestFacts<'_>, hook: Option<&ErrorHook>) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let problem = with_facts(problem, facts);
    let restyled = match hook {
        Some(hook) => hook(problem, facts),
        None => problem.into_response(),
    };
    over(response, written(restyled, facts))
}

fn with_facts(problem: Problem, facts: &RequestFacts<'_>) -> Problem {
    let problem = if facts.reveal_causes { problem.with_causes() } else { problem };
    let problem = match (&problem.instance, facts.path) {
        (None, Some(path)) => problem.instance(path),
        _ => problem,
    };
    match (&problem.request_id, facts.request_id) {
        (None, Some(id)) => problem.request_id(id),
        _ => problem,
    }
}

/// The problem in the client's form; the hook's own response, if it made one.
fn written(mut response: Response, facts: &RequestFacts<'_>) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if accept::prefers_html(facts.accept) {
        *response.body_mut() = Body::from(html::page(&problem));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}

/// Puts status, body and fields of `new` over `old`, which keeps what does not speak of its body.
pub(super) fn over(old: Response, new: Response) -> Response {
    let (mut head, _) = old.into_parts();
    let (mut new_head, body) = new.into_parts();
    drop_descriptions(&mut head.headers);
    replace(&mut head.headers, &mut new_head.headers);
    head.status = new_head.status;
    head.extensions.extend(new_head.extensions);
    Response::from_parts(head, body)
}

fn drop_descriptions(headers: &mut HeaderMap) {
    let of_the_body = [
        ACCEPT_RANGES,
        CONTENT_ENCODING,
        CONTENT_LANGUAGE,
        CONTENT_LENGTH,
        CONTENT_RANGE,
        CONTENT_TYPE,
        ETAG,
        LAST_MODIFIED,
        TRANSFER_ENCODING,
    ];
    for name in of_the_body {
        headers.remove(name);
    }
}

/// The new fields win over the old of their name, but for `Vary`, which adds up.
fn replace(headers: &mut HeaderMap, new: &mut HeaderMap) {
    let names: Vec<_> = new.keys().cloned().collect();
    for name in &names {
        if name != VARY {
            headers.remove(name);
        }
        for value in new.get_all(name) {
            headers.append(name, value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::StatusCode;
    use http::header::{ALLOW, SET_COOKIE};

    use super::*;

    const PAGE: HeaderValue = HeaderValue::from_static("text/html");

    async fn body(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 65536).await.unwrap().to_vec()).unwrap()
    }

    fn facts() -> RequestFacts<'static> {
        RequestFacts { request_id: Some("r1"), path: Some("/users/7"), ..RequestFacts::default() }
    }

    #[tokio::test]
    async fn an_error_names_its_request() {
        let reply = finish(Problem::not_found().into_response(), &facts(), None);
        assert_eq!(reply.headers()[CONTENT_TYPE], "application/problem+json");
        let text = body(reply).await;
        assert_eq!(text, r#"{"title":"Not Found","status":404,"instance":"/users/7","request_id":"r1"}"#);
    }

    #[tokio::test]
    async fn a_browser_gets_a_page_of_the_same_status() {
        let reply =
            finish(Problem::not_found().into_response(), &RequestFacts { accept: Some(&PAGE), ..facts() }, None);
        assert_eq!(
            (reply.status(), &reply.headers()[VARY]),
            (StatusCode::NOT_FOUND, &HeaderValue::from_static("accept"))
        );
        assert_eq!(reply.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(body(reply).await.contains("Not Found"));
    }

    #[tokio::test]
    async fn fields_of_other_layers_stay_and_those_of_the_old_body_go() {
        let old = (
            [(ALLOW, "GET"), (CONTENT_ENCODING, "gzip"), (CONTENT_LENGTH, "3"), (ETAG, "\"x\""), (VARY, "origin")],
            Problem::new(StatusCode::METHOD_NOT_ALLOWED),
        );
        let reply = finish(old.into_response(), &facts(), None);
        assert_eq!(reply.headers()[ALLOW], "GET");
        let vary: Vec<_> = reply.headers().get_all(VARY).iter().collect();
        assert_eq!(vary, ["origin", "accept"]);
        for gone in [CONTENT_ENCODING, CONTENT_LENGTH, ETAG] {
            assert!(!reply.headers().contains_key(&gone), "{gone}");
        }
    }

    #[tokio::test]
    async fn a_reply_without_a_problem_passes_untouched() {
        let reply = finish((StatusCode::NOT_FOUND, "mine").into_response(), &facts(), None);
        assert!(!reply.headers().contains_key(VARY));
        assert_eq!(body(reply).await, "mine");
    }

    #[tokio::test]
    async fn a_hook_that_returns_the_problem_keeps_the_negotiation() {
        let hook: &ErrorHook = &|problem, _| problem.detail("call us").into_response();
        let reply =
            finish(Problem::internal().into_response(), &RequestFacts { accept: Some(&PAGE), ..facts() }, Some(hook));
        assert!(body(reply).await.contains("<p>call us</p>"));
    }

    #[tokio::test]
    async fn a_hook_may_answer_in_its_own_way() {
        let hook: &ErrorHook = &|problem, facts| {
            (
                StatusCode::IM_A_TEAPOT,
                [(SET_COOKIE, "a=1"), (SET_COOKIE, "b=2")],
                format!("{} {:?}", problem.status, facts.path),
            )
                .into_response()
        };
        let reply = finish(([(ALLOW, "GET")], Problem::not_found()).into_response(), &facts(), Some(hook));
        assert_eq!(
            (reply.status(), &reply.headers()[ALLOW]),
            (StatusCode::IM_A_TEAPOT, &HeaderValue::from_static("GET"))
        );
        assert_eq!(body(reply).await, r#"404 Not Found Some("/users/7")"#);
    }
}
