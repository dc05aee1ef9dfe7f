//! Each of these has a few words, and the nearest is named.

use velithon::prelude::*;

#[upstream(balance = "round-robin", breaker = "of", http = "http2", health = "health", discover = "consul:users")]
struct Payments;

#[upstream(balance = "maglev")]
struct A;

#[upstream(balance = "hash")]
struct B;

#[upstream(balance = "hash(body)")]
struct C;

#[upstream(balance = "hash(header)")]
struct D;

#[upstream(balance = "sticky(session)")]
struct E;

#[upstream(discover = "dns:users.svc", health(expect = "2xx"))]
struct F;

#[gateway("/pay", upstream = Payments, encoded_slash = "decode", split(A = "1%", key = "user"))]
struct PayRoute;

fn main() {}
