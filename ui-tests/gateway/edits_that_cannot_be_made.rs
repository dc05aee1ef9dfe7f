//! What an edit writes is a header, a parameter or a path.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway("/pay", upstream = Payments, request(
    set("x tenant", "a"),
    set("x-tenant", "zwölf"),
    set("host", "a.example"),
    remove("content-length", "connection"),
    query_remove(""),
    set("x-ip", "{client}"),
    set("x-open", "{client_ip"),
    path_regex("^/v([0-9+)/", "/"),
    path_regex("(?<=a)b", "/"),
), split(Payments = "1%", if_header = "x beta: 1", if_cookie = "=1"))]
struct PayRoute;

fn main() {}
