//! The nearest key is named, at every depth.

use velithon::prelude::*;

#[upstream(target = ["http://10.0.0.1"], timeout(conect = "2s"), health(interval = "5s"), colour = "red")]
struct Payments;

#[upstream(targets = ["http://10.0.0.1"])]
struct Ledger;

#[gateway("/pay", upstream = Ledger, stripprefix, request(add("x-a", "b")), response(drop("server")), auth = Bearer)]
struct PayRoute;

#[gateway("/split", upstream = Ledger, split(Payments = "5%", if_query = "beta"))]
struct SplitRoute;

fn main() {}
