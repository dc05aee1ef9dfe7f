//! Where configuration comes from, and what wins.
//!
//! [`Sources`] names the inputs: a file, a profile, the environment and the `--set` arguments. [`Sources::read`] lays
//! them upon each other in that order and expands `${..}` last, so that a value which is overridden needs none of its
//! variables. Whatever is wrong is gathered; nothing stops at the first fault.
//!
//! No layer knows which sections exist: that is `check_sections`, once the records are at hand.

mod expand;
mod file;
mod locate;
#[cfg(test)]
mod tests;
mod text;

pub(super) use file::parse;

use std::fmt;
use std::path::PathBuf;

pub use locate::locate;
pub(crate) use text::matches_variable;

use super::tree::{Table, Tree, Value, merge};
use crate::fault::{Fault, nearest};

/// The inputs of the configuration; equal inputs and files give equal trees.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file, as [`locate`] found it; `None` when there is none.
    pub file: Option<PathBuf>,
    /// The profile whose section of the file holds: see [`profile`].
    pub profile: String,
    /// The environment variables, names and values.
    pub environment: Vec<(String, String)>,
    /// The arguments of `--set`: `shop.cache=redis`.
    pub set: Vec<String>,
}

impl Sources {
    /// The inputs of this process: its environment, the profile named there, the file that [`locate`] finds.
    ///
    /// # Errors
    /// When a file that was asked for is missing, and when a `VELITHON_` variable is no UTF-8.
    pub fn of_process(file: Option<&std::path::Path>, set: Vec<String>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut environment = Vec::new();
        for (name, value) in std::env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), Ok(value)) => environment.push((name, value)),
                (Ok(name), Err(_)) if text::is_ours(&name) => faults.push(not_utf8(&name)),
                _ => {}
            }
        }
        let file = locate(file).map_err(|fault| faults.push(fault)).unwrap_or_default();
        if faults.is_empty() {
            Ok(Self { file, profile: profile(&environment), environment, set })
        } else {
            Err(faults)
        }
    }

    /// Lays all layers upon each other.
    ///
    /// # Errors
    /// Everything that is wrong with the file, the variables and the arguments.
    pub fn read(&self) -> Result<Tree, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut root = self.file.as_deref().map(|path| file::read(path, &mut faults)).unwrap_or_default();
        self.choose_profile(&mut root, &mut faults);
        text::environment(&self.environment, &mut root, &mut faults);
        text::arguments(&self.set, &mut root, &mut faults);
        expand::all(&mut root, &self.environment, self.file.as_deref(), &mut faults);
        if faults.is_empty() {
            Ok(Tree { root, profile: self.profile.clone(), file: self.file.clone() })
        } else {
            Err(faults)
        }
    }

    /// Lays the section of the profile upon the file and drops those of the others, whose `${..}` need not exist here.
    fn choose_profile(&self, root: &mut Table, faults: &mut Vec<Fault>) {
        let Some(node) = root.remove("profile") else { return self.check_profile(&Table::new(), faults) };
        let Value::Table(mut profiles) = node.value else {
            let fault = Fault::new("`profile` holds sections, one for each profile").at(&node.key, "");
            return faults
                .push(fault.help("write `[profile.prod.shop]`; the profile itself is chosen by VELITHON_PROFILE"));
        };
        self.check_profile(&profiles, faults);
        match profiles.remove(&self.profile).map(|node| (node.value, node.key)) {
            None => {}
            Some((Value::Table(section), _)) => merge(root, section),
            Some((_, at)) => faults.push(
                Fault::new(format!("`profile.{}` is no section", self.profile))
                    .at(at, "")
                    .help(format!("write `[profile.{}]` and the sections below it", self.profile)),
            ),
        }
    }

    /// A misspelt profile must not pass as a new one: it would switch off what `prod` insists on.
    fn check_profile(&self, profiles: &Table, faults: &mut Vec<Fault>) {
        let known: Vec<&str> = profiles.keys().map(String::as_str).chain(["dev", "prod"]).collect();
        if known.contains(&self.profile.as_str()) {
            return;
        }
        if let Some(meant) = nearest(&self.profile, known) {
            faults.push(
                Fault::new(format!("there is no profile `{}`", self.profile))
                    .at("VELITHON_PROFILE", "the profile")
                    .help(format!("write `{meant}`, or add an empty section `[profile.{}]`", self.profile)),
            );
        }
    }
}

impl fmt::Debug for Sources {
    /// Names only: the environment and the arguments hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.environment.iter().map(|(name, _)| name.as_str()).collect();
        let keys: Vec<&str> = self.set.iter().filter_map(|set| set.split('=').next()).collect();
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("profile", &self.profile)
            .field("environment", &names)
            .field("set", &keys)
            .finish()
    }
}

/// The profile: `VELITHON_PROFILE`, else `dev` for a debug build and `prod` for a release build.
pub fn profile(environment: &[(String, String)]) -> String {
    let named = environment.iter().find(|(name, value)| name == "VELITHON_PROFILE" && !value.is_empty());
    match named {
        Some((_, profile)) => profile.clone(),
        None if cfg!(debug_assertions) => "dev".into(),
        None => "prod".into(),
    }
}

fn not_utf8(name: &str) -> Fault {
    Fault::new(format!("{name} is no UTF-8 text")).at(name, "").help("set it to text; bytes can be written in base64")
}
