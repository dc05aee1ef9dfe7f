use std::path::Path;

use super::super::tree::{Table, Tree, Value};
use super::{Sources, expand, file, text};
use crate::fault::Fault;

/// The layers over a file of this text, without touching the disk.
fn layers(file_text: &str, environment: &[(&str, &str)], set: &[&str], profile: &str) -> Result<Tree, Vec<Fault>> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let sources = Sources {
        file: None,
        profile: profile.to_owned(),
        environment: environment.iter().map(owned).collect(),
        set: set.iter().map(|set| (*set).to_owned()).collect(),
    };
    let mut faults = Vec::new();
    let mut root: Table = file::parse(Path::new("velithon.toml"), file_text, &mut faults);
    sources.choose_profile(&mut root, &mut faults);
    text::environment(&sources.environment, &mut root, &mut faults);
    text::arguments(&sources.set, &mut root, &mut faults);
    expand::all(&mut root, &sources.environment, None, &mut faults);
    if faults.is_empty() { Ok(Tree { root, profile: profile.to_owned(), file: None }) } else { Err(faults) }
}

fn at(tree: &Tree, key: &str) -> (String, String) {
    let node = tree.get(key).expect("the key is there");
    (node.scalar().unwrap_or_default(), node.source().to_string())
}

fn owned(value: &str, source: &str) -> (String, String) {
    (value.to_owned(), source.to_owned())
}

const SHOP: &str = "[shop]\ncache = \"memory\"\nsize = 1\n\n[profile.prod.shop]\ncache = \"file\"\n";

#[test]
fn later_layers_win_and_every_value_knows_its_source() {
    let tree = layers(SHOP, &[], &[], "dev").unwrap();
    assert_eq!(at(&tree, "shop.cache"), owned("memory", "velithon.toml:2:9"));
    let tree = layers(SHOP, &[], &[], "prod").unwrap();
    assert_eq!(at(&tree, "shop.cache"), owned("file", "velithon.toml:6:9"));
    assert_eq!(at(&tree, "shop.size"), owned("1", "velithon.toml:3:8"));
    let variable = [("VELITHON_SHOP__CACHE", "redis")];
    let tree = layers(SHOP, &variable, &[], "prod").unwrap();
    assert_eq!(at(&tree, "shop.cache"), owned("redis", "VELITHON_SHOP__CACHE"));
    let tree = layers(SHOP, &variable, &["shop.cache=none"], "prod").unwrap();
    assert_eq!(at(&tree, "shop.cache"), owned("none", "--set shop.cache"));
}

#[test]
fn the_variables_that_steer_are_no_keys() {
    let steering = [("VELITHON_PROFILE", "dev"), ("VELITHON_CONFIG", "x.toml"), ("HOME", "/root")];
    assert!(layers("", &steering, &[], "dev").unwrap().root.is_empty());
}

#[test]
fn a_table_in_a_variable_merges_with_its_keys_in_others() {
    let variables = [("VELITHON_SHOP__POOL__MAX", "9"), ("VELITHON_SHOP__POOL", r#"{"min": 1, "max": 2}"#)];
    let tree = layers("[shop.pool]\nname = \"a\"", &variables, &[], "dev").unwrap();
    assert_eq!(at(&tree, "shop.pool.name").0, "a");
    assert_eq!(at(&tree, "shop.pool.min"), owned("1", "VELITHON_SHOP__POOL"));
    assert_eq!(at(&tree, "shop.pool.max"), owned("9", "VELITHON_SHOP__POOL__MAX"));
}

#[test]
fn a_list_in_an_argument_is_json() {
    let tree = layers("", &[], &["shop.hosts=[\"a\", \"b\"]"], "dev").unwrap();
    let Value::List(hosts) = &tree.get("shop.hosts").unwrap().value else { panic!("it is no list") };
    assert_eq!(hosts.iter().filter_map(super::super::Node::scalar).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_variable_reaches_keys_with_capitals_and_hyphens() {
    let variables = [("VELITHON_SHOP__PAGESIZE", "2"), ("VELITHON_SHOP__LOG_LEVEL", "info")];
    let tree = layers("[shop]\npageSize = 1\nlog-level = \"warn\"", &variables, &[], "dev").unwrap();
    assert_eq!(at(&tree, "shop.pageSize").0, "2");
    assert_eq!(at(&tree, "shop.log-level").0, "info");
}

#[test]
fn all_faults_of_all_layers_come_together() {
    let variables =
        [("VELITHON_SHOP__", "1"), ("VELITHON_A__B", "1"), ("velithon_a__b", "2"), ("VELITHON_PROFILE__DEV__A", "1")];
    let faults = layers("a = \nb = ${X}\n[c\n", &variables, &["=1", "a..b=2"], "dev").unwrap_err();
    let whats: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
    assert!(whats.iter().filter(|what| **what == "the file is no TOML").count() >= 3, "{whats:?}");
    for what in [
        "VELITHON_SHOP__ has an empty name between its underscores",
        "two variables set the same key",
        "the sections of a profile stand in the file only",
        "a `--set` names no key",
    ] {
        assert!(whats.contains(&what), "{what} is not in {whats:?}");
    }
}

#[test]
fn a_syntax_error_names_line_and_column() {
    let faults = layers("[shop]\ncache = memory\n", &[], &[], "dev").unwrap_err();
    assert_eq!(faults[0].places[0].at, "velithon.toml:2:9");
}

#[test]
fn variables_expand_in_the_file() {
    let file = "[db]\nurl = \"postgres://${USER_NAME}@db\"\nport = \"${PORT}\"\nraw = \"a $${b}\"";
    let tree = layers(file, &[("USER_NAME", "shop"), ("PORT", "5432")], &[], "dev").unwrap();
    assert_eq!(at(&tree, "db.url").0, "postgres://shop@db");
    assert_eq!(at(&tree, "db.raw").0, "a ${b}");
    assert!(matches!(&tree.get("db.port").unwrap().value, Value::Untyped(port) if port == "5432"));
    assert!(!tree.get("db.url").unwrap().is_literal());
    assert!(tree.get("db.raw").unwrap().is_literal());
}

#[test]
fn a_missing_variable_is_named_with_its_nearest() {
    let faults = layers("[db]\nurl = \"${DB_URL}\"", &[("DB_URI", "x")], &[], "dev").unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "error: the environment has no variable `DB_URL`\n  --> velithon.toml:2:7\n   = help: set DB_URL, or write `${DB_URI}`"
    );
}

#[test]
fn what_is_overridden_needs_no_variable() {
    let file = "[db]\nurl = \"${NOT_THERE}\"\n[profile.prod.db]\nuser = \"${NOR_THIS}\"";
    let tree = layers(file, &[("VELITHON_DB__URL", "x")], &[], "dev").unwrap();
    assert_eq!(at(&tree, "db.url").0, "x");
}

#[test]
fn the_environment_itself_is_not_expanded() {
    let tree = layers("", &[("VELITHON_DB__URL", "${HOME}"), ("HOME", "/root")], &[], "dev").unwrap();
    assert_eq!(at(&tree, "db.url").0, "${HOME}");
}

#[test]
fn an_open_brace_and_an_absent_file_are_told() {
    let faults = layers("a = \"${X\"\nb = \"${file:/no/such/file}\"", &[], &[], "dev").unwrap_err();
    assert_eq!(faults[0].what, "a `${` has no `}`");
    assert_eq!(faults[1].what, "`/no/such/file` cannot be read");
    assert_eq!(faults[1].places[0].at, "velithon.toml:2:5");
}

#[test]
fn a_misspelt_profile_is_refused_and_a_new_one_is_not() {
    let faults = layers(SHOP, &[], &[], "prd").unwrap_err();
    assert_eq!(faults[0].what, "there is no profile `prd`");
    assert!(faults[0].help.starts_with("write `prod`"), "{}", faults[0].help);
    assert!(layers(SHOP, &[], &[], "staging").is_ok());
}

#[test]
fn sources_print_no_values() {
    let sources = Sources {
        environment: vec![("VELITHON_SHOP__KEY".into(), "hunter2".into())],
        set: vec!["shop.key=hunter2".into()],
        ..Sources::default()
    };
    let printed = format!("{sources:?} {:?}", sources.read().unwrap());
    assert!(printed.contains("VELITHON_SHOP__KEY") && !printed.contains("hunter2"), "{printed}");
}

#[test]
fn numbers_and_moments_are_read_in_every_notation() {
    let file = "a = 1_000\r\nb = 0xff\r\nc = -3\r\nd = 1_0.5\r\ne = 2020-01-02T03:04:05Z\r\nf = +7\r\ng = 0o17";
    let tree = layers(file, &[], &[], "dev").unwrap();
    let wanted = [
        ("a", "1000"),
        ("b", "255"),
        ("c", "-3"),
        ("d", "10.5"),
        ("e", "2020-01-02T03:04:05Z"),
        ("f", "7"),
        ("g", "15"),
    ];
    for (key, value) in wanted {
        assert_eq!(at(&tree, key).0, value, "{key}");
    }
    assert_eq!(at(&tree, "e").1, "velithon.toml:5:5");
}
