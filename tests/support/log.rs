//! What a process writes, line by line, so that a test can wait for a line.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use crate::PATIENCE;

/// The output of a process so far; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<(Mutex<Written>, Condvar)>);

#[derive(Debug, Default)]
struct Written {
    text: String,
    ended: bool,
}

impl Log {
    /// Reads `pipe` to its end on a thread of its own: a process whose pipe is full would stand still.
    pub(crate) fn of(pipe: impl Read + Send + 'static) -> Self {
        let log = Self::default();
        let written = log.clone();
        thread::spawn(move || {
            let mut lines = BufReader::new(pipe);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                written.change(|so_far| so_far.text.push_str(&String::from_utf8_lossy(&line)));
                line.clear();
            }
            written.change(|so_far| so_far.ended = true);
        });
        log
    }

    /// Everything up to now.
    pub fn text(&self) -> String {
        self.lock().text.clone()
    }

    /// Waits until `text` has been written.
    ///
    /// # Panics
    /// When the process ends, or [`PATIENCE`] is over, before that.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let found = self.until(|written| written.text.contains(text));
        assert!(found, "`{text}` was not written; what was:\n{}", self.text());
    }

    /// The first line, once it is whole; nothing when the process ends before.
    pub(crate) fn first_line(&self) -> Option<String> {
        self.until(|written| written.text.contains('\n'));
        self.text().split_once('\n').map(|(line, _)| line.to_owned())
    }

    /// Waits for the end of the output; `false` when it does not come.
    pub(crate) fn ends(&self) -> bool {
        self.until(|written| written.ended) || self.lock().ended
    }

    /// Waits for `done`; `false` when the output ended or time is over without it.
    fn until(&self, done: impl Fn(&Written) -> bool) -> bool {
        let waiting = |written: &mut Written| !done(written) && !written.ended;
        let waited = self.0.1.wait_timeout_while(self.lock(), PATIENCE, waiting);
        let (written, _) = waited.expect("no reader panics");
        done(&written)
    }

    fn change(&self, change: impl FnOnce(&mut Written)) {
        change(&mut self.lock());
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.0.0.lock().expect("no reader panics")
    }
}
