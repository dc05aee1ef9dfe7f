//! Numbers between text, the tree and serde.

use serde::de::Visitor;

use super::error::Error;

/// Hands an integer over in the narrowest form that every visitor knows.
pub(super) fn visit<'de, V: Visitor<'de>>(number: i128, visitor: V) -> Result<V::Value, Error> {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => visitor.visit_i64(number),
        (_, Ok(number)) => visitor.visit_u64(number),
        _ => visitor.visit_i128(number),
    }
}

/// Reads text of unknown type as a number; what is none goes on as text, so that the visitor says what it wants.
pub(super) fn visit_text<'de, V: Visitor<'de>>(text: &str, visitor: V) -> Result<V::Value, Error> {
    if let Ok(number) = text.trim().parse::<i128>() {
        visit(number, visitor)
    } else if let Ok(number) = text.trim().parse::<f64>() {
        visitor.visit_f64(number)
    } else {
        visitor.visit_str(text)
    }
}
