//! A share is a percentage.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"], breaker(ratio = "0.5"))]
struct Payments;

#[upstream(targets = ["http://10.0.0.2"])]
struct PaymentsV2;

#[gateway("/a", upstream = Payments, split(PaymentsV2 = "five%"))]
struct A;

#[gateway("/b", upstream = Payments, mirror(PaymentsV2 = "120%"))]
struct B;

#[gateway("/c", upstream = Payments, split(PaymentsV2 = 5))]
struct C;

#[gateway("/d", upstream = Payments, split(key = "cookie id"))]
struct D;

#[gateway("/e", upstream = Payments, split(Payments = "60%", PaymentsV2 = "60%"))]
struct E;

fn main() {}
