//! The scripts of `gateway/vtc`, one by one.

use std::path::Path;

use velithon_tests::gateway::contract::{Proxy, Script, Suite, missing};

#[test]
fn every_sentence_of_the_contract_that_has_a_script_is_kept() {
    let velithon = env!("CARGO_BIN_EXE_gateway").into();
    let suite = Suite { velithon, proxies: vec![Proxy::Velithon], only: Vec::new() };
    let report = suite.run().unwrap();
    let logs: Vec<String> = report.faults().into_iter().map(|(name, log)| format!("== {name}\n{log}")).collect();
    assert!(logs.is_empty(), "{}\n\n{report}", logs.join("\n"));
}

#[test]
fn every_number_has_a_script_or_a_reason() {
    let scripts = Script::all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway/vtc")).unwrap();
    assert_eq!(missing(&scripts), Vec::<String>::new());
}
