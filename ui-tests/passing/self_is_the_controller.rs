//! `Self` in a controller means the same in its routes, wherever it stands.
#![deny(warnings)]

use serde::{Deserialize, Serialize};
use velithon::prelude::*;

#[inject]
#[derive(Default, Clone, Serialize, Deserialize)]
struct Counter {
    #[inject(default)]
    count: u64,
}

#[controller("/counter")]
impl Counter {
    const STEP: u64 = 1;

    #[get("/")]
    async fn show(&self) -> Json<Self> {
        Json(self.clone())
    }

    #[put("/")]
    async fn replace(new: Json<Self>) -> Result<Json<Vec<Self>>> {
        Ok(Json(vec![new.0]))
    }

    #[get("/next")]
    async fn next(&self, #[query(default = Self::STEP)] step: u64) -> String {
        (self.count + step).to_string()
    }
}

fn main() {}
