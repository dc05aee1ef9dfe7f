//! What a rewrite names is captured, and what is captured goes somewhere.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway("/{tenant}/pay", upstream = Payments, rewrite = "/{tenent}/{path}")]
struct Misspelt;

#[gateway("/{tenant}/pay", upstream = Payments, rewrite = "/v1/{path}")]
struct Lost;

#[gateway("/pay", upstream = Payments, rewrite = "/v1")]
struct RestLost;

#[gateway("/pay", upstream = Payments, rewrite = "v1/{path}")]
struct Relative;

#[gateway("/pay", upstream = Payments, rewrite = "/v1/{path}?x=1")]
struct Query;

#[gateway("/pay", upstream = Payments, rewrite = "/v1 /{path}")]
struct Space;

#[gateway("/pay", upstream = Payments, request(set("x-tenant", "{path.tenant}")))]
struct Edited;

#[gateway("/{path}/pay", upstream = Payments)]
struct Reserved;

fn main() {}
