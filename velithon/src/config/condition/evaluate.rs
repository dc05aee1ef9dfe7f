//! Decides a condition.

use super::{Condition, Test, same_text};
use crate::config::de::{unknown_key, variable};
use crate::config::probe::Verdict;
use crate::config::settings::{FEATURES, Settings};
use crate::fault::{Fault, nearest};

impl Condition {
    /// Whether the condition holds under `settings`.
    ///
    /// The value is the one the section's type holds. A key of `[features]` that is absent is `false`.
    ///
    /// # Errors
    /// When the section or key does not exist, the value can never be the key's, the key is a secret, or the key is
    /// absent and the default of its type cannot be compared.
    pub fn evaluate(&self, settings: &Settings) -> Result<bool, Fault> {
        let decided = match self.key.split_once('.') {
            Some((FEATURES, _)) => self.feature(settings),
            Some((section, path)) => {
                self.known(settings, section, path).and_then(|()| self.decide(settings, section, path))
            }
            None => Err(self.undecided("it names no section")),
        };
        // Every fault here begins with the condition, so that it is found in the source.
        decided.map_err(|fault| Fault { what: format!("`when = \"{self}\"`: {}", fault.what), ..fault })
    }

    fn feature(&self, settings: &Settings) -> Result<bool, Fault> {
        let set = settings.tree().get(&self.key).and_then(crate::config::Node::scalar);
        self.compare_text(set.as_deref().unwrap_or("false"))
    }

    /// The section exists, and so does the key, as far as the types tell.
    fn known(&self, settings: &Settings, section: &str, path: &str) -> Result<(), Fault> {
        let known = settings.known();
        let names = known.iter().map(|(name, _)| *name).chain([FEATURES]);
        let Some((_, keys)) = known.iter().find(|(name, _)| *name == section) else {
            let help = match nearest(section, names) {
                Some(meant) => format!("write `{meant}.{path}`"),
                None => format!("add a struct marked `#[config(\"{section}\")]`, or use a key of `[features]`"),
            };
            return Err(Fault::new(format!("there is no section `{section}`")).help(help));
        };
        let first = path.split('.').next().unwrap_or(path);
        if keys.is_empty() || keys.contains(&first) {
            return Ok(());
        }
        Err(unknown_key(&format!("{section}.{first}"), None, keys))
    }

    fn decide(&self, settings: &Settings, section: &str, path: &str) -> Result<bool, Fault> {
        if settings.is_secret(&self.key) {
            let fault = Fault::new(format!("`{}` is a secret", self.key)).why("a condition would tell its value");
            return Err(fault.help("add a key of its own for the decision"));
        }
        let typed = match settings.field(section, path) {
            Some(field) => self.compare_typed(|literal| field.is(literal).0)?,
            None => Err(String::from("it stands below a key whose type is not seen")),
        };
        match (typed, settings.tree().get(&self.key).map(crate::config::Node::scalar)) {
            (Ok(holds), _) => Ok(holds),
            (Err(_), Some(Some(text))) => self.compare_text(&text),
            (Err(_), Some(None)) => Err(Fault::new(format!("`{}` is a table or list", self.key))
                .why("a condition compares single values")
                .help("name a key that holds one value")),
            (Err(reason), None) => Err(self.undecided(&reason)),
        }
    }

    /// Decides by the value a type holds; the inner error says why the type cannot tell.
    fn compare_typed(&self, is: impl Fn(&str) -> Verdict) -> Result<Result<bool, String>, Fault> {
        let judged = |literal: &str| match is(literal) {
            Verdict::Holds => Ok(Ok(true)),
            Verdict::Differs => Ok(Ok(false)),
            Verdict::Unknowable(name) => Ok(Err(format!("the type `{name}` has no `PartialEq`"))),
            Verdict::Invalid(reason) => Err(self.never(literal, reason)),
        };
        match &self.test {
            Test::Equals(value) => judged(value),
            Test::Differs(value) => Ok(judged(value)?.map(|holds| !holds)),
            Test::Is(wanted) => match (is("true"), is("false")) {
                (Verdict::Holds, _) => Ok(Ok(*wanted)),
                (_, Verdict::Holds) => Ok(Ok(!*wanted)),
                (Verdict::Unknowable(name), _) => Ok(Err(format!("the type `{name}` has no `PartialEq`"))),
                _ => Err(self.no_boolean()),
            },
        }
    }

    fn compare_text(&self, text: &str) -> Result<bool, Fault> {
        match &self.test {
            Test::Equals(value) => Ok(same_text(text, value)),
            Test::Differs(value) => Ok(!same_text(text, value)),
            Test::Is(wanted) => match text {
                "true" => Ok(*wanted),
                "false" => Ok(!*wanted),
                _ => Err(self.no_boolean()),
            },
        }
    }

    fn never(&self, literal: &str, reason: String) -> Fault {
        Fault::new(format!("`{}` can never be `{literal}`", self.key)).why(reason).help("correct the value")
    }

    fn no_boolean(&self) -> Fault {
        Fault::new(format!("`{}` is neither `true` nor `false`", self.key))
            .why("a key without a comparison has to be a boolean")
            .help(format!("compare it: `{} == value`", self.key))
    }

    fn undecided(&self, reason: &str) -> Fault {
        let (section, name) = self.key.rsplit_once('.').unwrap_or(("", &self.key));
        let set = variable(&self.key).map_or_else(String::new, |variable| format!(", or set {variable}"));
        let derive = if reason.contains("PartialEq") { ", or derive `PartialEq` for the type" } else { "" };
        Fault::new(format!("`{}` is not set, and its default cannot be compared", self.key))
            .why(reason)
            .help(format!("write `{name} = ..` under `[{section}]`{set}{derive}"))
    }
}
