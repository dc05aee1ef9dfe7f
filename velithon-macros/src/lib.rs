//! The attribute macros of velithon: each looks at one item, checks it and writes one constant record about it.
//!
//! Every macro has its own folder: `parse.rs` (tokens to a typed value with spans), `check.rs` (a small function per
//! rule), `emit.rs` (the value to tokens, no decisions left), `tests.rs` (expansions pinned as text).

mod faults;
mod problem;

use proc_macro::TokenStream;

/// Makes every value of an error type a problem document (RFC 9457).
///
/// ```ignore
/// #[derive(Debug, Problem)]
/// enum OrderError {
///     #[problem(status = 404, title = "no such order", detail = "there is no order {id}")]
///     Missing { id: u64 },
///     #[problem(status = 409, title = "sold out", type = "https://example.org/sold-out")]
///     SoldOut { #[problem(expose)] left: u32, wanted: u32 },
///     #[problem(status = 503, title = "the bank does not answer")]
///     Bank { #[problem(source)] cause: io::Error, host: String },
///     #[problem(transparent)]
///     Database(#[from] sqlx::Error),
/// }
/// ```
///
/// # On a variant, or on a struct
///
/// | key | |
/// |---|---|
/// | `status = 404` | 400 to 599; required |
/// | `title = ".."` | the kind of problem in words; required |
/// | `detail = ".."` | this occurrence in words: a format string over the fields (`{id}`, `{0}`, `{id:?}`). Without it there is none |
/// | `type = ".."` | a URI that names the kind |
/// | `transparent` | the one field is an error and decides the reply: the status of a `velithon::Error` or of another problem, otherwise 500. Stands alone |
///
/// # On a field
///
/// | attribute | |
/// |---|---|
/// | `#[problem(expose)]` | the field becomes a member of the document; it is `Serialize`. No other field is shown |
/// | `#[problem(source)]` | the field caused the error: logged with a 5xx, never shown |
/// | `#[from]` | `source`, and `?` makes this variant of that error; the only field of its variant |
///
/// A field named in the detail of a 4xx is shown by that. In the detail of a 5xx it must be `expose`d as well: what goes
/// wrong inside a service is no business of its clients.
///
/// # What it writes
///
/// `Display` (the detail, or the title), `std::error::Error`, `From` for `#[from]`, axum's `IntoResponse`, and
/// `velithon::reply::Problems` with the list of all kinds for OpenAPI. A 5xx is logged with its causes when it becomes a
/// response. `?` into a `velithon::Error` keeps status and document. `Debug` has to be derived beside it. Generic
/// types are fine; the kinds of a transparent variant of theirs are listed as one 500.
#[proc_macro_derive(Problem, attributes(problem, from))]
pub fn derive_problem(item: TokenStream) -> TokenStream {
    problem::expand(item.into()).into()
}
