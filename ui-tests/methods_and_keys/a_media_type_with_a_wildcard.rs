//! `accept` names what the handler replies with.

use velithon::prelude::*;

#[get("/any", accept = "application/*")]
async fn any() {}

#[get("/word", accept = "json")]
async fn word() {}

fn main() {}
