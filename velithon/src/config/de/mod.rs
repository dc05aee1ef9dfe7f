//! Reads a section of the tree into a type, and finds everything that is wrong with it.
//!
//! serde stops at the first error. `read` therefore goes again: the key that failed gets a blank, a harmless value of
//! whatever type is asked for, until a run finds nothing new. The value of such a run is thrown away. A key that the
//! type ignores is noted and judged later, since another type may read the same section.
//!
//! It knows nothing of records and validation (`section`).

mod access;
mod error;
mod explain;
mod number;
mod reader;
mod state;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

pub use error::Error;
pub(crate) use error::Kind;
pub(crate) use explain::{readable, unknown_key, variable};
pub use reader::Reader;
pub(crate) use state::{Notes, State};

use super::tree::Tree;
use crate::fault::Fault;
use crate::record::Origin;
use state::Step;

/// More than the keys of any section: a type that never comes to rest must not hang the start.
const MOST_RUNS: usize = 1000;

/// Who reads: named in the fault of a missing key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) type_name: &'static str,
    pub(crate) origin: Origin,
}

/// The value, when nothing was wrong, with everything that was wrong and what was seen on the way.
pub(crate) struct Outcome<T> {
    pub(crate) value: Option<T>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) notes: Notes,
}

/// Reads the section `section` of `tree`.
pub(crate) fn read<T: DeserializeOwned>(tree: &Tree, section: &str, asker: Asker) -> Outcome<T> {
    let state = State::new(tree.allows_plain_secrets());
    let before = super::secret::read_so_far();
    let (value, errors) = run_until_quiet(&state, || {
        let reader = Reader::of_section(tree.get(section), section, &state);
        reader.clone().within(|reader| T::deserialize(reader))
    });
    let seen = super::secret::read_so_far() - before;
    let mut faults: Vec<Fault> = errors.into_iter().map(|error| explain::fault(error, &state, asker, tree)).collect();
    faults.extend(state.plain_secrets().iter().map(|(path, source)| explain::plain_secret(path, source)));
    let value = value.filter(|_| faults.is_empty());
    Outcome { value, faults, notes: state.into_notes(seen) }
}

/// Runs `attempt`, mending what failed, until it passes or fails in a way that no blank mends.
fn run_until_quiet<T>(state: &State, attempt: impl Fn() -> Result<T, Error>) -> (Option<T>, Vec<Error>) {
    let mut errors = Vec::new();
    for _ in 0..MOST_RUNS {
        match attempt() {
            Ok(value) => return (errors.is_empty().then_some(value), errors),
            Err(error) => match state.mend(&error) {
                Step::New => errors.push(error),
                Step::Again => {}
                Step::Stuck => {
                    // Only a blank failed: everything real is in the list already, unless there is nothing.
                    if errors.is_empty() {
                        errors.push(error);
                    }
                    break;
                }
            },
        }
    }
    (None, errors)
}
