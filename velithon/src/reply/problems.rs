//! The errors of a program as a set of problems: what `#[derive(Problem)]` writes, and what its code stands on.
//!
//! The records name every reply an error type may become, for the OpenAPI document; nothing here decides a status.

use std::error::Error as StdError;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{Error, Problem, carry, error};

/// An error type of which every value is a problem. `#[derive(Problem)]` implements it.
// No supertrait: an error type without `Debug` would be reported twice.
pub trait Problems {
    /// Every kind of problem a value of this type may be, in the order of its variants.
    const PROBLEMS: &'static [ProblemRecord];

    /// The document of this value: what a client is told.
    fn problem(&self) -> Problem;
}

/// One kind of problem: what all its occurrences share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProblemRecord {
    /// The status, 400 to 599.
    pub status: u16,
    /// The kind in words.
    pub title: &'static str,
    /// The URI that names it, if it has one.
    pub kind: Option<&'static str>,
}

impl ProblemRecord {
    /// What an error is whose text nobody shall see.
    pub const INTERNAL: Self = Self { status: 500, title: "Internal Server Error", kind: None };
}

impl From<ProblemRecord> for Problem {
    fn from(record: ProblemRecord) -> Self {
        let status = StatusCode::from_u16(record.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Self::new(status).title(record.title);
        match record.kind {
            Some(kind) => problem.kind(kind),
            None => problem,
        }
    }
}

/// How many records the parts hold together.
pub const fn total(parts: &[&[ProblemRecord]]) -> usize {
    let (mut part, mut total) = (0, 0);
    while part < parts.len() {
        total += parts[part].len();
        part += 1;
    }
    total
}

/// All records of the parts in one array of their total length.
pub const fn concat<const N: usize>(parts: &[&[ProblemRecord]]) -> [ProblemRecord; N] {
    let mut all = [ProblemRecord::INTERNAL; N];
    let (mut part, mut at) = (0, 0);
    while part < parts.len() {
        let mut record = 0;
        while record < parts[part].len() {
            all[at] = parts[part][record];
            at += 1;
            record += 1;
        }
        part += 1;
    }
    all
}

/// The records of the error inside a transparent variant: its own when it has some (an inherent constant goes first).
pub struct Inner<T>(std::marker::PhantomData<T>);

impl<T: Problems> Inner<T> {
    /// The records of `T`.
    pub const RECORDS: &'static [ProblemRecord] = T::PROBLEMS;
}

/// The fallback of [`Inner`].
pub trait InnerRecords {
    /// One 500.
    const RECORDS: &'static [ProblemRecord] = &[ProblemRecord::INTERNAL];
}

impl<T> InnerRecords for Inner<T> {}

/// The error inside a transparent variant.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// Our own, which is no `std::error::Error`.
    Ours(&'a Error),
    /// Any other.
    Std(&'a (dyn StdError + 'static)),
}

impl<'a> View<'a> {
    /// Its own problem, or a 500 that says nothing.
    pub fn problem(self) -> Problem {
        match self {
            Self::Ours(error) => error.to_problem(),
            Self::Std(error) => error::problem_of(error).unwrap_or_else(Problem::internal),
        }
    }

    /// The error itself; ours is no `std::error::Error`, so it is what caused ours.
    pub fn error(self) -> Option<&'a (dyn StdError + 'static)> {
        match self {
            Self::Ours(error) => error.source(),
            Self::Std(error) => Some(error),
        }
    }

    /// What caused it. The error itself is left out: the variant prints as the error does.
    pub fn source(self) -> Option<&'a (dyn StdError + 'static)> {
        match self {
            Self::Ours(error) => error.source(),
            Self::Std(error) => error.source(),
        }
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ours(error) => error.fmt(f),
            Self::Std(error) => error.fmt(f),
        }
    }
}

/// A field whose type decides, by method resolution on `&&&&Cause`, how it is viewed.
pub struct Cause<'a, T>(pub &'a T);

/// First: our own error.
pub trait CauseOfOurs<'a> {
    /// The error.
    fn view(&self) -> View<'a>;
}

impl<'a> CauseOfOurs<'a> for &&&Cause<'a, Error> {
    fn view(&self) -> View<'a> {
        View::Ours(self.0)
    }
}

/// Second: an error.
pub trait CauseOfError<'a> {
    /// The error.
    fn view(&self) -> View<'a>;
}

impl<'a, T: StdError + 'static> CauseOfError<'a> for &&Cause<'a, T> {
    fn view(&self) -> View<'a> {
        View::Std(self.0)
    }
}

/// Third: what holds one without being one, such as `Box<dyn Error + Send + Sync>` or `anyhow::Error`.
pub trait CauseOfRef<'a> {
    /// The error.
    fn view(&self) -> View<'a>;
}

impl<'a, T: AsRef<dyn StdError + Send + Sync + 'static>> CauseOfRef<'a> for &Cause<'a, T> {
    fn view(&self) -> View<'a> {
        View::Std(self.0.as_ref())
    }
}

/// Last: anything, so that the compiler says one thing, ours.
pub trait CauseOfAny<'a, T> {
    /// Never called.
    fn view(&self) -> View<'a>
    where
        T: IsError;
}

impl<'a, T> CauseOfAny<'a, T> for Cause<'a, T> {
    fn view(&self) -> View<'a>
    where
        T: IsError,
    {
        View::Std(self.0.error())
    }
}

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error",
    label = "this field has no status and no text to log",
    note = "a transparent or source field holds a `velithon::Error`, a `std::error::Error` or a box of one"
)]
pub trait IsError {
    /// The error.
    fn error(&self) -> &(dyn StdError + 'static);
}

/// Logs what the client is not told, and replies with the rest.
pub fn log_and_reply(error: &dyn StdError, problem: Problem) -> Response {
    let problem = error::logged(problem, error, error.source());
    problem.into_response()
}

/// The document of any error: its own, if it is a problem.
pub(super) fn of(error: &(dyn StdError + 'static)) -> Option<Problem> {
    carry::ask(error)
}
