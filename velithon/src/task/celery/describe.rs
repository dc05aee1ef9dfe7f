//! Arguments for people, as Python would show them: what Celery's log and its monitors print.

use std::fmt::Write as _;

use serde_json::Value;

use super::envelope::Headers;

/// How much of the arguments is shown, in bytes.
const LIMIT: usize = 1024;

impl Headers {
    /// Shows the arguments.
    pub(super) fn described<'v>(
        &mut self,
        args: impl ExactSizeIterator<Item = &'v Value>,
        kwargs: &serde_json::Map<String, Value>,
    ) {
        self.argsrepr = tuple(args);
        self.kwargsrepr = String::new();
        fields(&mut self.kwargsrepr, kwargs);
        [&mut self.argsrepr, &mut self.kwargsrepr].into_iter().for_each(cut);
    }
}

fn tuple<'v>(args: impl ExactSizeIterator<Item = &'v Value>) -> String {
    let (mut out, one) = ("(".to_owned(), args.len() == 1);
    list(&mut out, args);
    out.push_str(if one { ",)" } else { ")" });
    out
}

fn list<'v>(out: &mut String, items: impl Iterator<Item = &'v Value>) {
    for (place, item) in items.enumerate() {
        if out.len() > LIMIT {
            return;
        }
        if place > 0 {
            out.push_str(", ");
        }
        show(out, item);
    }
}

fn fields(out: &mut String, map: &serde_json::Map<String, Value>) {
    out.push('{');
    for (place, (name, value)) in map.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        text(out, name);
        out.push_str(": ");
        show(out, value);
    }
    out.push('}');
}

fn show(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        // A string takes whatever is written.
        Value::Number(number) => drop(write!(out, "{number}")),
        Value::String(string) => text(out, string),
        Value::Array(items) => {
            out.push('[');
            list(out, items.iter());
            out.push(']');
        }
        Value::Object(map) => fields(out, map),
    }
}

fn text(out: &mut String, string: &str) {
    let quote = if string.contains('\'') && !string.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for one in string.chars() {
        match one {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            one if one == quote => out.extend(['\\', one]),
            one if one.is_control() => drop(write!(out, "\\x{:02x}", u32::from(one))),
            one => out.push(one),
        }
    }
    out.push(quote);
}

/// Cuts at a boundary of characters, and says so.
fn cut(text: &mut String) {
    if text.len() > LIMIT {
        text.truncate(text.floor_char_boundary(LIMIT - 3));
        text.push_str("...");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(args: &Value, kwargs: &Value) -> (String, String) {
        let mut headers = Headers::new("a".to_owned(), "b".to_owned());
        headers.described(args.as_array().unwrap().iter(), kwargs.as_object().unwrap());
        (headers.argsrepr, headers.kwargsrepr)
    }

    #[test]
    fn arguments_read_as_python_shows_them() {
        let args = json!([1, null, true, "it's", [2.5, "\n"], { "a": "é" }]);
        let (args, kwargs) = shown(&args, &json!({ "y": "é" }));
        assert_eq!(args, r#"(1, None, True, "it's", [2.5, '\n'], {'a': 'é'})"#);
        assert_eq!(kwargs, "{'y': 'é'}");
        assert_eq!(shown(&json!([1]), &json!({})), ("(1,)".to_owned(), "{}".to_owned()));
    }

    #[test]
    fn long_arguments_are_cut_at_one_kibibyte() {
        let (args, _) = shown(&json!(["é".repeat(5000)]), &json!({}));
        assert!(args.len() <= LIMIT && args.ends_with("..."), "{}", args.len());
    }
}
