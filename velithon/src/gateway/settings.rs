//! What an upstream and a gateway can be told, by attribute, velithon.toml, environment and command line alike.
//!
//! The attributes of the records are laid under the tree of the configuration; then one type reads each section, so that
//! defaults, precedence, the names of unknown keys and the sources that `config` prints come from one place.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::record::{Attribute, AttributeValue, GatewayRecord, UpstreamRecord};
use super::target::TargetSpec;
use crate::config::de::{self, Asker};
use crate::config::{self, Node, Source, Table, Tree, Value};
use crate::fault::Fault;
use crate::record::{Origin, Records};

/// The section of all upstreams.
pub(crate) const UPSTREAM: &str = "upstream";
/// The section of all gateways.
pub(crate) const GATEWAY: &str = "gateway";

/// `[upstream.<key>]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct UpstreamSettings {
    /// Where requests go.
    pub(crate) targets: Vec<TargetSpec>,
}

/// `[gateway.<key>]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GatewaySettings {
    /// The prefix, of a gateway that is no item; an attribute's may be replaced.
    pub(crate) path: Option<String>,
    /// The key of the upstream, likewise.
    pub(crate) upstream: Option<String>,
    /// The methods that are taken; all when there is none.
    pub(crate) methods: Vec<String>,
    pub(crate) strip_prefix: bool,
    pub(crate) rewrite: Option<String>,
    pub(crate) preserve_host: bool,
    pub(crate) host: Option<String>,
    pub(crate) forwarded: bool,
}

impl UpstreamSettings {
    /// What is wrong with an upstream, whatever leads to it.
    pub(crate) fn faults(&self, name: &str, place: &str, record: Option<&UpstreamRecord>) -> Vec<Fault> {
        let discovered = record.is_some_and(|record| record.hooks.discover.is_some());
        if self.targets.is_empty() && !discovered {
            return vec![
                Fault::new(format!("the upstream `{name}` has no targets"))
                    .at(place, "")
                    .help("write `targets = [\"http://10.0.0.1:8080\"]`"),
            ];
        }
        Vec::new()
    }
}

/// Every upstream and gateway there is, as configured.
#[derive(Debug, Default)]
pub(crate) struct Configured {
    pub(crate) upstreams: Vec<ConfiguredUpstream>,
    pub(crate) gateways: Vec<ConfiguredGateway>,
}

/// One upstream, with its record unless it exists in configuration alone.
#[derive(Debug, Clone)]
pub(crate) struct ConfiguredUpstream {
    pub(crate) name: String,
    pub(crate) settings: UpstreamSettings,
    pub(crate) record: Option<&'static UpstreamRecord>,
    /// Where it is declared.
    pub(crate) place: String,
}

/// One gateway, with its record unless it exists in configuration alone.
#[derive(Debug, Clone)]
pub(crate) struct ConfiguredGateway {
    pub(crate) name: String,
    pub(crate) settings: GatewaySettings,
    pub(crate) record: Option<&'static GatewayRecord>,
    /// Where it is declared.
    pub(crate) place: String,
}

/// Lays what the attributes say under what is configured.
pub(crate) fn lay_under(tree: &mut Tree, records: &Records) {
    let mut lowest = Table::new();
    for record in &records.upstreams {
        layer(&mut lowest, UPSTREAM, (record.key)().name(), record.attributes, record.origin);
    }
    for record in &records.gateways {
        layer(&mut lowest, GATEWAY, record.key, record.attributes, record.origin);
    }
    config::merge(&mut lowest, std::mem::take(&mut tree.root));
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

/// Reads every upstream and gateway of the tree.
///
/// # Errors
/// Everything that is wrong with one of them by itself; what they mean together is the plan's affair.
pub(crate) fn read(tree: &Tree, records: &Records) -> Result<Configured, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut configured = Configured::default();
    for (name, settings, place) in sections::<UpstreamSettings>(tree, UPSTREAM, "an upstream", &mut faults) {
        let record = records.upstreams.iter().copied().find(|record| (record.key)().name() == name);
        let place = record.map_or(place, |record| record.origin.to_string());
        configured.upstreams.push(ConfiguredUpstream { name, settings, record, place });
    }
    for (name, settings, place) in sections::<GatewaySettings>(tree, GATEWAY, "a gateway", &mut faults) {
        let record = records.gateways.iter().copied().find(|record| record.key == name);
        let place = record.map_or(place, |record| record.origin.to_string());
        configured.gateways.push(ConfiguredGateway { name, settings, record, place });
    }
    if faults.is_empty() { Ok(configured) } else { Err(faults) }
}

/// Every section below `around`, with where its name stands.
fn sections<T: DeserializeOwned>(
    tree: &Tree,
    around: &'static str,
    what: &'static str,
    faults: &mut Vec<Fault>,
) -> Vec<(String, T, String)> {
    // Anything but a table is told as a section that holds a value.
    let Some(Node { value: Value::Table(sections), .. }) = tree.get(around) else { return Vec::new() };
    let mut read = Vec::new();
    for (name, node) in sections {
        let path = format!("{around}.{name}");
        if !matches!(node.value, Value::Table(_)) {
            faults.push(
                Fault::new(format!("`{path}` is {what}, but a value stands here"))
                    .at(node.source(), "")
                    .help(format!("write `[{path}]` and its keys below")),
            );
            continue;
        }
        let outcome = de::read::<T>(tree, &path, Asker { type_name: what, origin: crate::__origin!() });
        let notes = outcome.notes;
        let unknown = notes.ignored.iter().filter(|(path, _)| !notes.read.contains(*path));
        faults.extend(outcome.faults);
        faults.extend(unknown.map(|(path, ignored)| ignored.fault(path)));
        read.extend(outcome.value.map(|value| (name.clone(), value, node.source().to_string())));
    }
    read
}
