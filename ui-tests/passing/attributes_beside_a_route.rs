//! What else stands above a handler holds for its route, too.
#![deny(warnings)]

use velithon::prelude::*;

/// One handler, two routes; both read its arguments.
#[get("/old/{id}")]
#[get("/new/{id}", status = 203)]
async fn both(id: u64, #[query] verbose: Option<bool>) -> String {
    format!("{id}{verbose:?}")
}

#[deprecated = "use `both`"]
#[get("/deprecated")]
async fn deprecated() {}

#[get("/never")]
#[cfg(any())]
async fn never_compiled(argument: NoSuchType) {}

#[cfg(any())]
#[get("/nowhere")]
async fn nowhere(argument: NoSuchType) {}

#[get("/here")]
#[cfg(any(unix, windows))]
#[must_use]
async fn here() -> String {
    String::new()
}

#[inject]
#[derive(Default)]
struct Reports;

#[controller("/reports")]
impl Reports {
    #[get("/")]
    #[head("/")]
    async fn list(&self, #[query] page: Option<u32>) -> String {
        format!("{page:?}")
    }

    #[get("/slow", blocking)]
    fn slow(&self) -> String {
        String::new()
    }

    #[get("/never")]
    #[cfg(any())]
    async fn never(&self, argument: NoSuchType) {}
}

fn main() {}
