//! What `#[derive(Problem)]` promises, tried from the side of a user.

use std::error::Error as _;
use std::io;

use axum::body::to_bytes;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Error, Problem, ProblemRecord, Problems, Result};

#[derive(Debug, Problem)]
enum UserError {
    #[problem(status = 404, title = "no such user", detail = "user {id:>3} does not {{exist}}")]
    NotFound { id: u64 },
    #[problem(status = 409, title = "e-mail already taken", type = "https://example.org/taken")]
    Taken {
        #[problem(expose)]
        left: u32,
        email: String,
    },
    #[problem(status = 400, title = "bad pair", detail = "{1:?} after {0}")]
    Pair(u8, &'static str),
    #[problem(transparent)]
    Database(#[from] io::Error),
    #[problem(transparent)]
    Order(#[from] OrderError),
    #[problem(transparent)]
    Other(#[from] Error),
    #[problem(transparent)]
    Boxed(Box<dyn std::error::Error + Send + Sync>),
    #[problem(status = 503, title = "the bank does not answer")]
    Bank {
        #[problem(source)]
        cause: io::Error,
        host: String,
    },
}

#[derive(Debug, Problem)]
#[problem(status = 410, title = "order gone", detail = "order {0} is gone")]
struct OrderError(u64);

#[derive(Debug, Problem)]
enum Never {}

#[derive(Debug, Problem)]
enum Generic<T, E>
where
    T: Clone,
{
    #[problem(status = 409, title = "conflict", detail = "with {with} {with:?}")]
    Conflict {
        #[problem(expose)]
        with: T,
    },
    #[problem(transparent)]
    Inner(E),
}

async fn shown(reply: impl IntoResponse) -> (StatusCode, Value) {
    let reply: Response = reply.into_response();
    let status = reply.status();
    let body = to_bytes(reply.into_body(), 65536).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

fn secret() -> io::Error {
    io::Error::other("db at 10.0.0.1")
}

fn all() -> Vec<UserError> {
    vec![
        UserError::NotFound { id: 7 },
        UserError::Taken { left: 1, email: "secret".into() },
        UserError::Pair(1, "b"),
        secret().into(),
        OrderError(3).into(),
        Error::forbidden("not you").into(),
        UserError::Boxed(Box::new(OrderError(4))),
        UserError::Bank { cause: secret(), host: "secret".into() },
    ]
}

#[tokio::test]
async fn each_variant_is_its_problem() {
    let expected = [
        json!({"title": "no such user", "status": 404, "detail": "user   7 does not {exist}"}),
        json!({"type": "https://example.org/taken", "title": "e-mail already taken", "status": 409, "left": 1}),
        json!({"title": "bad pair", "status": 400, "detail": "\"b\" after 1"}),
        json!({"title": "Internal Server Error", "status": 500}),
        json!({"title": "order gone", "status": 410, "detail": "order 3 is gone"}),
        json!({"title": "Forbidden", "status": 403, "detail": "not you"}),
        json!({"title": "order gone", "status": 410, "detail": "order 4 is gone"}),
        json!({"title": "the bank does not answer", "status": 503}),
    ];
    for (error, expected) in all().into_iter().zip(expected) {
        let (status, document) = shown(error).await;
        assert_eq!((status.as_u16(), &document), (expected["status"].as_u64().unwrap() as u16, &expected));
    }
}

#[test]
fn the_question_mark_keeps_status_and_document() {
    fn convert(error: UserError) -> Result<()> {
        Err(error)?
    }
    for error in all() {
        let document = error.problem();
        let converted = convert(error).unwrap_err();
        assert_eq!(converted.to_problem(), document);
        assert!(converted.downcast_ref::<UserError>().is_some());
    }
}

#[test]
fn a_wrapper_of_another_crate_keeps_it_too() {
    let boxed: Box<UserError> = Box::new(UserError::NotFound { id: 1 });
    assert_eq!(Error::from(boxed).to_problem().status, StatusCode::NOT_FOUND);
}

#[test]
fn an_io_error_around_it_forwards_the_question() {
    assert_eq!(Error::from(io::Error::other(OrderError(1))).to_problem().status, StatusCode::GONE);
}

#[test]
fn an_error_of_its_own_with_a_problem_as_source_is_a_500() {
    #[derive(Debug)]
    struct Outer(OrderError);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    assert_eq!(Error::from(Outer(OrderError(1))).to_problem().status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[test]
fn the_log_gets_the_text_and_the_causes() {
    assert_eq!(UserError::from(secret()).to_string(), "db at 10.0.0.1");
    let bank = UserError::Bank { cause: secret(), host: "h".into() };
    assert_eq!(bank.to_string(), "the bank does not answer");
    assert_eq!(bank.source().unwrap().to_string(), "db at 10.0.0.1");
    let other = UserError::Other(Error::internal("top").caused_by(secret()));
    assert_eq!((other.to_string(), other.source().unwrap().to_string()), ("top".into(), "db at 10.0.0.1".into()));
}

#[test]
fn every_kind_is_listed_those_inside_included() {
    let listed: Vec<_> = UserError::PROBLEMS.iter().map(|record| (record.status, record.title)).collect();
    let internal = (500, "Internal Server Error");
    assert_eq!(
        listed,
        [
            (404, "no such user"),
            (409, "e-mail already taken"),
            (400, "bad pair"),
            internal,
            (410, "order gone"),
            internal,
            internal,
            (503, "the bank does not answer"),
        ]
    );
    assert_eq!(UserError::PROBLEMS[1].kind, Some("https://example.org/taken"));
    assert_eq!(Never::PROBLEMS, &[]);
}

#[tokio::test]
async fn a_generic_error_is_a_problem_too() {
    type Error = Generic<&'static str, OrderError>;
    let (_, conflict) = shown(Error::Conflict { with: "x" }).await;
    assert_eq!(conflict, json!({"title": "conflict", "status": 409, "detail": "with x \"x\"", "with": "x"}));
    let converted = super::Error::from(Error::Inner(OrderError(5)));
    assert_eq!(converted.to_problem().status, StatusCode::GONE);
    assert_eq!(Error::PROBLEMS[1], ProblemRecord::INTERNAL);
}
