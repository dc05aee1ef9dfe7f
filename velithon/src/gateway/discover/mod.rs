//! Discovery: where the list of targets comes from, and how it stays up to date.
//!
//! A [`Source`] says which targets there are: the configuration, a file, a name, or the service's own
//! [`Discover`](super::Discover). Names among them are looked up here, one target for each address, and again every
//! [`EVERY`]. A source or a name that fails keeps the last good list: discovery adds and removes targets, and never takes
//! all of them because the directory is ill.

mod file;
mod names;
mod source;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::{MissedTickBehavior, interval};

pub(crate) use names::{Lookup, Lookups, Names, SystemLookup};
pub(crate) use source::Source;

use super::target::TargetSpec;

/// The time between two lookups of the names.
const EVERY: Duration = Duration::from_secs(30);

/// Follows a source for ever, and gives every new list, its names looked up, to `apply`.
pub(crate) async fn follow(
    upstream: Arc<str>,
    source: Source,
    mut names: Names<impl Lookup>,
    mut apply: impl FnMut(Vec<TargetSpec>),
) {
    let mut lists = source.lists(Arc::clone(&upstream));
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut written, mut applied) = (Vec::new(), None);
    loop {
        tokio::select! {
            Some(list) = lists.next() => written = list,
            _ = ticks.tick() => {}
        }
        if written.is_empty() {
            continue;
        }
        let found = names.look_up(&upstream, &written).await;
        if applied.as_ref() != Some(&found) {
            applied = Some(found.clone());
            apply(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io;
    use std::net::IpAddr;
    use std::sync::Mutex;

    use tokio::sync::mpsc;
    use tokio::time::sleep;

    use super::*;
    use crate::inject::BoxFuture;

    /// A directory that tests write.
    #[derive(Clone, Default)]
    struct Directory(Arc<Mutex<HashMap<String, Vec<IpAddr>>>>);

    impl Directory {
        fn set(&self, name: &str, addresses: &[&str]) {
            let addresses = addresses.iter().map(|address| address.parse().expect("an address")).collect();
            self.0.lock().expect("the directory").insert(name.into(), addresses);
        }
    }

    impl Lookup for Directory {
        fn look_up(&self, name: &str, _port: u16) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let found = self.0.lock().expect("the directory").get(name).cloned();
            Box::pin(std::future::ready(found.ok_or_else(|| io::Error::other("no such name"))))
        }
    }

    fn spec(text: &str) -> TargetSpec {
        text.parse().expect("a target")
    }

    fn started(targets: &[&str], directory: &Directory) -> mpsc::UnboundedReceiver<Vec<String>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let source = Source::fixed(targets.iter().map(|text| spec(text)).collect());
        let apply = move |list: Vec<TargetSpec>| {
            let labels = list.iter().map(|spec| spec.key().label()).collect();
            let _closed_at_the_end = sender.send(labels);
        };
        tokio::spawn(follow("users".into(), source, Names::remembering(directory.clone(), Arc::default(), []), apply));
        receiver
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_is_one_target_for_each_address_and_changes_with_it() {
        let directory = Directory::default();
        directory.set("users.svc", &["10.0.0.2", "10.0.0.1", "fd00::1"]);
        let mut lists = started(&["http://users.svc:8080", "http://10.9.9.9"], &directory);
        let first = lists.recv().await.expect("a list");
        assert_eq!(first, ["10.0.0.1:8080", "10.0.0.2:8080", "[fd00::1]:8080", "10.9.9.9:80"]);
        directory.set("users.svc", &["10.0.0.3"]);
        assert_eq!(lists.recv().await.expect("a list"), ["10.0.0.3:8080", "10.9.9.9:80"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_directory_that_fails_or_answers_nothing_keeps_the_last_good_list() {
        let directory = Directory::default();
        directory.set("users.svc", &["10.0.0.1"]);
        let mut lists = started(&["http://users.svc"], &directory);
        assert_eq!(lists.recv().await.expect("a list"), ["10.0.0.1:80"]);
        directory.set("users.svc", &[]);
        sleep(Duration::from_secs(61)).await;
        directory.0.lock().expect("the directory").clear();
        sleep(Duration::from_secs(61)).await;
        assert!(lists.try_recv().is_err());
        directory.set("users.svc", &["10.0.0.2"]);
        assert_eq!(lists.recv().await.expect("a list"), ["10.0.0.2:80"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_was_never_found_stays_a_name() {
        let mut lists = started(&["http://nowhere.svc", "http://localhost:9"], &Directory::default());
        assert_eq!(lists.recv().await.expect("a list"), ["nowhere.svc:80", "localhost:9"]);
    }
}
