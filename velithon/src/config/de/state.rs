//! What one reading of a section remembers from run to run: blanks in use, and what was seen.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::error::{Error, Here, Kind};
use crate::config::tree::Source;

/// Keys by what happened to them; judged when all sections are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// Every key that some type asked for.
    pub(crate) read: BTreeSet<String>,
    /// Keys that the type does not have.
    pub(crate) ignored: BTreeMap<String, Ignored>,
    /// Keys that hold secrets: masked in the report.
    pub(crate) secrets: BTreeSet<String>,
}

/// A key that the type does not have.
#[derive(Debug, Clone)]
pub(crate) struct Ignored {
    pub(crate) source: Source,
    pub(crate) known: &'static [&'static str],
}

/// What [`State::mend`] could do about an error.
pub(super) enum Step {
    /// The user's fault: it is mended for the next run.
    New,
    /// The fault of a blank: the next run tries another one.
    Again,
    /// No blank helps.
    Stuck,
}

/// The memory of one reading.
pub(crate) struct State {
    /// Keys that get a blank, with the number of the blank to try.
    blanks: RefCell<BTreeMap<String, usize>>,
    /// Keys below a key that are absent and get a blank.
    missing: RefCell<BTreeMap<String, BTreeSet<&'static str>>>,
    /// Keys that are left out, since the type refuses them.
    left_out: RefCell<BTreeSet<String>>,
    /// What a blank was first asked for, as an example of a value.
    asked: RefCell<BTreeMap<String, &'static str>>,
    notes: RefCell<Notes>,
    /// Keys whose value was handed to serde without knowing for what.
    buffered: RefCell<BTreeSet<String>>,
    secrets_met: Cell<usize>,
    allow_plain: bool,
    plain: RefCell<BTreeMap<String, Source>>,
    /// The enum that the whole value turned out to be.
    enumeration: Cell<Option<(&'static str, &'static [&'static str])>>,
    /// Whether a variant with content was asked for.
    with_content: Cell<bool>,
}

/// The number of different blanks there are for text, the kind with the most.
pub(super) const BLANKS: usize = TEXTS.len();

/// Texts that types commonly parse; the first has to suit most.
pub(super) const TEXTS: [&str; 14] = [
    "",
    "a",
    "0",
    "1s",
    "127.0.0.1",
    "127.0.0.1:80",
    "10.0.0.0/8",
    "http://localhost/",
    "/",
    "2000-01-01T00:00:00Z",
    "2000-01-01",
    "00000000-0000-0000-0000-000000000000",
    "GET",
    "info",
];

impl State {
    pub(crate) fn new(allow_plain: bool) -> Self {
        Self {
            blanks: RefCell::default(),
            missing: RefCell::default(),
            left_out: RefCell::default(),
            asked: RefCell::default(),
            notes: RefCell::default(),
            buffered: RefCell::default(),
            secrets_met: Cell::new(0),
            allow_plain,
            plain: RefCell::default(),
            enumeration: Cell::new(None),
            with_content: Cell::new(false),
        }
    }

    /// Arranges that the next run gets past `error`.
    pub(super) fn mend(&self, error: &Error) -> Step {
        let Some(Here { path, blank, .. }) = error.at.as_deref() else { return Step::Stuck };
        match &error.kind {
            Kind::Missing(name) => {
                let fresh = self.missing.borrow_mut().entry(path.clone()).or_default().insert(name);
                self.blanks.borrow_mut().entry(child(path, name)).or_insert(0);
                step(fresh, *blank)
            }
            Kind::Unknown { name, .. } => step(self.left_out.borrow_mut().insert(child(path, name)), *blank),
            _ => self.next_blank(path, *blank),
        }
    }

    fn next_blank(&self, path: &str, blank: bool) -> Step {
        let mut blanks = self.blanks.borrow_mut();
        let Some(number) = blanks.get_mut(path) else {
            // A key below a blank has used the first one without being asked to.
            blanks.insert(path.to_owned(), usize::from(blank));
            return step(true, blank);
        };
        *number += 1;
        if *number < BLANKS { Step::Again } else { Step::Stuck }
    }

    /// The number of the blank for `path`, when it gets one.
    pub(super) fn blank(&self, path: &str) -> Option<usize> {
        self.blanks.borrow().get(path).copied()
    }

    pub(super) fn missing_below(&self, path: &str) -> Vec<&'static str> {
        self.missing.borrow().get(path).into_iter().flatten().copied().collect()
    }

    pub(super) fn is_left_out(&self, path: &str) -> bool {
        self.left_out.borrow().contains(path)
    }

    pub(super) fn ask(&self, path: &str, example: &'static str) {
        self.asked.borrow_mut().entry(path.to_owned()).or_insert(example);
    }

    /// An example of what `path` wants.
    pub(super) fn asked(&self, path: &str) -> Option<&'static str> {
        self.asked.borrow().get(path).copied()
    }

    pub(super) fn note_read(&self, path: &str) {
        self.notes.borrow_mut().read.insert(path.to_owned());
    }

    pub(super) fn note_ignored(&self, path: &str, source: &Source, known: &'static [&'static str]) {
        let mut notes = self.notes.borrow_mut();
        notes.read.remove(path);
        notes.ignored.insert(path.to_owned(), Ignored { source: source.clone(), known });
    }

    /// A secret was asked for at `path`; `literal` is where it stands as it is in a file.
    pub(super) fn note_secret(&self, path: &str, literal: Option<&Source>) {
        self.secrets_met.set(self.secrets_met.get() + 1);
        self.notes.borrow_mut().secrets.insert(path.to_owned());
        if let (false, Some(source)) = (self.allow_plain, literal) {
            self.plain.borrow_mut().insert(path.to_owned(), source.clone());
        }
    }

    pub(super) fn note_buffered(&self, path: &str) {
        self.buffered.borrow_mut().insert(path.to_owned());
    }

    pub(super) fn note_enum(&self, path: &str, name: &'static str, variants: &'static [&'static str]) {
        if path.is_empty() {
            self.enumeration.set(Some((name, variants)));
        }
    }

    pub(super) fn note_content(&self) {
        self.with_content.set(true);
    }

    /// Name and variants of the enum that the whole value is, when the variant read has no content.
    pub(crate) fn plain_enum(&self) -> Option<(&'static str, &'static [&'static str])> {
        self.enumeration.get().filter(|_| !self.with_content.get())
    }

    pub(super) fn plain_secrets(&self) -> BTreeMap<String, Source> {
        self.plain.borrow().clone()
    }

    /// The notes; `secrets` is how many were read in all. One that came without a path hides all buffered values.
    pub(super) fn into_notes(self, secrets: usize) -> Notes {
        let mut notes = self.notes.into_inner();
        if secrets > self.secrets_met.get() {
            notes.secrets.extend(self.buffered.into_inner());
        }
        notes
    }
}

fn step(fresh: bool, blank: bool) -> Step {
    match (fresh, blank) {
        (false, _) => Step::Stuck,
        (true, true) => Step::Again,
        (true, false) => Step::New,
    }
}

/// The path of `name` below `path`.
pub(super) fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
