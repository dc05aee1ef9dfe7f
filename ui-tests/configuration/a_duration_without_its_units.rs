//! By its type, whatever it is called here.

use std::time::Duration as Time;

use serde::Deserialize;
use velithon::prelude::*;

#[config("shop")]
#[derive(Deserialize)]
struct Shop {
    timeout: Time,
    #[serde(default, rename = "keep-alive")]
    keep_alive: Option<std::time::Duration>,
    #[serde(with = "velithon::config::duration")]
    right: Time,
}

fn main() {}
