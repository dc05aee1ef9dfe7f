//! Celery as it is installed now writes what the recording says: a newer one that writes other fields does not pass unnoticed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Broker;
use super::python;

/// Every path of fields, with JSON inside of texts opened.
fn shape(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                shape(value, &format!("{path}/{name}"), into);
            }
        }
        Value::String(text) if text.starts_with('{') => {
            let inner = serde_json::from_str(text).unwrap_or(Value::Null);
            shape(&inner, path, into);
        }
        _ => {
            into.insert(path.to_owned());
        }
    }
}

fn shape_of(value: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    shape(value, "", &mut all);
    all
}

/// Records again, and compares.
pub fn still_the_same(broker: &Broker) -> Result<(), String> {
    let output = python::script(broker, "record.py").output().expect("Python");
    let said = String::from_utf8_lossy(&output.stdout);
    let now: Value = serde_json::from_str(&said)
        .map_err(|error| format!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    let before: Value =
        serde_json::from_str(include_str!("../../../../velithon/src/task/celery/recorded.json")).expect("a recording");
    let (now_shape, before_shape) = (shape_of(&now), shape_of(&before));
    let (new, gone): (Vec<_>, Vec<_>) =
        (now_shape.difference(&before_shape).collect(), before_shape.difference(&now_shape).collect());
    if new.is_empty() && gone.is_empty() {
        return Ok(());
    }
    Err(format!(
        "Celery {} writes other fields than the recorded {}:\nnew: {new:?}\ngone: {gone:?}\nhelp: see what they mean for \
         velithon/src/task/celery, then record anew with record.py",
        now["versions"]["celery"], before["versions"]["celery"],
    ))
}
