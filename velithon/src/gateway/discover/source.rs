//! Where targets are said: in the configuration, in a file, by a name, or by the service itself.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::file;
use super::names::is_name;
use crate::gateway::custom::Discover;
use crate::gateway::target::TargetSpec;

/// Where the list of targets comes from.
#[derive(Clone)]
pub(crate) struct Source {
    /// The targets of the configuration, which are there in any case.
    fixed: Vec<TargetSpec>,
    more: More,
}

/// What adds to the configured targets.
#[derive(Clone)]
enum More {
    Nothing,
    File(PathBuf),
    Custom(Arc<dyn Discover>),
}

/// Why a text is no source, with an example of a right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceError(String);

impl Source {
    /// These targets, for ever.
    pub(crate) fn fixed(targets: Vec<TargetSpec>) -> Self {
        Self { fixed: targets, more: More::Nothing }
    }

    /// These targets, and those of the service's own discovery.
    pub(crate) fn custom(targets: Vec<TargetSpec>, discover: Arc<dyn Discover>) -> Self {
        Self { fixed: targets, more: More::Custom(discover) }
    }

    /// These targets, and those of the setting `discover` beside them.
    ///
    /// # Errors
    /// As for reading the setting.
    pub(crate) fn written(targets: Vec<TargetSpec>, discover: Option<&str>) -> Result<Self, SourceError> {
        let Some(discover) = discover else { return Ok(Self::fixed(targets)) };
        let source: Self = discover.parse()?;
        Ok(Self { fixed: targets.into_iter().chain(source.fixed).collect(), more: source.more })
    }

    /// Whether there is nothing to follow: targets that are written, and all of them addresses.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.more, More::Nothing) && !self.fixed.iter().any(is_name)
    }

    /// Every list, one after the other; the first at once, unless the service's own discovery takes its time.
    pub(super) fn lists(self, upstream: Arc<str>) -> BoxStream<'static, Vec<TargetSpec>> {
        let fixed = self.fixed;
        let beside = move |more: Vec<TargetSpec>| fixed.iter().cloned().chain(more).collect();
        match self.more {
            More::Nothing => stream::once(std::future::ready(beside(Vec::new()))).boxed(),
            More::File(path) => file::lists(upstream, path).map(beside).boxed(),
            More::Custom(discover) => custom(upstream, &*discover).map(beside).boxed(),
        }
    }
}

/// The lists of the service's own discovery; one that is faulty is told and passed over.
fn custom(upstream: Arc<str>, discover: &dyn Discover) -> impl futures_util::Stream<Item = Vec<TargetSpec>> + use<> {
    discover.watch().filter_map(move |list| {
        let list = list.map_err(|error| format!("{error:?}")).and_then(|list| parsed(&list));
        let list = list.inspect_err(|error| told(&upstream, error)).ok();
        std::future::ready(list)
    })
}

/// Every target of a list, or what is wrong with one of them.
fn parsed(list: &[String]) -> Result<Vec<TargetSpec>, String> {
    list.iter().map(|text| text.parse().map_err(|error| format!("{error}"))).collect()
}

pub(super) fn told(upstream: &str, error: &str) {
    tracing::warn!(upstream, error, "discovery failed; the last known targets stay");
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let wrong = |reason: String| {
            let example = "\"dns:users.svc.local:8080\", \"dns:https://users.example\" or \"file:users.toml\"";
            SourceError(format!("`{text}` is no discovery: {reason}; write {example}"))
        };
        match text.split_once(':') {
            Some(("dns", name)) => {
                let no_name = || wrong(format!("`{name}` is no name with a port"));
                // Without a scheme nothing says which port is meant.
                let url = match (name.contains("://"), name.rsplit_once(':')) {
                    (true, _) => name.to_owned(),
                    (false, Some((_, port))) if port.parse::<u16>().is_ok() => format!("http://{name}"),
                    (false, _) => return Err(no_name()),
                };
                let target: TargetSpec = url.parse().map_err(|_| no_name())?;
                Ok(Self::fixed(vec![target]))
            }
            Some(("file", path)) if !path.trim().is_empty() => {
                Ok(Self { fixed: Vec::new(), more: More::File(path.trim().into()) })
            }
            Some(("file", _)) => Err(wrong("it names no file".into())),
            _ => Err(wrong("it begins with neither `dns:` nor `file:`".into())),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("fixed", &self.fixed).finish_non_exhaustive()
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SourceError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Result;

    struct Consul;

    impl Discover for Consul {
        fn watch(&self) -> std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Vec<String>>> + Send>> {
            let lists =
                [vec!["http://10.0.0.1".to_owned()], vec!["nonsense".to_owned()], vec!["http://10.0.0.2".to_owned()]];
            stream::iter(lists.map(Ok)).boxed()
        }
    }

    #[tokio::test]
    async fn a_faulty_list_of_the_service_is_passed_over() {
        let source = Source::custom(vec!["http://10.9.9.9".parse().expect("a target")], Arc::new(Consul));
        let lists: Vec<_> = source.lists("users".into()).collect().await;
        let urls: Vec<Vec<_>> = lists.iter().map(|list| list.iter().map(TargetSpec::url).collect()).collect();
        assert_eq!(urls, [["http://10.9.9.9", "http://10.0.0.1"], ["http://10.9.9.9", "http://10.0.0.2"]]);
    }

    #[test]
    fn a_source_is_a_name_or_a_file() {
        let read = |text: &str| text.parse::<Source>();
        assert_eq!(read("dns:users.svc.local:8080").expect("a source").fixed[0].url(), "http://users.svc.local:8080");
        assert_eq!(read("dns:https://users.example").expect("a source").fixed[0].port, 443);
        assert!(matches!(read("file:users.toml").expect("a source").more, More::File(_)));
        for (text, reason) in
            [("consul:users", "neither"), ("dns:", "no name"), ("file:", "no file"), ("users", "neither")]
        {
            let error = read(text).expect_err("no source").to_string();
            assert!(error.contains(reason) && error.contains("dns:users.svc.local:8080"), "{error}");
        }
    }
}
