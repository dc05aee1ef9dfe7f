//! Sections as a user writes them, under the strictest lints a user may have.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]

use std::path::PathBuf;
use std::time::Duration;

use garde::Validate;
use serde::Deserialize;
use velithon::config::{Condition, ConfigRecord, Secret, Settings, Size, Sources, config, report};
use velithon::fault::Fault;

/// Neither comparable nor printable: the variant alone tells.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
enum CacheKind {
    #[default]
    InMemory,
    #[serde(alias = "keydb")]
    Redis,
}

/// Settings under `[shop]`.
#[config("shop")]
#[derive(Deserialize)]
struct ShopConfig {
    #[serde(default)]
    cache: CacheKind,
    jwt_key: Secret<String>,
    #[serde(default = "half_a_minute", with = "velithon::config::duration")]
    timeout: Duration,
    #[serde(default, rename = "page-size")]
    page_size: Size,
    #[serde(default)]
    verbose: bool,
    #[serde(default)]
    name: String,
    #[serde(default)]
    odd: Odd,
    #[serde(default)]
    body: Option<u16>,
    r#type: Option<String>,
}

/// What can be neither compared nor shown.
#[derive(Deserialize, Default)]
struct Odd {
    #[serde(default)]
    depth: u8,
}

fn half_a_minute() -> Duration {
    Duration::from_secs(30)
}

mod other {
    use super::{Deserialize, Validate, config};

    /// The same section, another view of it; the derive may stand above.
    #[derive(Deserialize, Validate, Debug)]
    #[config("shop")]
    pub(super) struct Limits {
        #[serde(default = "one")]
        #[garde(range(min = 1, max = 10))]
        pub(super) most: u8,
        #[serde(default = "token", rename = "api-token")]
        #[garde(length(min = 4))]
        pub(super) token: String,
    }

    fn one() -> u8 {
        1
    }

    fn token() -> String {
        "none".into()
    }
}

/// Less velithon's own sections: of these, the tests name `server` as one that is read elsewhere.
fn records() -> Vec<&'static ConfigRecord> {
    velithon::record::inventory::iter::<ConfigRecord>().filter(|record| record.section == "shop").collect()
}

/// The settings over a file of this text.
fn settings(file: &str, set: &[&str], profile: &str) -> Result<Settings, Vec<Fault>> {
    let path = scratch(file);
    let sources = Sources {
        file: Some(path.clone()),
        profile: profile.to_owned(),
        environment: vec![("SHOP_KEY".into(), "hunter2".into())],
        set: set.iter().map(|set| (*set).to_owned()).collect(),
    };
    let settings = sources.read().and_then(|tree| Settings::read(tree, records(), &["server"]));
    std::fs::remove_file(path).expect("the scratch file is there");
    settings
}

fn scratch(text: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("velithon-{}-{number}.toml", std::process::id()));
    std::fs::write(&path, text).expect("the scratch folder can be written");
    path
}

/// The faults, with the file named as a user would have named it.
fn faults(file: &str, set: &[&str], profile: &str) -> Vec<String> {
    let faults = settings(file, set, profile).err().unwrap_or_default();
    let folder = std::env::temp_dir().join("velithon-").display().to_string();
    faults.iter().map(|fault| named(&fault.to_string(), &folder)).collect()
}

fn named(text: &str, folder: &str) -> String {
    text.split(folder).enumerate().fold(String::new(), |named, (index, part)| match index {
        0 => named + part,
        _ => named + "velithon" + part.find(".toml").map_or(part, |at| &part[at..]),
    })
}

const SHOP: &str = "[shop]\njwt_key = \"${SHOP_KEY}\"\n";

#[test]
fn a_section_is_read_with_its_defaults() {
    let settings = settings(SHOP, &[], "prod").expect("nothing is wrong");
    let shop = settings.get::<ShopConfig>().expect("it is recorded");
    assert_eq!(shop.jwt_key.expose(), "hunter2");
    assert_eq!(shop.timeout, Duration::from_secs(30));
    assert_eq!((shop.page_size, shop.verbose, shop.name.as_str()), (Size::new(0), false, ""));
    assert!(matches!(shop.cache, CacheKind::InMemory) && shop.odd.depth == 0 && shop.body.is_none());
    assert!(shop.r#type.is_none());
    assert_eq!(settings.get::<other::Limits>().map(|limits| limits.most), Some(1));
    assert_eq!(settings.get::<other::Limits>().map(|limits| limits.token.clone()).as_deref(), Some("none"));
    assert_eq!(settings.objects().count(), 2);
}

#[test]
fn a_key_is_known_when_one_of_two_types_has_it() {
    assert!(settings(SHOP, &["shop.most=5", "shop.verbose=true"], "prod").is_ok());
}

#[test]
fn everything_wrong_is_told_at_once() {
    let file =
        "shp = 1\n[shop]\ncach = 1\nmost = 11\napi-token = \"x\"\ntimeout = 30\n[features]\na = 1\n[sever]\nport = 1\n";
    let found = faults(file, &[], "prod");
    let heads: Vec<&str> = found.iter().filter_map(|fault| fault.lines().next()).collect();
    for head in [
        "error: there is no key `shp`",
        "error: there is no section `sever`",
        "error: `features.a` must be `true` or `false`",
        "error: `shop.timeout` must be a duration such as \"30s\", but is the number 30",
        "error: `shop.jwt_key` is missing",
        "error: there is no key `shop.cach`",
        "error: `shop.most` breaks a rule of `Limits`",
        "error: `shop.api-token` breaks a rule of `Limits`",
    ] {
        assert!(heads.contains(&head), "{head} is not in {heads:#?}");
    }
    assert_eq!(heads.len(), 8, "{heads:#?}");
}

#[test]
fn an_unknown_key_is_named_with_its_nearest() {
    let found = faults(&format!("{SHOP}cach = \"redis\"\n"), &[], "prod");
    assert_eq!(found, ["error: there is no key `shop.cach`\n  --> velithon.toml:3:1\n   = help: write `cache`"]);
}

#[test]
fn a_broken_rule_points_at_the_value() {
    let found = faults(&format!("{SHOP}most = 11\n"), &[], "prod");
    assert!(
        found[0].starts_with("error: `shop.most` breaks a rule of `Limits`\n  --> velithon.toml:3:8\n   = "),
        "{found:?}"
    );
}

#[test]
fn a_literal_secret_is_refused_under_prod() {
    let file = "[shop]\njwt_key = \"hunter2\"\n";
    let found = faults(file, &[], "prod");
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("error: the secret `shop.jwt_key` stands in the file as it is\n  --> velithon.toml:2:11")
    );
    assert!(found[0].contains("set VELITHON_SHOP__JWT_KEY") && !found[0].contains("hunter2"), "{found:?}");
    assert!(settings(file, &[], "dev").is_ok());
    assert!(settings(&format!("allow_plain_secrets = true\n{file}"), &[], "prod").is_ok());
    assert!(settings("", &["shop.jwt_key=hunter2"], "prod").is_ok());
}

#[test]
fn the_report_shows_values_sources_and_defaults_but_no_secret() {
    let settings =
        settings(&format!("{SHOP}page-size = \"64KiB\"\n"), &["shop.cache=redis"], "prod").expect("nothing is wrong");
    let report = report(&settings);
    let line = |key: &str| {
        let line = report.lines().find(|line| line.trim_start_matches("# ").starts_with(key)).unwrap_or_default();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("shop.cache"), "shop.cache = \"redis\" # --set shop.cache");
    assert!(line("shop.page-size").starts_with("shop.page-size = \"64KiB\" # /"), "{report}");
    assert_eq!(line("shop.timeout"), "shop.timeout = \"30s\" # default of ShopConfig");
    assert_eq!(line("shop.verbose"), "shop.verbose = false # default of ShopConfig");
    assert_eq!(line("shop.body"), "# shop.body = (not set) # default of ShopConfig");
    assert_eq!(line("shop.odd"), "# shop.odd = (set by the type) # default of ShopConfig");
    assert!(line("shop.jwt_key").starts_with("# shop.jwt_key = *** # /"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
    assert!(report.starts_with("# profile prod, file "), "{report}");
}

#[test]
fn the_report_is_toml_that_reads_back_as_what_is_in_force() {
    let set = [
        "shop.cache=redis",
        "shop.name=8000",
        "shop.body=7",
        "shop.timeout=1m30s",
        "shop.verbose=true",
        "shop.type=a \"b\" # c",
        "shop.odd.depth=3",
        "features.reports=true",
    ];
    let lines = |settings: &Settings| -> Vec<String> {
        let report = report(settings);
        let values = report.lines().skip(1).map(|line| line.rsplit_once("  # ").map_or(line, |(value, _)| value));
        values.map(|value| value.trim_end().to_owned()).collect()
    };
    for set in [&set[..], &[]] {
        let first = settings(SHOP, set, "dev").expect("nothing is wrong");
        let file = report(&first);
        // The one value that is not in it.
        let second =
            settings(&file, &["shop.jwt_key=hunter2"], "dev").unwrap_or_else(|faults| panic!("{faults:?}\n{file}"));
        assert_eq!(lines(&second), lines(&first), "{file}");
        let (first, second) = (first.get::<ShopConfig>(), second.get::<ShopConfig>());
        let told = |shop: &velithon::Config<ShopConfig>| {
            (
                shop.timeout,
                shop.page_size,
                shop.verbose,
                shop.name.clone(),
                shop.body,
                shop.r#type.clone(),
                shop.odd.depth,
            )
        };
        assert_eq!(first.as_ref().map(told), second.as_ref().map(told));
    }
}

fn holds(condition: &str, set: &[&str]) -> Result<bool, String> {
    let settings = settings(SHOP, set, "prod").expect("nothing is wrong");
    let condition = Condition::parse(condition).map_err(|fault| fault.to_string())?;
    condition.evaluate(&settings).map_err(|fault| fault.to_string())
}

#[test]
fn a_default_satisfies_a_condition() {
    assert_eq!(holds("shop.cache == in-memory", &[]), Ok(true));
    assert_eq!(holds("shop.cache != in-memory", &[]), Ok(false));
    assert_eq!(holds("shop.cache == redis", &[]), Ok(false));
    assert_eq!(holds("shop.timeout == 30s", &[]), Ok(true));
    assert_eq!(holds("shop.page-size == 0B", &[]), Ok(true));
    assert_eq!(holds("shop.verbose", &[]), Ok(false));
    assert_eq!(holds("!shop.verbose", &[]), Ok(true));
    assert_eq!(holds("shop.body == 7", &[]), Ok(false));
    assert_eq!(holds("shop.most == 1", &[]), Ok(true));
    assert_eq!(holds("shop.type == x", &[]), Ok(false));
}

#[test]
fn a_value_that_is_set_satisfies_a_condition_under_any_of_its_names() {
    assert_eq!(holds("shop.cache == redis", &["shop.cache=redis"]), Ok(true));
    assert_eq!(holds("shop.cache == redis", &["shop.cache=keydb"]), Ok(true));
    assert_eq!(holds("shop.timeout == 1m", &["shop.timeout=60s"]), Ok(true));
    assert_eq!(holds("shop.verbose == true", &["shop.verbose=true"]), Ok(true));
    assert_eq!(holds("shop.odd.depth == 3", &["shop.odd.depth=3"]), Ok(true));
}

#[test]
fn a_feature_is_false_until_it_is_set() {
    assert_eq!(holds("features.reports", &[]), Ok(false));
    assert_eq!(holds("features.reports == false", &[]), Ok(true));
    assert_eq!(holds("features.reports", &["features.reports=true"]), Ok(true));
}

#[test]
fn what_cannot_be_known_is_a_fault_and_never_false() {
    let head = |condition: &str| {
        let text = holds(condition, &[]).expect_err("it is decided");
        text.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        head("shop.odd.depth == 3"),
        "error: `when = \"shop.odd.depth == 3\"`: `shop.odd.depth` is not set, and its default cannot be compared"
    );
    assert_eq!(
        head("shop.cache == memroy"),
        "error: `when = \"shop.cache == memroy\"`: `shop.cache` can never be `memroy`"
    );
    assert_eq!(head("shop.name"), "error: `when = \"shop.name\"`: `shop.name` is neither `true` nor `false`");
    assert_eq!(head("shop.jwt_key == x"), "error: `when = \"shop.jwt_key == x\"`: `shop.jwt_key` is a secret");
    assert_eq!(head("shop.cach == x"), "error: `when = \"shop.cach == x\"`: there is no key `shop.cach`");
    assert_eq!(head("shp.cache == x"), "error: `when = \"shp.cache == x\"`: there is no section `shp`");
    assert_eq!(
        head("server.port == 80"),
        "error: `when = \"server.port == 80\"`: `server.port` is not set, and its default cannot be compared"
    );
}

#[test]
fn a_shown_value_is_what_the_report_shows() {
    let settings = settings(SHOP, &["shop.name=a"], "prod").expect("nothing is wrong");
    assert_eq!(settings.display("shop.name").as_deref(), Some("\"a\""));
    assert_eq!(settings.display("shop.cache").as_deref(), Some("\"in-memory\""));
    assert_eq!(settings.display("shop.jwt_key").as_deref(), Some("***"));
    assert_eq!(settings.display("shop.nothing"), None);
}

#[test]
fn a_secret_can_stand_in_a_file_of_its_own() {
    let secret = scratch("hunter2\n");
    let file = format!("[shop]\njwt_key = \"${{file:{}}}\"\n", secret.display());
    let settings = settings(&file, &[], "prod").expect("nothing is wrong");
    std::fs::remove_file(secret).expect("the scratch file is there");
    assert_eq!(settings.get::<ShopConfig>().map(|shop| shop.jwt_key.expose().clone()).as_deref(), Some("hunter2"));
}
