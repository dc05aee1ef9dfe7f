//! The headers of a message as AMQP's table, and back.

use lapin::types::{AMQPValue, FieldArray, FieldTable, ShortString};
use serde_json::{Map, Number, Value};

/// JSON as a table; a name that AMQP has no room for is left out.
pub(super) fn table(fields: Map<String, Value>) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in fields {
        if let Ok(name) = ShortString::try_new(name) {
            table.insert(name, field(value));
        }
    }
    table
}

fn field(value: Value) -> AMQPValue {
    match value {
        Value::Null => AMQPValue::Void,
        Value::Bool(truth) => AMQPValue::Boolean(truth),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => AMQPValue::LongLongInt(whole),
            None => AMQPValue::Double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => AMQPValue::LongString(text.into()),
        Value::Array(items) => {
            AMQPValue::FieldArray(FieldArray::from(items.into_iter().map(field).collect::<Vec<_>>()))
        }
        Value::Object(fields) => AMQPValue::FieldTable(table(fields)),
    }
}

/// A table as JSON.
pub(super) fn json(table: &FieldTable) -> Value {
    let fields = table.inner().iter().map(|(name, value)| (name.as_str().to_owned(), value_of(value)));
    Value::Object(fields.collect())
}

fn value_of(field: &AMQPValue) -> Value {
    let float = |number: f64| Number::from_f64(number).map_or(Value::Null, Value::Number);
    match field {
        AMQPValue::Boolean(truth) => Value::Bool(*truth),
        AMQPValue::ShortShortInt(number) => Value::from(*number),
        AMQPValue::ShortShortUInt(number) => Value::from(*number),
        AMQPValue::ShortInt(number) => Value::from(*number),
        AMQPValue::ShortUInt(number) => Value::from(*number),
        AMQPValue::LongInt(number) => Value::from(*number),
        AMQPValue::LongUInt(number) => Value::from(*number),
        AMQPValue::LongLongInt(number) => Value::from(*number),
        AMQPValue::Timestamp(number) => Value::from(*number),
        AMQPValue::Float(number) => float(f64::from(*number)),
        AMQPValue::Double(number) => float(*number),
        AMQPValue::DecimalValue(decimal) => float(f64::from(decimal.value) / 10f64.powi(i32::from(decimal.scale))),
        AMQPValue::ShortString(text) => Value::from(text.as_str()),
        AMQPValue::LongString(text) => Value::from(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        AMQPValue::ByteArray(bytes) => Value::from(String::from_utf8_lossy(bytes.as_slice()).into_owned()),
        AMQPValue::FieldArray(items) => items.as_slice().iter().map(value_of).collect(),
        AMQPValue::FieldTable(table) => json(table),
        AMQPValue::Void => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_read_as_they_were_written() {
        let headers = serde_json::json!({
            "task": "rust.add", "retries": 2, "timelimit": [null, 1.5], "stamps": { "user": "é" }, "ignore_result": false,
        });
        let Value::Object(fields) = headers.clone() else { unreachable!("it is an object") };
        assert_eq!(json(&table(fields)), headers);
    }
}
