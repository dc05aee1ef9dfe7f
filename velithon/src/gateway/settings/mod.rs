//! What an upstream and a gateway can be told, by attribute, velithon.toml, environment and command line alike.
//!
//! The attributes of the records are laid under the tree of the configuration; then one type reads each section, so that
//! defaults, precedence, the names of unknown keys and the sources that `config` prints come from one place.

mod connection;
mod edits;
mod health;
mod layer;
mod retries;
mod route;
mod shares;
#[cfg(test)]
mod texts;
mod timeout;
mod upstream;

use serde::de::DeserializeOwned;

pub(crate) use connection::{Http, TlsSettings};
pub(crate) use edits::{Edit, Edits, JsonLimit, ReplyEdits};
pub(crate) use layer::lay_under;
pub(crate) use retries::Retries;
pub(crate) use route::{GatewaySettings, Slash};
pub(crate) use shares::{MirrorSettings, SplitSettings};
pub(crate) use timeout::Overrides;
pub(crate) use upstream::UpstreamSettings;

use super::record::{GatewayRecord, UpstreamRecord};
use crate::config::de::{self, Asker};
use crate::config::{Node, Tree, Value};
use crate::fault::Fault;
use crate::record::Records;

/// The section of all upstreams.
pub(crate) const UPSTREAM: &str = "upstream";
/// The section of all gateways.
pub(crate) const GATEWAY: &str = "gateway";

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
