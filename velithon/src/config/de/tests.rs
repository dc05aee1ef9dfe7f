use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Asker, Outcome, read};
use crate::config::{Secret, Size, Sources, Tree};

/// A tree of `--set` arguments and variables; files have their tests with the layers.
fn tree(set: &[&str], environment: &[(&str, &str)]) -> Tree {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let set = set.iter().map(|set| (*set).to_owned()).collect();
    Sources { environment, set, profile: "dev".into(), file: None }.read().unwrap()
}

fn outcome<T: DeserializeOwned>(tree: &Tree) -> Outcome<T> {
    let mut origin = crate::__origin!();
    (origin.file, origin.line, origin.column) = ("src/config.rs", 12, 1);
    read(tree, "shop", Asker { type_name: "ShopConfig", origin })
}

fn value<T: DeserializeOwned>(set: &[&str]) -> T {
    let outcome = outcome(&tree(set, &[]));
    outcome.value.unwrap_or_else(|| panic!("{:?}", outcome.faults))
}

fn faults<T: DeserializeOwned>(set: &[&str]) -> Vec<String> {
    outcome::<T>(&tree(set, &[])).faults.iter().map(ToString::to_string).collect()
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Memory,
    Redis { url: String },
}

#[derive(Deserialize, Debug, PartialEq)]
struct Everything {
    flag: bool,
    port: u16,
    share: f64,
    name: String,
    letter: char,
    hosts: Vec<String>,
    kind: Kind,
    addr: SocketAddr,
    #[serde(with = "crate::config::duration")]
    timeout: Duration,
    #[serde(default, with = "crate::config::duration")]
    pause: Option<Duration>,
    limit: Size,
    weights: BTreeMap<u8, f32>,
    maybe: Option<u32>,
    pair: (u8, String),
}

#[test]
fn text_becomes_what_the_type_asks_for() {
    let set = [
        "shop.flag=true",
        "shop.port=8080",
        "shop.share=0.5",
        "shop.name=42",
        "shop.letter=x",
        "shop.hosts=[\"a\"]",
        "shop.kind={\"redis\": {\"url\": \"u\"}}",
        "shop.addr=127.0.0.1:80",
        "shop.timeout=1m30s",
        "shop.pause=5s",
        "shop.limit=64KiB",
        "shop.weights.7=1",
        "shop.pair=[1, \"a\"]",
    ];
    let wanted = Everything {
        flag: true,
        port: 8080,
        share: 0.5,
        name: "42".into(),
        letter: 'x',
        hosts: vec!["a".into()],
        kind: Kind::Redis { url: "u".into() },
        addr: ([127, 0, 0, 1], 80).into(),
        timeout: Duration::from_secs(90),
        pause: Some(Duration::from_secs(5)),
        limit: Size::new(65_536),
        weights: BTreeMap::from([(7, 1.0)]),
        maybe: None,
        pair: (1, "a".into()),
    };
    assert_eq!(value::<Everything>(&set), wanted);
}

#[test]
fn every_missing_key_is_named_at_once() {
    let whats: Vec<String> =
        outcome::<Everything>(&tree(&[], &[])).faults.into_iter().map(|fault| fault.what).collect();
    let wanted =
        ["flag", "port", "share", "name", "letter", "hosts", "kind", "addr", "timeout", "limit", "weights", "pair"];
    assert_eq!(whats, wanted.map(|name| format!("`shop.{name}` is missing")));
}

#[test]
fn a_missing_key_says_what_to_write() {
    #[derive(Deserialize, Debug)]
    struct ShopConfig {
        #[allow(dead_code)]
        jwt_key: Secret<String>,
    }
    assert_eq!(
        faults::<ShopConfig>(&[]),
        ["error: `shop.jwt_key` is missing\n  --> src/config.rs:12:1  `ShopConfig` needs it\n   \
          = help: write `jwt_key = \"..\"` under `[shop]` in velithon.toml, or set VELITHON_SHOP__JWT_KEY"]
    );
}

#[test]
fn wrong_values_and_missing_keys_come_together() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct ShopConfig {
        port: u16,
        flag: bool,
        kind: Kind,
        pool: Pool,
        addr: SocketAddr,
    }
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Pool {
        min: u8,
        max: u8,
    }
    let set = ["shop.port=70000", "shop.flag=yes", "shop.kind=memroy", "shop.pool.min=x", "shop.addr=here"];
    let faults = outcome::<ShopConfig>(&tree(&set, &[])).faults;
    let mut whats: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
    whats.sort_unstable();
    assert_eq!(
        whats,
        [
            "`shop.addr` is not accepted",
            "`shop.flag` must be `true` or `false`, but is the text \"yes\"",
            "`shop.kind` must be \"memory\" or \"redis\", but is \"memroy\"",
            "`shop.pool.max` is missing",
            "`shop.pool.min` must be a whole number from 0 to 255, but is the text \"x\"",
            "`shop.port` must be a whole number from 0 to 65535, but is the number 70000",
        ]
    );
    assert_eq!(faults.iter().find(|fault| fault.what.contains("kind")).unwrap().help, "write \"memory\"");
}

#[test]
fn an_item_of_a_list_is_named_by_its_place() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct ShopConfig {
        ports: Vec<u16>,
    }
    let faults = faults::<ShopConfig>(&["shop.ports=[1, \"x\", 3, -1]"]);
    assert!(faults[0].contains("`shop.ports[1]`") && faults[1].contains("`shop.ports[3]`"), "{faults:?}");
    assert_eq!(faults.len(), 2);
}

#[test]
fn text_that_is_no_json_is_no_list() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct ShopConfig {
        hosts: Vec<String>,
    }
    let faults = faults::<ShopConfig>(&["shop.hosts=[a, b]"]);
    assert!(
        faults[0].starts_with("error: `shop.hosts` must be a list in JSON, such as [\"a\", \"b\"] ("),
        "{faults:?}"
    );
}

#[test]
fn a_text_that_looks_like_json_stays_text_for_a_text() {
    #[derive(Deserialize, Debug)]
    struct ShopConfig {
        pattern: String,
    }
    assert_eq!(value::<ShopConfig>(&["shop.pattern=[1]"]).pattern, "[1]");
}

#[test]
fn ignored_keys_are_noted_with_the_keys_there_are() {
    #[derive(Deserialize, Debug)]
    struct ShopConfig {
        #[allow(dead_code)]
        port: u16,
    }
    let outcome = outcome::<ShopConfig>(&tree(&["shop.port=1", "shop.prot=2"], &[]));
    let (path, ignored) = outcome.notes.ignored.first_key_value().unwrap();
    assert_eq!(
        ignored.fault(path).to_string(),
        "error: there is no key `shop.prot`\n  --> --set shop.prot\n   = help: write `port`"
    );
}

#[test]
fn keys_that_the_type_denies_are_named_all() {
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct ShopConfig {
        #[allow(dead_code)]
        port: u16,
    }
    let faults = faults::<ShopConfig>(&["shop.prot=2", "shop.nothing=3"]);
    assert_eq!(faults.len(), 3, "{faults:?}");
}

#[test]
fn a_section_that_stands_nowhere_takes_its_defaults() {
    #[derive(Deserialize, Debug, Default)]
    #[serde(default)]
    struct ShopConfig {
        port: u16,
    }
    assert_eq!(value::<ShopConfig>(&[]).port, 0);
}

#[test]
fn a_secret_is_noted_and_never_shown() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct ShopConfig {
        key: Secret<String>,
        pin: Option<Secret<u16>>,
    }
    let outcome = outcome::<ShopConfig>(&tree(&["shop.key=hunter2", "shop.pin=hunter2"], &[]));
    assert_eq!(outcome.notes.secrets.iter().collect::<Vec<_>>(), ["shop.key", "shop.pin"]);
    assert_eq!(outcome.faults[0].what, "`shop.pin` must be a whole number from 0 to 65535, but is text");
}

#[test]
fn a_secret_that_serde_buffers_hides_all_that_was_buffered() {
    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct ShopConfig {
        login: Login,
    }
    #[derive(Deserialize, Debug)]
    #[serde(untagged)]
    #[allow(dead_code)]
    enum Login {
        Key { key: Secret<String> },
        None { none: bool },
    }
    let outcome = outcome::<ShopConfig>(&tree(&["shop.login.key=hunter2"], &[]));
    assert!(outcome.notes.secrets.contains("shop.login"), "{:?}", outcome.notes);
}

#[test]
fn a_variable_fills_a_field_with_capitals() {
    #[derive(Deserialize, Debug)]
    #[serde(rename_all = "camelCase")]
    struct ShopConfig {
        page_size: u16,
    }
    let outcome = outcome::<ShopConfig>(&tree(&[], &[("VELITHON_SHOP__PAGESIZE", "7")]));
    assert_eq!(outcome.value.unwrap().page_size, 7);
}
