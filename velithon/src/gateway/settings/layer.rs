//! What attributes say, as the lowest layer of the configuration.

use super::{GATEWAY, UPSTREAM};
use crate::config::{Node, Source, Table, Tree, Value, merge};
use crate::gateway::record::{Attribute, AttributeValue};
use crate::record::{Origin, Records};

/// Lays what the attributes say under what is configured.
pub(crate) fn lay_under(tree: &mut Tree, records: &Records) {
    let mut lowest = Table::new();
    for record in &records.upstreams {
        layer(&mut lowest, UPSTREAM, (record.key)().name(), record.attributes, record.origin);
    }
    for record in &records.gateways {
        layer(&mut lowest, GATEWAY, record.key, record.attributes, record.origin);
    }
    merge(&mut lowest, std::mem::take(&mut tree.root));
    tree.root = lowest;
}

/// The layer of one record.
fn layer(lowest: &mut Table, section: &str, key: &str, attributes: &'static [Attribute], origin: Origin) {
    let source = attribute_source(origin.file, origin.line, origin.column);
    let empty = || Node::new(Value::Table(Table::new()), source.clone());
    let sections = lowest.entry(section.to_owned()).or_insert_with(empty);
    if let Value::Table(sections) = &mut sections.value {
        // Of two records with one key the plan speaks; here the first one stays.
        sections.entry(key.to_owned()).or_insert_with(|| node(AttributeValue::Table(attributes), origin, &source));
    }
}

fn node(value: AttributeValue, origin: Origin, source: &Source) -> Node {
    let value = match value {
        AttributeValue::Text(text) => Value::Text(text.to_owned()),
        AttributeValue::Integer(number) => Value::Integer(number.into()),
        AttributeValue::Float(number) => Value::Float(number),
        AttributeValue::Bool(value) => Value::Bool(value),
        AttributeValue::List(items) => Value::List(items.iter().map(|item| node(*item, origin, source)).collect()),
        AttributeValue::Table(attributes) => Value::Table(
            attributes
                .iter()
                .map(|one| {
                    let source = attribute_source(origin.file, one.line, one.column);
                    (one.key.to_owned(), node(one.value, origin, &source))
                })
                .collect(),
        ),
    };
    Node::new(value, source.clone())
}

fn attribute_source(file: &'static str, line: u32, column: u32) -> Source {
    Source::Attribute { file, line, column }
}
