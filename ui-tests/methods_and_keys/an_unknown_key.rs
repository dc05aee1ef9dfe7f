//! The nearest key is named; one that another attribute has is told with its place.

use velithon::prelude::*;

#[get("/users", stauts = 201)]
async fn near() {}

#[get("/posts", colour = "red", tags = ["posts"])]
async fn far() {}

#[get("/both", methods = [POST])]
async fn methods() {}

#[get("/positional", "again")]
async fn positional() {}

fn main() {}
