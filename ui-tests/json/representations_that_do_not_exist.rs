//! Keys that contradict each other or their place. `Serialize` is written by hand, so serde's derive reports none of them.

use serde::{Serialize, Serializer};
use velithon::prelude::*;

#[derive(ToJson)]
#[serde(content = "data")]
enum Tagless {
    Unit,
}

#[derive(ToJson)]
#[serde(tag = "kind")]
enum Tagged {
    Pair(u8, u8),
}

#[derive(ToJson)]
#[serde(tag = "kind", untagged)]
enum Both {
    Unit,
}

#[derive(ToJson)]
#[serde(tag = "kind")]
struct Pair(u8, u8);

#[derive(ToJson)]
#[serde(transparent)]
struct Two {
    a: u8,
    b: u8,
}

#[derive(ToJson)]
struct Flat(#[serde(flatten)] Two, u8);

#[derive(ToJson)]
#[serde(rename_all = "Camel-Case")]
struct Renamed {
    a_name: u8,
}

macro_rules! by_hand {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_unit()
            }
        }
    )*};
}

by_hand!(Tagless Tagged Both Pair Two Flat Renamed);

fn main() {}
