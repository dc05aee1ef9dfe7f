//! The setting `balance`: `"p2c"`, `"weighted"`, `"hash(header x-tenant)"`, `"sticky(cookie)"`.

use std::fmt;
use std::str::FromStr;

use http::HeaderName;
use serde::{Deserialize, Deserializer, de};

use super::hash::Key;
use crate::fault::nearest;
use crate::gateway::target::TargetSpec;

/// The cookie of `"sticky(cookie)"`.
const STICKY: &str = "velithon_target";

/// The names without an argument.
const PLAIN: [&str; 6] = ["p2c", "round_robin", "weighted", "least", "ewma", "random"];

/// How targets are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Algorithm {
    /// The better of two draws, by latency and load.
    #[default]
    P2c,
    /// The best of all, by latency and load.
    Ewma,
    /// The one with the fewest requests in flight for its weight.
    Least,
    /// In written order, in turn.
    RoundRobin,
    /// In turn, each exactly as often as it weighs.
    Weighted,
    /// By lot, in proportion to the weights.
    Random,
    /// The same target for the same key.
    Hash(Key),
    /// The same target for the same client, by a cookie of this name.
    Sticky(Box<str>),
}

/// Why a text is no balance, with the ones there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlgorithmError(String);

impl Algorithm {
    /// Whether a set of so many primaries has a table.
    pub(crate) fn is_maglev(&self, primaries: usize) -> bool {
        matches!(self, Self::Hash(_)) && primaries > 1
    }

    /// Whether it can balance those targets.
    ///
    /// # Errors
    /// When the targets have weights and `round_robin` would ignore them.
    pub(crate) fn check(&self, targets: &[TargetSpec]) -> Result<(), AlgorithmError> {
        match targets.iter().find(|target| target.weight != 1) {
            Some(target) if *self == Self::RoundRobin => Err(AlgorithmError(format!(
                "`round_robin` knows no weights, and `{}` has the weight {}; write `balance = \"weighted\"`, or remove it",
                target.authority, target.weight
            ))),
            _ => Ok(()),
        }
    }
}

impl FromStr for Algorithm {
    type Err = AlgorithmError;

    fn from_str(text: &str) -> Result<Self, AlgorithmError> {
        let (name, argument) = match text.trim().split_once('(') {
            Some((name, rest)) => (name.trim(), rest.strip_suffix(')').map(str::trim).ok_or_else(|| unknown(text))?),
            None => (text.trim(), ""),
        };
        match (name, argument) {
            ("p2c", "") => Ok(Self::P2c),
            ("ewma", "") => Ok(Self::Ewma),
            ("least", "") => Ok(Self::Least),
            ("round_robin", "") => Ok(Self::RoundRobin),
            ("weighted", "") => Ok(Self::Weighted),
            ("random", "") => Ok(Self::Random),
            ("hash", argument) => key(argument).map(Self::Hash).ok_or_else(|| unknown(text)),
            ("sticky", argument) => sticky(argument).map(Self::Sticky).ok_or_else(|| unknown(text)),
            _ => Err(unknown(text)),
        }
    }
}

/// `header x-tenant`, `cookie id`, `query id`, `ip`, `path`.
fn key(argument: &str) -> Option<Key> {
    match argument.split_once(char::is_whitespace).map(|(kind, name)| (kind, name.trim())) {
        None if argument == "ip" => Some(Key::Ip),
        None if argument == "path" => Some(Key::Path),
        Some(("header", name)) => HeaderName::from_str(name).ok().map(Key::Header),
        Some(("cookie", name)) => cookie_name(name).map(Key::Cookie),
        Some(("query", name)) if !name.is_empty() => Some(Key::Query(name.into())),
        _ => None,
    }
}

/// `cookie`, or `cookie name`.
fn sticky(argument: &str) -> Option<Box<str>> {
    match argument.split_once(char::is_whitespace) {
        None if argument == "cookie" => Some(STICKY.into()),
        Some(("cookie", name)) => cookie_name(name.trim()),
        _ => None,
    }
}

/// A name that fits a cookie: a token (RFC 6265, section 4.1.1), as the name of a header is.
fn cookie_name(name: &str) -> Option<Box<str>> {
    HeaderName::from_str(name).is_ok().then(|| name.into())
}

fn unknown(text: &str) -> AlgorithmError {
    let name = text.split('(').next().unwrap_or_default().trim();
    let meant = match name {
        "hash" => {
            "write `hash(header x-tenant)`, `hash(cookie id)`, `hash(query id)`, `hash(ip)` or `hash(path)`".into()
        }
        "sticky" => "write `sticky(cookie)`, or `sticky(cookie name)` for a cookie of that name".into(),
        _ => match nearest(name, PLAIN) {
            Some(near) if near != text.trim() => format!("did you mean `{near}`?"),
            _ => format!("there are `{}`, `hash(..)` and `sticky(..)`", PLAIN.join("`, `")),
        },
    };
    AlgorithmError(format!("`{text}` is no balance: {meant}"))
}

impl fmt::Display for AlgorithmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AlgorithmError {}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Algorithm, String> {
        text.parse().map_err(|error: AlgorithmError| error.to_string())
    }

    #[test]
    fn every_documented_balance_is_read() {
        for (name, algorithm) in PLAIN.into_iter().zip([
            Algorithm::P2c,
            Algorithm::RoundRobin,
            Algorithm::Weighted,
            Algorithm::Least,
            Algorithm::Ewma,
            Algorithm::Random,
        ]) {
            assert_eq!(read(name), Ok(algorithm));
        }
        assert_eq!(
            read("hash(header x-tenant)"),
            Ok(Algorithm::Hash(Key::Header("x-tenant".parse().expect("a name"))))
        );
        assert_eq!(read("hash( cookie  id )"), Ok(Algorithm::Hash(Key::Cookie("id".into()))));
        assert_eq!(read("hash(ip)"), Ok(Algorithm::Hash(Key::Ip)));
        assert_eq!(read("sticky(cookie)"), Ok(Algorithm::Sticky(STICKY.into())));
        assert_eq!(read("sticky(cookie route)"), Ok(Algorithm::Sticky("route".into())));
    }

    #[test]
    fn a_misspelt_balance_is_told_the_nearest_one() {
        assert_eq!(read("weigted").unwrap_err(), "`weigted` is no balance: did you mean `weighted`?");
        assert!(read("hash(header)").unwrap_err().contains("write `hash(header x-tenant)`"));
        assert!(read("p2c(2)").unwrap_err().contains("did you mean `p2c`?"));
        assert!(read("xyz").unwrap_err().contains("there are `p2c`"));
    }

    #[test]
    fn weights_beside_round_robin_are_an_error_that_names_weighted() {
        let targets = ["http://a".parse().expect("a target"), "http://b; weight=2".parse().expect("a target")];
        assert_eq!(
            Algorithm::RoundRobin.check(&targets).unwrap_err().to_string(),
            "`round_robin` knows no weights, and `b` has the weight 2; write `balance = \"weighted\"`, or remove it"
        );
        assert_eq!(Algorithm::Weighted.check(&targets), Ok(()));
    }
}
