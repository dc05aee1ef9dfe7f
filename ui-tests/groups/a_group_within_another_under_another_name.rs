//! The outer group finds the inner one by its name, and would pass its keys over it.

use velithon::prelude::*;
use velithon::routes as section;

#[routes(prefix = "/api")]
mod api {
    use super::*;

    #[section(prefix = "/users")]
    mod users {
        use super::*;

        #[get("/{id}")]
        async fn show(id: u64) -> String {
            id.to_string()
        }
    }
}

fn main() {}
