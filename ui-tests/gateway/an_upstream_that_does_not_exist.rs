//! A misspelt upstream is a type that is not there.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1:8080"])]
struct Payments;

#[gateway("/pay", upstream = Paymens)]
struct PayRoute;

fn main() {}
