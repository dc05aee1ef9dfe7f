//! A hook is a type that is provided and fits, or a function of one shape.

use velithon::prelude::*;

use velithon::gateway::Outcome;

struct Unprovided;

#[inject]
#[derive(Default)]
struct Wrong;

async fn check() -> Result<()> {
    Ok(())
}

fn always(outcome: Outcome) -> bool {
    outcome == Outcome::Refused
}

#[upstream(targets = ["http://10.0.0.1"], balance = Unprovided)]
struct A;

#[upstream(targets = ["http://10.0.0.1"], balance = Wrong)]
struct B;

#[upstream(targets = ["http://10.0.0.1"], health = check)]
struct C;

#[upstream(targets = ["http://10.0.0.1"], retry_if = always)]
struct D;

#[upstream(targets = ["http://10.0.0.1"], health = Wrong)]
struct F;

#[upstream(discover = Wrong)]
struct G;

#[gateway("/e", upstream = D, transform = Wrong, body_json(with = always))]
struct E;

fn main() {}
