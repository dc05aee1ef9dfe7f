//! Every key of serde that `ToJson` does not know is named where it stands, all at once.

use serde::Serialize;
use velithon::prelude::*;

#[derive(Clone, Serialize, ToJson)]
#[serde(into = "String")]
struct Name(String);

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

#[derive(Serialize, ToJson)]
#[serde(rename_all_fields = "camelCase")]
enum Event {
    #[serde(serialize_with = "seconds")]
    Slept(u64),
    Renamed {
        #[serde(bound(serialize = "Name: Serialize"))]
        new_name: Name,
    },
}

fn seconds<S: serde::Serializer>(seconds: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{seconds} s"))
}

fn main() {}
