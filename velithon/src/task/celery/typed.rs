//! Values of Python's that JSON has no form for, as kombu writes them: `{"__type__": "uuid", "__value__": {..}}`.

use serde_json::Value;

/// What a text contains when there is something to flatten.
pub(super) const MARK: &str = "\"__type__\"";

/// Turns such values into the text that serde's types of the same meaning read: an RFC 3339 time, a decimal number, a
/// UUID, base64 of bytes. A type of the user's own stays as it is.
pub(super) fn flatten(value: &mut Value) {
    if let Some(plain) = plain(value) {
        *value = plain;
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(flatten),
        Value::Object(fields) => fields.values_mut().for_each(flatten),
        _ => {}
    }
}

fn plain(value: &Value) -> Option<Value> {
    let fields = value.as_object().filter(|fields| fields.len() == 2)?;
    let inner = fields.get("__value__")?;
    match fields.get("__type__")?.as_str()? {
        "uuid" => inner.get("hex")?.as_str()?.parse::<uuid::Uuid>().ok().map(|uuid| uuid.to_string().into()),
        "datetime" | "date" | "time" | "decimal" | "bytes" | "base64" if inner.is_string() => Some(inner.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_python_uuid_or_date_is_plain_text_here() {
        let mut value = json!([
            { "__type__": "uuid", "__value__": { "hex": "6ba7b8109dad41d180b400c04fd430c8", "version": 4 } },
            { "when": { "__type__": "datetime", "__value__": "2026-11-25T07:16:17+00:00" } },
            { "__type__": "decimal", "__value__": "1.50" },
        ]);
        flatten(&mut value);
        assert_eq!(
            value,
            json!(["6ba7b810-9dad-41d1-80b4-00c04fd430c8", { "when": "2026-11-25T07:16:17+00:00" }, "1.50"])
        );
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        let mut value = json!({ "__type__": "point", "__value__": [1, 2] });
        let before = value.clone();
        flatten(&mut value);
        assert_eq!(value, before);
    }
}
