//! The whole reply to a request of a test; whatever is not as expected panics with all of it.

use std::fmt::{self, Write};

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

/// How much of a body a message shows, in bytes.
const SHOWN: usize = 4096;

/// A reply with its whole body.
///
/// The assertions return the reply, so that they can stand one behind the other; each shows all of it when it fails.
pub struct TestReply {
    asked: String,
    head: Parts,
    body: Bytes,
}

impl TestReply {
    pub(super) fn new(asked: String, head: Parts, body: Bytes) -> Self {
        Self { asked, head, body }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// All fields.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The first field of this name; nothing when there is none, or when it is no text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is no UTF-8.
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.body) {
            Ok(text) => text,
            Err(_) => self.fail("has a body that is no text"),
        }
    }

    /// The body, read as JSON.
    ///
    /// # Panics
    /// When it is no JSON, or not that of a `T`.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                self.fail(format_args!("has a body that is no `{}`: {error}", std::any::type_name::<T>()));
            }
        }
    }

    /// Checks the status: `reply.assert_status(404)`.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn assert_status(&self, expected: u16) -> &Self {
        if self.status().as_u16() != expected {
            let phrase =
                StatusCode::from_u16(expected).map_or_else(|_| expected.to_string(), |status| status.to_string());
            self.fail(format_args!("has the status {}, not {phrase}", self.status()));
        }
        self
    }

    /// Checks that the reply is a problem document (RFC 9457) with this title.
    ///
    /// # Panics
    /// When it is none, or has another title.
    #[track_caller]
    pub fn assert_problem(&self, title: &str) -> &Self {
        let media_type = self.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let document: Option<serde_json::Value> = match media_type.split(';').next() {
            Some("application/problem+json") => serde_json::from_slice(&self.body).ok(),
            _ => None,
        };
        match document.as_ref().map(|document| document.get("title").and_then(|found| found.as_str())) {
            Some(Some(found)) if found == title => self,
            Some(Some(found)) => self.fail(format_args!("is the problem \"{found}\", not \"{title}\"")),
            Some(None) => self.fail(format_args!("is a problem without a title, not \"{title}\"")),
            None => self.fail(format_args!("is no problem document, and so not \"{title}\"")),
        }
    }

    /// Checks that one of the fields of this name has this value.
    ///
    /// # Panics
    /// When none has.
    #[track_caller]
    pub fn assert_header(&self, name: &str, value: &str) -> &Self {
        let found = self.head.headers.get_all(name);
        if found.iter().any(|one| one.as_bytes() == value.as_bytes()) {
            return self;
        }
        match found.iter().next() {
            None => self.fail(format_args!("has no `{name}`, which should be `{value}`")),
            Some(_) => self.fail(format_args!("has another `{name}` than `{value}`")),
        }
    }

    #[track_caller]
    fn fail(&self, what: impl fmt::Display) -> ! {
        panic!("the reply to `{}` {what}\n\n{self:?}\n", self.asked)
    }
}

impl fmt::Debug for TestReply {
    /// As it would stand on the wire, a long body cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} {}", self.head.version, self.head.status)?;
        for (name, value) in &self.head.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        f.write_char('\n')?;
        let shown = &self.body[..self.body.len().min(SHOWN)];
        match std::str::from_utf8(shown) {
            Ok(text) => f.write_str(text)?,
            // A cut may have gone through the last character.
            Err(error) if error.error_len().is_none() => {
                f.write_str(&String::from_utf8_lossy(&shown[..error.valid_up_to()]))?;
            }
            Err(_) => return write!(f, "({} bytes that are no text)", self.body.len()),
        }
        if self.body.len() > SHOWN { write!(f, "\n({} bytes in all)", self.body.len()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, fields: &[(&'static str, &'static str)], body: impl Into<Bytes>) -> TestReply {
        let mut built = http::Response::builder().status(status);
        for (name, value) in fields {
            built = built.header(*name, *value);
        }
        TestReply::new("GET /users/7".to_owned(), built.body(()).unwrap().into_parts().0, body.into())
    }

    fn problem() -> TestReply {
        let body = r#"{"title":"no such user","status":404}"#;
        reply(404, &[("content-type", "application/problem+json"), ("x-request-id", "9")], body)
    }

    /// The message of the panic.
    fn told(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
        *std::panic::catch_unwind(check).unwrap_err().downcast::<String>().unwrap()
    }

    #[test]
    fn a_reply_as_expected_is_returned_for_the_next_question() {
        problem().assert_status(404).assert_problem("no such user").assert_header("x-request-id", "9");
    }

    #[test]
    fn a_wrong_status_shows_the_whole_reply() {
        assert_eq!(
            told(|| {
                problem().assert_status(200);
            }),
            "the reply to `GET /users/7` has the status 404 Not Found, not 200 OK

HTTP/1.1 404 Not Found
content-type: application/problem+json
x-request-id: 9

{\"title\":\"no such user\",\"status\":404}
"
        );
    }

    #[test]
    fn another_problem_is_named() {
        let told = told(|| {
            problem().assert_problem("no such order");
        });
        assert!(
            told.starts_with("the reply to `GET /users/7` is the problem \"no such user\", not \"no such order\"\n")
        );
    }

    #[test]
    fn json_of_another_media_type_is_no_problem() {
        let told = told(|| {
            reply(404, &[("content-type", "application/json")], r#"{"title":"x"}"#).assert_problem("x");
        });
        assert!(told.contains("is no problem document"), "{told}");
    }

    #[test]
    fn a_missing_field_is_named() {
        let told = told(|| {
            problem().assert_header("location", "/users/8");
        });
        assert!(told.contains("has no `location`, which should be `/users/8`"), "{told}");
    }

    #[test]
    fn any_of_several_fields_of_a_name_will_do() {
        reply(200, &[("vary", "accept"), ("vary", "origin")], "").assert_header("vary", "origin");
    }

    #[test]
    fn json_of_another_type_says_where_it_differs() {
        let told = told(|| {
            problem().json::<Vec<u8>>();
        });
        assert!(told.contains("has a body that is no `alloc::vec::Vec<u8>`: invalid type: map"), "{told}");
    }

    #[test]
    fn a_body_that_is_no_text_is_counted() {
        assert!(format!("{:?}", reply(200, &[], vec![0xff; 3])).ends_with("\n(3 bytes that are no text)"));
    }

    #[test]
    fn a_long_body_is_cut_between_characters() {
        let shown = format!("{:?}", reply(200, &[], format!("x{}", "é".repeat(SHOWN))));
        assert!(shown.ends_with(&format!("é\n({} bytes in all)", 1 + 2 * SHOWN)), "{shown}");
    }
}
