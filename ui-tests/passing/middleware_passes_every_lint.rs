//! What the attribute writes stands in the user's crate and must not wake the user's lints.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations, clippy::all)]
#![forbid(unsafe_code)]

use velithon::prelude::*;

/// A middleware that others see.
#[middleware(priority = AUTHENTICATION + 1, path = ["/a", "/b/**"], except = "/b/c", methods = [GET])]
pub async fn seen(request: Request, next: Next, method: velithon::http::Method) -> impl IntoResponse {
    let _ = method;
    next.run(request).await
}

/// One that is on its way out.
#[deprecated]
#[middleware(priority = 9, when = "features.old")]
pub(crate) async fn old(request: Request, next: Next, words: Inject<Words>) -> Result<Response> {
    let _ = words.0.len();
    Ok(next.run(request).await)
}

/// Its layer does nothing.
#[middleware(after = seen, path = "/c")]
pub fn layer() -> tower::layer::util::Identity {
    tower::layer::util::Identity::new()
}

/// Words.
#[inject]
#[derive(Debug)]
pub struct Words(#[inject(default)] Vec<String>);

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    let _ = app;
    Ok(())
}
