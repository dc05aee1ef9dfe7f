//! What a service replaces by its own, and what goes elsewhere.

use velithon::gateway::{Balance, Targets, Transform};
use velithon::prelude::*;

use crate::{Origin, Second};

/// Takes the target whose number the request says.
#[inject]
#[derive(Default)]
struct ByNumber;

impl Balance for ByNumber {
    fn pick(&self, targets: &Targets<'_>, head: &axum::http::request::Parts) -> Option<usize> {
        let number = head.headers.get("x-number")?.to_str().ok()?.parse::<usize>().ok()?;
        (number < targets.iter().len()).then_some(number)
    }
}

#[upstream(targets = ["http://127.0.0.1:9"], balance = ByNumber)]
struct Chosen;

#[gateway("/chosen", upstream = Chosen)]
struct ChosenRoute;

/// Marks what passes.
#[inject]
#[derive(Default)]
struct Stamp;

#[async_trait]
impl Transform for Stamp {
    async fn request(&self, mut request: Request) -> Result<Request> {
        request.headers_mut().insert("x-stamp", axum::http::HeaderValue::from_static("in"));
        Ok(request)
    }

    async fn response(&self, mut response: Response) -> Result<Response> {
        response.headers_mut().insert("x-stamp", axum::http::HeaderValue::from_static("out"));
        Ok(response)
    }
}

fn without_card(body: &mut serde_json::Value) -> Result<()> {
    if let Some(members) = body.as_object_mut() {
        members.remove("card");
    }
    Ok(())
}

#[gateway("/stamped", upstream = Origin, transform = Stamp, body_json(max = "1KiB", with = without_card))]
struct Stamped;

#[gateway("/split", upstream = Origin, split(Second = "0%", if_header = "x-beta: 1"))]
struct Split;

#[gateway("/mirror", upstream = Origin, mirror(Second = "100%"))]
struct Mirror;

#[gateway("/all", upstream = Origin, split(Second = "100%"))]
struct All;
