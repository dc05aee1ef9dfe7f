//! An upstream is a name, and a gateway without code is one too.

use velithon::prelude::*;

#[upstream(targets = ["http://10.0.0.1"])]
enum Several { One }

#[upstream(targets = ["http://10.0.0.1"])]
struct Full { url: String }

#[upstream(targets = ["http://10.0.0.1"])]
struct Generic<T>(T);

#[upstream(targets = ["http://10.0.0.1"])]
fn function() {}

#[upstream(targets = ["http://10.0.0.1"])]
struct Payments;

#[gateway("/pay", upstream = Payments)]
enum Route { One }

#[gateway("/full", upstream = Payments)]
struct Fields(u8);

#[gateway("/generic", upstream = Payments)]
struct Wide<const N: usize>;

fn main() {}
