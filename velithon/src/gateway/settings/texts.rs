//! That velithon.toml takes and refuses the very texts that the attributes take and refuse: see `texts.txt`.

use super::route::GatewaySettings;
use super::upstream::UpstreamSettings;
use crate::gateway::settings_faults;

/// How a text of this kind stands in the settings of an upstream or of a gateway.
fn placed(kind: &str) -> (fn(&str) -> bool, &'static str) {
    let upstream: fn(&str) -> bool = is_upstream;
    // Whether it fits the targets is another matter.
    let word: fn(&str) -> bool = |text| toml::from_str::<UpstreamSettings>(text).is_ok();
    let gateway: fn(&str) -> bool = is_gateway;
    match kind {
        "duration" => (upstream, "slow_start = TEXT"),
        "duration_or_off" => (upstream, "timeout = { idle = TEXT }"),
        "durations" => (upstream, "breaker = { open = TEXT }"),
        "percentage" => (upstream, "retry_budget = { ratio = TEXT }"),
        "statuses" => (upstream, "health = { path = \"/up\", expect = TEXT }"),
        "target" => (upstream, "targets = [TEXT]"),
        "balance" => (upstream, "balance = TEXT"),
        "breaker" => (upstream, "breaker = TEXT"),
        "protocol" => (word, "http = TEXT"),
        "discover" => (upstream, "discover = TEXT"),
        "path" => (upstream, "health = TEXT"),
        "size" => (gateway, "body_limit = TEXT"),
        "encoded_slash" => (gateway, "encoded_slash = TEXT"),
        "host" => (gateway, "host = TEXT"),
        "rewrite" => (gateway, "rewrite = TEXT"),
        "field_name" => (gateway, "request = { remove = TEXT }"),
        "value" => (gateway, "request = { set = { x = TEXT } }"),
        "pattern" => (gateway, "request = { path_regex = { TEXT = \"/\" } }"),
        "share" => (gateway, "split = { shadow = TEXT }"),
        "header_mark" => (gateway, "split = { shadow = \"1%\", if_header = TEXT }"),
        "cookie_mark" => (gateway, "split = { shadow = \"1%\", if_cookie = TEXT }"),
        "share_key" => (gateway, "split = { shadow = \"1%\", key = TEXT }"),
        other => panic!("no setting is named for texts of the kind `{other}`"),
    }
}

fn is_upstream(text: &str) -> bool {
    // A backup is refused alone.
    let more = |settings: &mut UpstreamSettings| settings.targets.push("http://other".parse().unwrap());
    let read = toml::from_str::<UpstreamSettings>(text).map(|mut settings| {
        more(&mut settings);
        settings
    });
    // What only the other build can do is no fault of the text.
    let fits = |fault: &crate::fault::Fault| fault.to_string().contains("gateway-tls");
    read.is_ok_and(|settings| settings.faults("origin", "here", None).iter().all(fits))
}

fn is_gateway(text: &str) -> bool {
    let read = toml::from_str::<GatewaySettings>(text);
    read.is_ok_and(|settings| settings_faults(&settings, &["tenant", "path"]).is_empty())
}

#[test]
fn the_macros_and_the_configuration_refuse_the_same_text() {
    let (mut kind, mut wrong, mut count) = ("", Vec::new(), 0);
    for line in include_str!("texts.txt").lines() {
        if let Some(named) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            kind = named;
        }
        let (Some(mark @ ('+' | '-')), text) = (line.chars().next(), line.get(1..).unwrap_or_default()) else {
            continue;
        };
        let (is, setting) = placed(kind);
        let written = setting.replace("TEXT", &serde_json::to_string(text).unwrap());
        if is(&written) != (mark == '+') {
            wrong.push(format!("[{kind}] {line}"));
        }
        count += 1;
    }
    assert!(count > 100, "{count} texts were found");
    assert!(wrong.is_empty(), "the configuration thinks differently of\n{}", wrong.join("\n"));
}
