//! Handlers, arguments and types may have any name, that of a local of the wrapper or of a keyword included.
#![deny(warnings)]

use velithon::prelude::*;

#[get("/body")]
async fn body(call: Request) -> Response {
    call.into_response_of()
}

trait IntoResponseOf {
    fn into_response_of(self) -> Response;
}

impl IntoResponseOf for Request {
    fn into_response_of(self) -> Response {
        self.into_body().into_response()
    }
}

#[get("/call/{body}")]
async fn call(body: u8) -> String {
    body.to_string()
}

#[get("/request/{call}")]
async fn request(call: u8, #[query] start: u8, #[query] value: u8) -> String {
    format!("{call}{start}{value}")
}

#[get("/reply")]
async fn reply() {}

#[get("/serve/{serve}")]
fn serve(serve: String) -> String {
    serve
}

#[get("/key")]
fn key() {}

#[get("/type/{type}")]
async fn r#type(r#type: String, #[query] r#match: u8, #[header] r#in: Option<String>) -> String {
    format!("{}{}{:?}", r#type, r#match, r#in)
}

#[get("/extractor")]
async fn extractor() {}

#[get("/drop")]
async fn drop() {}

/// Names of the standard prelude that a user may have taken.
mod shadows {
    #[allow(dead_code)]
    struct Ok;
    #[allow(dead_code)]
    struct Some;
    #[allow(dead_code, non_camel_case_types)]
    struct str;
    #[allow(dead_code)]
    enum Result {}
    #[allow(dead_code)]
    enum Option {}
    #[allow(dead_code)]
    mod core {}
    #[allow(dead_code)]
    mod std {}
    #[allow(dead_code)]
    mod velithon {}

    #[::velithon::get("/shadows/{id}", accept = "text/plain", body_limit = "1KiB", tags = ["a"])]
    async fn show(id: u64, #[query(default = 1)] times: u8) -> ::velithon::Result<::velithon::Json<u64>> {
        ::core::result::Result::Ok(::velithon::Json(id + u64::from(times)))
    }
}

/// Methods that every type has.
mod blanket {
    use velithon::prelude::*;

    trait Everything: Sized {
        fn start(self) {}
        fn finish(self) {}
        fn reply(self) {}
        fn receiver(self) {}
    }

    impl<T> Everything for T {}

    #[inject]
    #[derive(Default)]
    struct Users;

    #[controller("/blanket")]
    impl Users {
        #[post("/")]
        async fn create(&self, method: axum::http::Method, body: Json<u8>) -> Json<u8> {
            method.start();
            body.0.finish();
            ().reply();
            ().receiver();
            body
        }
    }
}

fn main() {}
