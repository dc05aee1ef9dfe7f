//! Values whose JSON is made once.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Serialize, Serializer};
use velithon::prelude::*;

static ENCODED: AtomicU32 = AtomicU32::new(0);

/// Counts how often it is encoded.
struct Catalog {
    names: Vec<&'static str>,
}

impl Serialize for Catalog {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        ENCODED.fetch_add(1, Ordering::Relaxed);
        self.names.serialize(to)
    }
}

#[inject]
fn catalog() -> Result<Preencoded<Catalog>> {
    Ok(Preencoded::new(Catalog { names: vec!["tea", "coffee"] })?)
}

#[get("/catalog")]
async fn whole(catalog: Inject<catalog>) -> Preencoded<Catalog> {
    (*catalog).clone()
}

#[derive(Serialize, ToJson)]
struct Page {
    catalog: Preencoded<Catalog>,
    first: &'static str,
}

#[get("/page")]
async fn part(catalog: Inject<catalog>) -> Json<Page> {
    Json(Page { first: catalog.names[0], catalog: (*catalog).clone() })
}

#[get("/encoded")]
async fn encoded() -> String {
    ENCODED.load(Ordering::Relaxed).to_string()
}
