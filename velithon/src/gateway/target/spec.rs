//! What is written about a target: `"http://10.0.0.2:8080; weight=3; backup"`, or a table with the same keys.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::uri::Authority;
use serde::{Deserialize, Deserializer, de};

/// The most a target may weigh.
const MOST_WEIGHT: u16 = 1000;

/// One target as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSpec {
    /// Whether TLS is spoken.
    pub scheme: Scheme,
    /// Host and port as written, without a default port: the `Host` that the target sees.
    pub authority: String,
    /// The host alone, in lower case; an IPv6 address without its brackets.
    pub host: String,
    /// The port, 80 or 443 when none was written.
    pub port: u16,
    /// The address a name was resolved to; nothing for an address, or while resolving is left to the connection.
    pub address: Option<IpAddr>,
    /// 1 to 1000. The default balance reads it as capacity, `weighted` as an exact share.
    pub weight: u16,
    /// Used only while no other target is eligible.
    pub backup: bool,
}

/// What is spoken to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HTTP without TLS.
    Http,
    /// HTTP over TLS.
    Https,
}

/// What makes two targets the same one: scheme, name, address and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TargetKey {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
    address: Option<IpAddr>,
}

/// Why a text is no target, with an example of a right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError(String);

impl Scheme {
    /// `http` or `https`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that need not be written.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl TargetSpec {
    /// The same target at one of the addresses its name resolves to.
    #[must_use]
    pub(crate) fn at(&self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self.clone() }
    }

    pub(crate) fn key(&self) -> TargetKey {
        TargetKey { scheme: self.scheme, host: self.host.as_str().into(), port: self.port, address: self.address }
    }

    /// `http://10.0.0.1:8080`: the address without weight and backup.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.authority)
    }
}

impl TargetKey {
    /// The address that is dialled, or the name while it is not known: `10.0.0.1:8080`.
    pub(crate) fn label(&self) -> String {
        match (self.address, self.host.contains(':')) {
            (Some(address), _) => std::net::SocketAddr::new(address, self.port).to_string(),
            (None, true) => format!("[{}]:{}", self.host, self.port),
            (None, false) => format!("{}:{}", self.host, self.port),
        }
    }

    /// A number that is the same wherever this key is hashed, so that several gateways agree on who serves a key.
    pub(crate) fn hash(&self) -> u64 {
        let address = self.address.map(|address| address.to_string()).unwrap_or_default();
        let text = format!("{}://{}:{}/{address}", self.scheme.as_str(), self.host, self.port);
        xxhash_rust::xxh3::xxh3_64(text.as_bytes())
    }
}

impl FromStr for TargetSpec {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let mut parts = text.split(';').map(str::trim);
        let mut spec = address(text, parts.next().unwrap_or_default())?;
        for part in parts {
            match part.split_once('=').map(|(key, value)| (key.trim(), value.trim())) {
                Some(("weight", value)) => spec.weight = weight(text, value.parse().unwrap_or(0))?,
                None if part == "backup" => spec.backup = true,
                _ => return Err(wrong(text, format_args!("`{part}` is neither `weight=N` nor `backup`"))),
            }
        }
        Ok(spec)
    }
}

/// Scheme, host and port, with the defaults of the rest.
fn address(text: &str, url: &str) -> Result<TargetSpec, TargetError> {
    let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong(text, "it has no scheme"))?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => return Err(wrong(text, format_args!("`{other}` is neither `http` nor `https`"))),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '?', '#']) {
        return Err(wrong(text, "a target has no path and no query; the `rewrite` of a gateway adds a path"));
    }
    if rest.contains('@') {
        return Err(wrong(text, "a target holds no user name or password; `request(set(..))` adds a header"));
    }
    let (host, port) = host_and_port(text, rest)?;
    let port = port.unwrap_or(scheme.default_port());
    let written = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let authority = if port == scheme.default_port() { written } else { format!("{written}:{port}") };
    let host = host.to_ascii_lowercase();
    Ok(TargetSpec { scheme, authority, host, port, address: None, weight: 1, backup: false })
}

/// The host without brackets, and the port if one is written.
fn host_and_port(text: &str, rest: &str) -> Result<(String, Option<u16>), TargetError> {
    let authority: Authority = rest.parse().map_err(|_| wrong(text, "it has no valid host"))?;
    let port = match rest.get(authority.host().len()..).and_then(|port| port.strip_prefix(':')) {
        None => None,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err(wrong(text, format_args!("`{port}` is no port from 1 to 65535"))),
            Ok(port) => Some(port),
        },
    };
    let host = authority.host();
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        inner.parse::<std::net::Ipv6Addr>().map_err(|_| wrong(text, format_args!("`{inner}` is no IPv6 address")))?;
        return Ok((inner.to_owned(), port));
    }
    let fine = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_');
    if host.is_empty() || !host.bytes().all(fine) {
        return Err(wrong(text, format_args!("`{host}` is no host")));
    }
    Ok((host.to_owned(), port))
}

fn weight(text: &str, weight: i64) -> Result<u16, TargetError> {
    match u16::try_from(weight) {
        Ok(weight @ 1..=MOST_WEIGHT) => Ok(weight),
        _ => Err(wrong(text, "a weight is a number from 1 to 1000; drain a target to send it nothing")),
    }
}

fn wrong(text: &str, reason: impl fmt::Display) -> TargetError {
    let example = "\"http://10.0.0.1:8080\" or \"https://a.example; weight=3; backup\"";
    TargetError(format!("`{text}` is no target: {reason}; write {example}"))
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TargetError {}

impl<'de> Deserialize<'de> for TargetSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A target as a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    url: String,
    #[serde(default = "one")]
    weight: i64,
    #[serde(default)]
    backup: bool,
}

const fn one() -> i64 {
    1
}

struct Written;

impl<'de> de::Visitor<'de> for Written {
    type Value = TargetSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a target such as \"http://10.0.0.1:8080; weight=3\" or { url = \"http://10.0.0.1:8080\", weight = 3 }",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<TargetSpec, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<TargetSpec, A::Error> {
        let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
        let spec = address(&table.url, &table.url).map_err(de::Error::custom)?;
        let weight = weight(&table.url, table.weight).map_err(de::Error::custom)?;
        Ok(TargetSpec { weight, backup: table.backup, ..spec })
    }
}
