//! Where requests go is said by a type.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1:8080"])]
struct PaymentsV2;

#[gateway("/pay")]
struct PayRoute;

#[gateway("/quoted", upstream = "payments_v2")]
struct Quoted;

#[gateway("/listed", upstream = [PaymentsV2])]
struct Listed;

fn main() {}
