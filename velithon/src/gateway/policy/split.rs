//! Splitting: which upstream a request goes to, when a share of them is to try another one.

use std::fmt;

use http::HeaderName;
use serde::{Deserialize, Deserializer, de};

use crate::gateway::balance::{Head, Key};
use crate::gateway::random::{Random, mix};

/// The shares of a gateway's requests that go elsewhere.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Split {
    /// The share of each other upstream, from 0 to 1; the rest goes where the gateway leads.
    pub(crate) shares: Vec<f64>,
    /// Makes the choice the same for the same key.
    pub(crate) key: Option<Key>,
    /// A request that fits goes to the first of the others, whatever the shares say.
    pub(crate) force: Vec<Mark>,
}

/// A mark on a request: `if_header = "x-beta: 1"`, `if_cookie = "beta=1"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A header, with the value it must have if one is written.
    Header(HeaderName, Option<Box<str>>),
    /// A cookie, likewise.
    Cookie(Box<str>, Option<Box<str>>),
}

/// Why a text is no mark or no share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SplitError(String);

impl Split {
    /// Which of the others the request goes to; nothing when it stays.
    pub(crate) fn choose(&self, head: &Head<'_>, random: &mut impl Random) -> Option<usize> {
        if !self.shares.is_empty() && self.force.iter().any(|mark| mark.is_on(head)) {
            return Some(0);
        }
        let drawn = match self.key.as_ref().and_then(|key| key.hash(head)) {
            // Mixed, so that the choice of the target by the same key is independent of this one.
            Some(hash) => (mix(hash) >> 11) as f64 / (1u64 << 53) as f64,
            None => random.unit(),
        };
        let mut sum = 0.0;
        self.shares.iter().position(|share| {
            sum += share;
            drawn < sum
        })
    }

    /// Whether the shares leave at least nothing.
    ///
    /// # Errors
    /// When they are more than the whole.
    pub(crate) fn check(&self) -> Result<(), SplitError> {
        let sum: f64 = self.shares.iter().sum();
        if sum <= 1.0 + 1e-9 {
            return Ok(());
        }
        let percent = sum * 100.0;
        Err(SplitError(format!("the shares of `split` are {percent:.1}% together; at most 100% can be given away")))
    }
}

impl Mark {
    /// Reads `"x-beta: 1"`, or `"x-beta"` for any value.
    ///
    /// # Errors
    /// When the name is no name of a header.
    pub(crate) fn header(text: &str) -> Result<Self, SplitError> {
        let (name, value) = halves(text, ':');
        let name = name.parse().map_err(|_| wrong(text, "mark by a header", "\"x-beta: 1\" or \"x-beta\""))?;
        Ok(Self::Header(name, value))
    }

    /// Reads `"beta=1"`, or `"beta"` for any value.
    ///
    /// # Errors
    /// When the name is no name of a cookie.
    pub(crate) fn cookie(text: &str) -> Result<Self, SplitError> {
        let (name, value) = halves(text, '=');
        // A cookie's name is a token, as a header's is (RFC 6265, section 4.1.1).
        let fine = name.parse::<HeaderName>().is_ok();
        let error = || wrong(text, "mark by a cookie", "\"beta=1\" or \"beta\"");
        if fine { Ok(Self::Cookie(name.into(), value)) } else { Err(error()) }
    }

    fn is_on(&self, head: &Head<'_>) -> bool {
        let (found, wanted) = match self {
            Self::Header(name, value) => (head.header(name), value),
            Self::Cookie(name, value) => (head.cookie(name), value),
        };
        found.is_some_and(|found| wanted.as_ref().is_none_or(|wanted| wanted.as_bytes() == found))
    }
}

fn halves(text: &str, between: char) -> (&str, Option<Box<str>>) {
    match text.split_once(between) {
        Some((name, value)) => (name.trim(), Some(value.trim().into())),
        None => (text.trim(), None),
    }
}

/// Reads `"5%"`, `"0.5%"`, or a number from 0 to 1, as that number.
///
/// # Errors
/// When it is neither, or more than the whole.
pub(crate) fn parse_share(text: &str) -> Result<f64, SplitError> {
    let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match percent.map(|percent| percent / 100.0) {
        Some(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(wrong(text, "share", "\"5%\" or \"0.5%\", from 0% to 100%")),
    }
}

/// Reads a share for serde: [`parse_share`], or a number from 0 to 1.
///
/// # Errors
/// Those of [`parse_share`], and of `deserializer`.
pub(crate) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a share such as \"5%\", or a number from 0 to 1")]
    enum Written {
        Number(f64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Written::Number(share) => {
            Err(de::Error::custom(wrong(&share.to_string(), "share", "\"5%\", or a number from 0 to 1")))
        }
        Written::Text(text) => parse_share(&text).map_err(de::Error::custom),
    }
}

fn wrong(text: &str, kind: &str, example: &str) -> SplitError {
    SplitError(format!("`{text}` is no {kind}; write {example}"))
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SplitError {}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::gateway::random::Seeded;

    fn head(headers: &HeaderMap) -> Head<'_> {
        Head { path: "/", query: None, headers, client: None }
    }

    #[test]
    fn five_percent_of_the_requests_go_elsewhere() {
        let split = Split { shares: vec![0.05, 0.2], ..Split::default() };
        let (headers, mut random, mut counts) = (HeaderMap::new(), Seeded::new(5), [0; 3]);
        for _ in 0..100_000 {
            counts[split.choose(&head(&headers), &mut random).map_or(2, |other| other)] += 1;
        }
        assert!((4800..5200).contains(&counts[0]), "{counts:?}");
        assert!((19_500..20_500).contains(&counts[1]), "{counts:?}");
    }

    #[test]
    fn a_client_with_a_key_always_gets_the_same() {
        let split = Split { shares: vec![0.5], key: Some(Key::Cookie("id".into())), ..Split::default() };
        let mut random = Seeded::new(5);
        let mut choose = |id: u32| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", HeaderValue::from_str(&format!("id={id}")).expect("a value"));
            split.choose(&head(&headers), &mut random)
        };
        let first: Vec<_> = (0..1000).map(&mut choose).collect();
        assert_eq!(first, (0..1000).map(&mut choose).collect::<Vec<_>>());
        let elsewhere = first.iter().flatten().count();
        assert!((440..560).contains(&elsewhere), "{elsewhere}");
    }

    #[test]
    fn a_mark_forces_it() {
        let force = vec![Mark::header("x-beta: 1").expect("a mark"), Mark::cookie("beta").expect("a mark")];
        let split = Split { shares: vec![0.0], key: None, force };
        let chosen = |name: &'static str, value| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            split.choose(&head(&headers), &mut Seeded::new(1))
        };
        assert_eq!(chosen("x-beta", "1"), Some(0));
        assert_eq!(chosen("x-beta", "2"), None);
        assert_eq!(chosen("cookie", "a=1; beta=whatever"), Some(0));
    }

    #[test]
    fn shares_are_percentages_of_at_most_the_whole() {
        assert_eq!(parse_share("0.5%"), Ok(0.005));
        assert_eq!(
            parse_share("101%").unwrap_err().to_string(),
            "`101%` is no share; write \"5%\" or \"0.5%\", from 0% to 100%"
        );
        assert!(parse_share("5").is_err());
        let error = Split { shares: vec![0.6, 0.5], ..Split::default() }.check().unwrap_err();
        assert!(error.to_string().contains("110.0%"));
    }
}
