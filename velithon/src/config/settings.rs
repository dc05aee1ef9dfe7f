//! The configuration after reading: the tree, and the value of every section that a type asked for.

use std::fmt;

use super::de::{Notes, unknown_key};
use super::probe::Probe;
use super::section::{Config, ConfigRecord, Section};
use super::tree::{Node, Source, Tree, Value};
use crate::fault::{Fault, list, nearest};
use crate::inject::{Key, Object};

/// The section whose keys are free: booleans, `false` when absent.
pub(crate) const FEATURES: &str = "features";

/// The one key that stands at the top of the file, outside of any section.
pub(crate) const ALLOW_PLAIN_SECRETS: &str = "allow_plain_secrets";

/// Everything configured, checked: read it once at start and hand it on.
pub struct Settings {
    tree: Tree,
    sections: Vec<(&'static ConfigRecord, Object)>,
    /// Sections that others read.
    elsewhere: &'static [&'static str],
    notes: Notes,
}

impl fmt::Debug for Settings {
    /// Names and sources, never values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections: Vec<&str> = self.sections.iter().map(|(record, _)| record.section).collect();
        f.debug_struct("Settings").field("tree", &self.tree).field("sections", &sections).finish_non_exhaustive()
    }
}

impl Settings {
    /// Reads the section of every record from `tree`. `elsewhere` names sections that others read, which
    /// are passed over. Two records of one section share it: a key is known when one of them has it.
    ///
    /// # Errors
    /// All faults of all sections, unknown sections and keys included; none twice.
    pub fn read(
        tree: Tree,
        records: impl IntoIterator<Item = &'static ConfigRecord>,
        elsewhere: &'static [&'static str],
    ) -> Result<Self, Vec<Fault>> {
        let mut records: Vec<&'static ConfigRecord> = records.into_iter().collect();
        records.sort_by_key(|record| (record.section, record.origin));
        let mut faults = check_sections(&tree, &known_sections(&records, elsewhere));
        let (mut sections, mut notes) = (Vec::new(), Notes::default());
        for record in records {
            let reading = (record.read)(&tree, record);
            faults.extend(reading.faults);
            notes.read.extend(reading.notes.read);
            notes.secrets.extend(reading.notes.secrets);
            for (path, ignored) in reading.notes.ignored {
                notes.ignored.entry(path).or_insert(ignored);
            }
            sections.extend(reading.object.map(|object| (record, object)));
        }
        let unknown = notes.ignored.iter().filter(|(path, _)| !notes.read.contains(*path));
        faults.extend(unknown.map(|(path, ignored)| ignored.fault(path)));
        if !faults.is_empty() {
            return Err(without_repeats(faults));
        }
        Ok(Self { tree, sections, elsewhere, notes })
    }

    /// The merged layers.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Every section that was read, with the key it is injected by.
    pub fn objects(&self) -> impl Iterator<Item = (&'static Key, &Object)> {
        self.sections.iter().map(|(record, object)| (record.key, object))
    }

    /// The section that `T` holds; `None` when its record was not among those read.
    pub fn get<T: Section>(&self) -> Option<Config<T>> {
        let (_, object) = self.sections.iter().find(|(record, _)| record.key == T::key())?;
        Config::from_object(object.clone())
    }

    /// What the key holds, as the report shows it: a secret is masked, an absent key shows its default where that is
    /// known. `None` when nothing is known of the key.
    pub fn display(&self, key: &str) -> Option<String> {
        super::report::display(self, key)
    }

    /// Whether a type reads `path`, or what stands around it, as a secret.
    pub(crate) fn is_secret(&self, path: &str) -> bool {
        let below = |secret: &String| {
            path.strip_prefix(secret.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.notes.secrets.iter().any(below)
    }

    /// The records of a section with what was read for each.
    pub(crate) fn section<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a (&'static ConfigRecord, Object)> {
        self.sections.iter().filter(move |(record, _)| record.section == name)
    }

    pub(crate) fn sections(&self) -> &[(&'static ConfigRecord, Object)] {
        &self.sections
    }

    /// The field that holds the key `name` of a section.
    pub(crate) fn field<'a>(&'a self, section: &'a str, name: &str) -> Option<Box<dyn Probe + 'a>> {
        self.section(section).find_map(|(record, object)| (record.field)(object, name))
    }

    /// Every section there is, with its keys; no keys when they are not known.
    pub(crate) fn known(&self) -> Vec<(&str, Vec<&str>)> {
        let mut known: Vec<(&str, Vec<&str>)> = Vec::new();
        for (record, _) in &self.sections {
            let keys = record.fields.iter().map(|field| field.key);
            match known.iter_mut().find(|(section, _)| *section == record.section) {
                Some((_, all)) => all.extend(keys),
                None => known.push((record.section, keys.collect())),
            }
        }
        known.extend(self.elsewhere.iter().map(|name| (*name, Vec::new())));
        known
    }
}

fn known_sections<'a>(records: &[&'static ConfigRecord], elsewhere: &[&'a str]) -> Vec<(&'a str, Vec<&'a str>)> {
    let keys = |record: &&'static ConfigRecord| record.fields.iter().map(|field| field.key).collect();
    let read = records.iter().map(|record| (record.section, keys(record)));
    read.chain(elsewhere.iter().map(|name| (*name, Vec::new()))).collect()
}

/// Finds sections that nobody reads, values where a section should be, and features that are no booleans.
///
/// `known` lists each section with its keys; the keys serve to say where a stray one belongs.
pub fn check_sections<K: AsRef<[S]>, S: AsRef<str>>(tree: &Tree, known: &[(&str, K)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, node) in &tree.root {
        match name.as_str() {
            FEATURES => features(node, &mut faults),
            ALLOW_PLAIN_SECRETS => faults.extend(not_boolean(ALLOW_PLAIN_SECRETS, node)),
            name => match known.iter().find(|(section, _)| *section == name) {
                Some(_) if matches!(node.value, Value::Table(_)) => {}
                Some(_) => faults.push(
                    Fault::new(format!("`{name}` is a section, but a value stands here"))
                        .at(&node.key, "")
                        .help(format!("write `[{name}]` and its keys below")),
                ),
                None => faults.push(unknown_section(name, node, known)),
            },
        }
    }
    faults
}

fn features(node: &Node, faults: &mut Vec<Fault>) {
    match &node.value {
        Value::Table(features) => {
            faults.extend(features.iter().filter_map(|(name, node)| not_boolean(&format!("{FEATURES}.{name}"), node)));
        }
        _ => faults.push(
            Fault::new("`features` is a section, but a value stands here")
                .at(&node.key, "")
                .help("write `[features]`, and below it `reports = true`"),
        ),
    }
}

fn not_boolean(key: &str, node: &Node) -> Option<Fault> {
    match (&node.value, node.scalar().as_deref()) {
        (Value::Bool(_) | Value::Untyped(_), Some("true" | "false")) => None,
        _ => Some(
            Fault::new(format!("`{key}` must be `true` or `false`"))
                .at(&node.source, "")
                .help(format!("write `{} = true`, without quotes", key.rsplit('.').next().unwrap_or(key))),
        ),
    }
}

fn unknown_section<K: AsRef<[S]>, S: AsRef<str>>(name: &str, node: &Node, known: &[(&str, K)]) -> Fault {
    let names: Vec<&str> = known.iter().map(|(section, _)| *section).chain([FEATURES]).collect();
    let home = known.iter().find(|(_, keys)| keys.as_ref().iter().any(|key| key.as_ref() == name));
    if let (false, Some((section, _))) = (matches!(node.value, Value::Table(_)), home) {
        let help = match &node.key {
            Source::Environment(variable) => {
                format!("set VELITHON_{}__{} instead of {variable}", section.to_uppercase(), name.to_uppercase())
            }
            Source::Argument(_) => format!("write `--set {section}.{name}=..`"),
            Source::File { .. } | Source::Attribute { .. } => format!("put it under `[{section}]`"),
        };
        return Fault::new(format!("`{name}` stands outside of its section `[{section}]`"))
            .at(&node.key, "")
            .help(help);
    }
    if !matches!(node.value, Value::Table(_)) {
        let keys: Vec<&str> = names.into_iter().chain([ALLOW_PLAIN_SECRETS]).collect();
        return unknown_key(name, Some(&node.key), &keys);
    }
    let help = match nearest(name, names.iter().copied()) {
        Some(meant) => format!("write `{meant}`"),
        None => {
            format!("the sections are {}; a type of yours takes one with `#[config(\"{name}\")]`", list(&names))
        }
    };
    Fault::new(format!("there is no section `{name}`"))
        .at(&node.key, "")
        .why("no `#[config]` type in this program reads it")
        .help(help)
}

/// Two types of one section report the same key once.
fn without_repeats(faults: Vec<Fault>) -> Vec<Fault> {
    let mut kept: Vec<Fault> = Vec::with_capacity(faults.len());
    for fault in faults {
        if !kept.contains(&fault) {
            kept.push(fault);
        }
    }
    kept
}
