//! The scripts of `gateway/vtc`, one by one.

use std::path::Path;

use velithon_tests::gateway::contract::{Proxy, Script, Suite, missing};

/// Scripts that are red and why they may be so for now; one that turns green has to leave the list.
const OPEN: [(&str, &str); 0] = [];

#[test]
fn every_sentence_of_the_contract_that_has_a_script_is_kept() {
    let velithon = env!("CARGO_BIN_EXE_gateway").into();
    let suite = Suite { velithon, proxies: vec![Proxy::Velithon], only: Vec::new() };
    let report = suite.run().unwrap();
    let faults = report.faults();
    let is_open = |name: &str| OPEN.iter().any(|(open, _)| *open == name);
    let new = faults.iter().filter(|(name, _)| !is_open(name)).map(|(name, log)| format!("== {name}\n{log}"));
    let new: Vec<String> = new.collect();
    assert!(new.is_empty(), "{}\n\n{report}", new.join("\n"));
    let mended = OPEN.iter().filter(|(open, _)| faults.iter().all(|(name, _)| name != open));
    let mended: Vec<&str> = mended.map(|(open, _)| *open).collect();
    assert!(mended.is_empty(), "no longer red, so no longer to be listed: {mended:?}");
}

#[test]
fn every_number_has_a_script_or_a_reason() {
    let scripts = Script::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway/vtc")).unwrap();
    assert_eq!(missing(&scripts), Vec::<String>::new());
}
