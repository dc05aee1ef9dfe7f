//! The body of a message: `[args, kwargs, embed]`, the arguments of a task and what follows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::chain::Link;
use super::envelope::{Refused, malformed};

/// The body: arguments, and what follows.
#[derive(Debug, Clone)]
pub struct Body {
    /// The arguments by position: a JSON array, as it came.
    pub args: Box<RawValue>,
    /// The arguments by name.
    pub kwargs: serde_json::Map<String, Value>,
    /// What follows.
    pub embed: Embed,
}

/// What follows a task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Embed {
    /// Called with the result.
    #[serde(default)]
    pub callbacks: Option<Vec<Link>>,
    /// Called with the id when it failed.
    #[serde(default)]
    pub errbacks: Option<Vec<Link>>,
    /// The rest of a chain: a stack, of which the last entry is next.
    #[serde(default)]
    pub chain: Option<Vec<Link>>,
    /// Called when a whole group has ended.
    #[serde(default)]
    pub chord: Option<Value>,
}

impl Embed {
    /// Every task that may follow.
    fn links(&self) -> impl Iterator<Item = &Link> {
        [&self.callbacks, &self.errbacks, &self.chain].into_iter().flatten().flatten()
    }
}

impl Body {
    /// Reads `[args, kwargs, embed]`.
    ///
    /// # Errors
    /// [`Refused::Malformed`] for anything else, [`Refused::Chord`] for a member of a chord.
    pub fn from_json(text: &[u8]) -> Result<Self, Refused> {
        type Triple = (Box<RawValue>, serde_json::Map<String, Value>, Embed);
        let (args, mut kwargs, embed): Triple = serde_json::from_slice(text).map_err(malformed)?;
        if embed.chord.as_ref().is_some_and(|chord| !chord.is_null()) {
            return Err(Refused::Chord);
        }
        if let Some(kind) = embed.links().find_map(|link| link.subtask_type.clone()) {
            return Err(Refused::Canvas(kind));
        }
        kwargs.values_mut().for_each(super::typed::flatten);
        let args = if args.get().contains(super::typed::MARK) { flat(&args)? } else { args };
        if !args.get().starts_with('[') {
            return Err(Refused::Malformed("the arguments are no array".to_owned()));
        }
        Ok(Self { args, kwargs, embed })
    }

    /// A body of arguments by position alone.
    ///
    /// # Errors
    /// [`Refused::Malformed`] when `args` is no JSON array.
    pub fn of(args: &[u8]) -> Result<Self, Refused> {
        let args: Box<RawValue> = serde_json::from_slice(args).map_err(malformed)?;
        if !args.get().starts_with('[') {
            return Err(Refused::Malformed("the arguments are no array".to_owned()));
        }
        Ok(Self { args, kwargs: serde_json::Map::new(), embed: Embed::default() })
    }

    /// The triple as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(&(&self.args, &self.kwargs, &self.embed)).unwrap_or_default()
    }

    /// All arguments by position, when `names` are those of the task; an argument that is not given is null.
    ///
    /// # Errors
    /// In words, when there are more than the task takes, one has another name, or one is given twice.
    pub fn positional(&self, names: Option<&[&str]>) -> Result<Vec<u8>, String> {
        let Some(names) = names.filter(|_| !self.kwargs.is_empty()) else {
            return Ok(self.args.get().as_bytes().to_vec());
        };
        let mut all: Vec<Value> = serde_json::from_str(self.args.get()).map_err(|error| error.to_string())?;
        let given = all.len();
        all.resize(given.max(names.len()), Value::Null);
        for (name, value) in &self.kwargs {
            let place = names.iter().position(|known| known == name);
            match place {
                Some(place) if place >= given => all[place] = value.clone(),
                Some(_) => return Err(format!("the argument `{name}` is given twice")),
                None => return Err(format!("there is no argument `{name}`; there are {}", names.join(", "))),
            }
        }
        serde_json::to_vec(&all).map_err(|error| error.to_string())
    }
}

/// The arguments with Python's own types as plain JSON.
fn flat(args: &RawValue) -> Result<Box<RawValue>, Refused> {
    let mut value: Value = serde_json::from_str(args.get()).map_err(malformed)?;
    super::typed::flatten(&mut value);
    serde_json::value::to_raw_value(&value).map_err(malformed)
}
