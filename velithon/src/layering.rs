//! Holds what ARCHITECTURE.md says about who knows whom: a module names another only if this table lists it.
//!
//! `app` and `testing` stand above everything and may name all. A line that is added here is a decision; it belongs in
//! ARCHITECTURE.md as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and the others it names.
const KNOWS: &[(&str, &[&str])] = &[
    ("config", &["fault", "inject", "record"]),
    ("cpu", &[]),
    ("fault", &[]),
    ("gateway", &["config", "fault", "inject", "metrics", "middleware", "peer", "record", "reply", "route"]),
    ("inject", &["config", "fault", "peer", "record", "reply"]),
    ("json", &["reply"]),
    ("metrics", &["inject", "peer", "reply", "route"]),
    ("middleware", &["fault", "inject", "record", "reply", "route"]),
    ("peer", &[]),
    // It gathers the records of every kind.
    ("record", &["config", "gateway", "inject", "middleware", "route"]),
    ("reply", &["cpu", "json", "route"]),
    ("route", &["config", "fault", "gateway", "inject", "json", "metrics", "middleware", "peer", "record", "reply"]),
];

const ABOVE_ALL: [&str; 3] = ["app", "testing", "prelude"];

/// The modules that the files of `module` name by `crate::`, tests aside.
fn named_by(module: &str, source: &Path) -> BTreeSet<String> {
    let mut files = vec![source.join(format!("{module}.rs")), source.join(module)];
    let mut names = BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(entries(&path).filter(|path| !is_test(path)));
        } else if let Ok(text) = fs::read_to_string(&path) {
            let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            names.extend(own.split("crate::").skip(1).map(first_name));
        }
    }
    names.remove(module);
    names
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn is_test(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    stem == "tests" || stem.ends_with("_tests")
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
}

#[test]
fn a_module_names_only_those_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules: BTreeSet<String> = entries(&source)
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| !["docs", "layering", "lib"].contains(&name.as_str()))
        .collect();
    for module in &modules {
        if ABOVE_ALL.contains(&module.as_str()) {
            continue;
        }
        let known = KNOWS.iter().find(|(name, _)| name == module);
        let (_, known) = known.unwrap_or_else(|| panic!("`{module}` is new: list whom it may name"));
        // Names that are no module are macros and items of the root.
        let named = named_by(module, &source);
        let strangers: Vec<&String> =
            named.iter().filter(|name| modules.contains(*name) && !known.contains(&name.as_str())).collect();
        assert!(strangers.is_empty(), "`{module}` names {strangers:?}");
    }
}
