//! A file of targets: TOML with the one key `targets`, as in `[upstream.users]`; read again when it changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::stream::{self, Stream};
use serde::Deserialize;

use super::source::told;
use crate::config::de::{self, Asker};
use crate::config::{Node, Sources, Value};
use crate::gateway::target::TargetSpec;

/// The time between two looks at the file.
const EVERY: Duration = Duration::from_secs(2);

/// Under this name the file's keys are read: a file of targets has no sections.
const WHOLE: &str = "file";

#[derive(Deserialize)]
struct Content {
    targets: Vec<TargetSpec>,
}

/// What tells one state of a file from another.
type Stamp = Option<(SystemTime, u64)>;

/// Every list that the file holds, one after the other; a faulty one is told once and passed over.
pub(super) fn lists(upstream: Arc<str>, path: PathBuf) -> impl Stream<Item = Vec<TargetSpec>> + Send {
    stream::unfold(File { upstream, path: path.into(), seen: None }, |mut file| async {
        let list = file.next().await;
        Some((list, file))
    })
}

struct File {
    upstream: Arc<str>,
    path: Arc<Path>,
    /// The state that was read last, and nothing before the first look.
    seen: Option<Stamp>,
}

impl File {
    async fn next(&mut self) -> Vec<TargetSpec> {
        loop {
            match self.look().await {
                Some(Ok(list)) => return list,
                Some(Err(error)) => told(&self.upstream, &error),
                None => {}
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// The content, if it is not the one that was read last.
    async fn look(&mut self) -> Option<Result<Vec<TargetSpec>, String>> {
        let (path, seen) = (Arc::clone(&self.path), self.seen);
        let look = move || {
            let stamp = stamp(&path);
            (seen != Some(stamp)).then(|| (stamp, read(&path)))
        };
        let (stamp, list) = tokio::task::spawn_blocking(look).await.ok()??;
        self.seen = Some(stamp);
        Some(list)
    }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The targets of the file, or everything that is wrong with it.
fn read(path: &Path) -> Result<Vec<TargetSpec>, String> {
    let told = |faults: Vec<crate::fault::Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let sources = Sources { file: Some(path.to_owned()), profile: "prod".into(), ..Sources::default() };
    let mut tree = sources.read().map_err(told)?;
    let root = std::mem::take(&mut tree.root);
    let source = crate::config::Source::File { path: path.into(), line: 1, column: 1 };
    tree.root.insert(WHOLE.to_owned(), Node::new(Value::Table(root), source));
    let outcome =
        de::read::<Content>(&tree, WHOLE, Asker { type_name: "a file of targets", origin: crate::__origin!() });
    let unknown = outcome.notes.ignored.iter().map(|(path, ignored)| ignored.fault(path));
    let faults: Vec<_> = outcome.faults.into_iter().chain(unknown).collect();
    match outcome.value {
        Some(content) if faults.is_empty() => Ok(content.targets),
        _ => Err(told(faults)),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::StreamExt;

    use super::*;

    fn write(path: &Path, text: &str) {
        // Replaced as a whole, as deployments do it.
        let next = path.with_extension("next");
        std::fs::write(&next, text).expect("a file");
        std::fs::rename(&next, path).expect("a name");
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_is_read_again_when_it_changes_and_its_faults_change_nothing() {
        let folder = std::env::temp_dir().join(format!("velithon-targets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("users.toml");
        let mut lists = pin!(lists("users".into(), path.clone()));
        let mut urls = async || lists.next().await.expect("a list").iter().map(TargetSpec::url).collect::<Vec<_>>();

        write(&path, "targets = ['http://10.0.0.1', { url = 'http://10.0.0.2', weight = 2 }]");
        assert_eq!(urls().await, ["http://10.0.0.1", "http://10.0.0.2"]);
        write(&path, "targets = ['http://10.0.0.1; weight=0']");
        let writing = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            write(&path, "targets = ['http://10.0.0.3']");
        };
        let (next, ()) = tokio::join!(urls(), writing);
        assert_eq!(next, ["http://10.0.0.3"]);
        std::fs::remove_dir_all(&folder).expect("an end");
    }

    #[test]
    fn faults_name_the_line() {
        let path = std::env::temp_dir().join(format!("velithon-fault-{}.toml", std::process::id()));
        write(&path, "targets = [\n  'http://10.0.0.1',\n  'ftp://10.0.0.2',\n]\nwait = 1\n");
        let error = read(&path).expect_err("faults");
        assert!(error.contains(".toml:3:3") && error.contains("neither `http` nor `https`"), "{error}");
        assert!(error.contains(".toml:5:1"), "{error}");
        std::fs::remove_file(&path).expect("an end");
    }
}
