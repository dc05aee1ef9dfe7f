//! A target stands for one address, however it is spelt.

use velithon::prelude::*;

#[upstream(targets = ["http://payments.example", "http://Payments.example:80/; weight=3"])]
struct Payments;

#[upstream(targets = ["http://10.0.0.1; backup", "http://10.0.0.2; backup"])]
struct Backups;

fn main() {}
