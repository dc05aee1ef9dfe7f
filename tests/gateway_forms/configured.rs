//! Where a setting comes from, and what wins: attribute, velithon.toml, environment, command line.

use crate::seen::Seen;
use crate::{origin, program, target};

#[test]
fn what_is_configured_replaces_the_attribute_key_by_key() {
    let origin = origin("first");
    let toml = format!("[upstream.origin]\ntargets = {}\ntimeout = {{ connect = \"3s\" }}\n", target(&origin));
    let shown =
        program().toml(&toml).env("VELITHON_UPSTREAM__ORIGIN__RETRIES", "0").args("config").run().exits(0).stdout;
    let line = |key: &str| {
        let found = shown.lines().find(|line| line.trim_start().starts_with(key));
        found.unwrap_or_else(|| panic!("no `{key}` in:\n{shown}"))
    };
    assert!(line("upstream.origin.timeout.connect").contains("3s"), "{shown}");
    assert!(line("upstream.origin.timeout.connect").contains(".toml:3"), "{shown}");
    assert!(line("upstream.origin.timeout.first_byte").contains("20s"), "{shown}");
    assert!(line("upstream.origin.timeout.first_byte").contains("tests/apps/gateway_forms/main.rs:8:"), "{shown}");
    assert!(line("upstream.origin.retries").contains("VELITHON_UPSTREAM__ORIGIN__RETRIES"), "{shown}");
}

#[test]
fn a_list_is_replaced_as_a_whole_and_the_command_line_wins() {
    let [first, second] = [origin("first"), origin("second")];
    let toml = format!("[upstream.origin]\ntargets = {}\n\n[gateway.read]\nmethods = [\"POST\"]\n", target(&first));
    let gateway = program()
        .toml(&toml)
        .env("VELITHON_UPSTREAM__ORIGIN__TARGETS", target(&first))
        .args(&format!("--set upstream.origin.targets={}", target(&second)))
        .start();
    assert_eq!(gateway.get("/plain/x").header("x-origin"), Some("second"));
    gateway.get("/read/x").is(405);
    assert_eq!(Seen::of(gateway.request("POST", "/read/x", &[], "")).method(), "POST");
}

#[test]
fn a_gateway_may_exist_in_configuration_alone() {
    let origin = origin("legacy");
    let toml = format!(
        "[upstream.legacy]\ntargets = [{{ url = \"http://{}\", weight = 3 }}]\n\n\
         [gateway.legacy]\npath = \"/legacy\"\nupstream = \"legacy\"\nstrip_prefix = true\n\n\
         [upstream.origin]\ntargets = {}\n",
        origin.address(),
        target(&origin)
    );
    let gateway = program().toml(&toml).start();
    assert_eq!(Seen::of(gateway.get("/legacy/x")).target(), "/x");
}

/// The faults of the gateway under this configuration.
fn faults(toml: &str) -> String {
    program().toml(toml).args("check").run().exits(2).stderr
}

/// Asserts that the faults of a configuration hold all of these.
#[track_caller]
fn refused(toml: &str, wanted: &[&str]) {
    let found = faults(toml);
    for text in wanted {
        assert!(found.contains(text), "`{text}` is not in:\n{found}");
    }
}

#[test]
fn an_upstream_without_targets_is_refused() {
    refused("", &["the upstream `origin` has no targets", "tests/apps/gateway_forms/main.rs:9:", "write `targets = ["]);
}

#[test]
fn a_misspelt_key_is_refused_with_the_nearest_and_its_place() {
    let toml = "[upstream.origin]\ntarget = [\"http://10.0.0.1\"]\n\n[gateway.plain]\nstripprefix = true\n";
    refused(toml, &[".toml:2:1", "write `targets`", ".toml:5:1", "write `strip_prefix`"]);
}

#[test]
fn a_gateway_of_no_item_says_its_path_and_an_upstream_that_exists() {
    let toml = "[upstream.origin]\ntargets = [\"http://10.0.0.1\"]\n\n[gateway.plian]\nupstream = \"orign\"\n";
    refused(toml, &["`[gateway.plian]` has no `path`"]);
    let toml = format!("{toml}path = \"/plian\"\n");
    refused(&toml, &["leads to the upstream `orign`, which does not exist", "write `upstream = \"origin\"`"]);
}

#[test]
fn values_that_the_attribute_would_refuse_are_refused_here_too() {
    let toml = "[upstream.origin]\ntargets = [\"http://u:p@10.0.0.1\", \"http://10.0.0.2; weight=0\"]\n";
    refused(toml, &["holds no user name or password"]);
    let toml = "[upstream.origin]\ntargets = [\"http://a; weight=2\", \"http://b\"]\nbalance = \"round_robin\"\n";
    refused(toml, &["write `balance = \"weighted\"`"]);
    let toml = "[upstream.origin]\ntargets = [\"http://a\"]\ntimeout = { connect = \"2\" }\nbreaker = \"fast\"\n";
    refused(toml, &["`2` has no unit", "\"classic\""]);
}

// Defect D14 of the original, which ended the process when all weights were 0.
#[test]
fn weights_that_are_all_zero_are_refused_and_bind_nothing() {
    let toml =
        "[upstream.origin]\ntargets = [\"http://a; weight=0\", \"http://b; weight=0\"]\nbalance = \"weighted\"\n";
    let ended = program().toml(toml).args("serve").run().exits(2);
    assert!(
        ended.stdout.is_empty() && ended.stderr.contains("a weight is a number from 1 to 1000"),
        "{}",
        ended.stderr
    );
}
