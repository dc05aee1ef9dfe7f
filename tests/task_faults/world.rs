//! One store in a folder of its own, with the processes that work on it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use velithon::task::store::{NewTask, RunAt, SqlStore, TaskFilter, TaskRow};
use velithon::task::{TaskId, TaskPriority, TaskState, TaskStore};
use velithon_tests::{Postgres, Program, Service};

/// Where the tasks of a world are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

pub(crate) struct World {
    folder: PathBuf,
    runtime: Runtime,
    store: SqlStore,
    /// A server of its own, which forgets nothing that it has committed.
    server: Option<Postgres>,
    lease: &'static str,
    grace: &'static str,
}

impl World {
    /// An empty store, whose workers' leases are this long.
    pub(crate) fn new(kind: Kind, lease: &'static str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("velithon-faults-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        let runtime = Runtime::new().expect("threads");
        let server = (kind == Kind::Postgres).then(Postgres::durable);
        let store = runtime.block_on(async {
            match &server {
                Some(server) => SqlStore::postgres(&server.url("postgres")).await,
                None => SqlStore::sqlite(folder.join("tasks.db")).await,
            }
        });
        Self { folder, runtime, store: store.expect("a store"), server, lease, grace: "25s" }
    }

    pub(crate) fn grace(mut self, grace: &'static str) -> Self {
        self.grace = grace;
        self
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        match &self.server {
            Some(server) => server.url("postgres"),
            None => format!("sqlite:{}", self.folder.join("tasks.db").display()),
        }
    }

    /// The server, to be stopped.
    pub(crate) fn server_process(&mut self) -> Result<&mut Postgres, String> {
        self.server.as_mut().ok_or_else(|| "this world has no server".to_owned())
    }

    fn program(&self) -> Program {
        let diary = self.folder.join("diary");
        let kind = if self.server.is_some() { "postgres" } else { "sqlite" };
        let toml = format!(
            "[tasks]\nstore = \"{kind}\"\nurl = {:?}\nlease = \"{}\"\n[tasks.worker]\nslots = 10\npoll = \"50ms\"\n\
             [server]\ngrace = \"{}\"\n[diary]\npath = {diary:?}\n",
            self.url(),
            self.lease,
            self.grace
        );
        Program::new(env!("CARGO_BIN_EXE_task_runner")).toml(&toml)
    }

    /// A process that runs tasks.
    pub(crate) fn worker(&self) -> Service {
        self.program().args("worker").start()
    }

    /// A process that serves requests and runs tasks.
    pub(crate) fn server(&self) -> Service {
        self.program().start()
    }

    pub(crate) fn enqueue(&self, tasks: &[NewTask]) {
        for batch in tasks.chunks(1000) {
            self.runtime.block_on(self.store.enqueue(batch)).expect("the store keeps tasks");
        }
    }

    /// Says until it is heard that a task is to be kept.
    pub(crate) fn insist(&self, task: &NewTask) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.runtime.block_on(self.store.enqueue(std::slice::from_ref(task))) {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > Duration::from_secs(60) => return Err(error.to_string()),
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Whether a task has ended well.
    pub(crate) fn is_done(&self, id: TaskId) -> bool {
        let page = self.runtime.block_on(self.store.inspect(&TaskFilter::one(id)));
        page.is_ok_and(|page| page.items.iter().all(|row| row.state == TaskState::Done))
    }

    /// Every task of a name.
    pub(crate) fn rows(&self, name: &str) -> Vec<TaskRow> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let filter =
                TaskFilter { name: Some(name.to_owned()), after, limit: 1000, runs: true, ..TaskFilter::default() };
            let page = self.runtime.block_on(self.store.inspect(&filter)).expect("the store answers");
            rows.extend(page.items);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    }

    /// How many tasks of the queue wait or run.
    pub(crate) fn live(&self) -> u64 {
        let rows = self.runtime.block_on(self.store.queues()).expect("the store answers");
        rows.iter().map(|row| row.queued + row.running).sum()
    }

    /// Waits until nothing of a name waits or runs.
    pub(crate) fn drained(&self, within: Duration) -> Result<(), String> {
        self.until(within, || self.live() == 0)
    }

    pub(crate) fn until(&self, within: Duration, holds: impl Fn() -> bool) -> Result<(), String> {
        let begun = Instant::now();
        while !holds() {
            if begun.elapsed() > within {
                return Err(format!("not within {within:?}; {} live", self.live()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// What tasks wrote, by its first word: the lines of each task.
    pub(crate) fn diary(&self, word: &str) -> HashMap<TaskId, usize> {
        let text = std::fs::read_to_string(self.folder.join("diary")).unwrap_or_default();
        let mut counts = HashMap::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            if words.next() == Some(word)
                && let Some(Ok(id)) = words.next().map(str::parse)
            {
                *counts.entry(id).or_default() += 1;
            }
        }
        counts
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A task that takes so many milliseconds.
pub(crate) fn work(ms: u64) -> NewTask {
    task("work", format!("[{ms}]"))
}

pub(crate) fn task(name: &'static str, payload: String) -> NewTask {
    NewTask {
        id: TaskId::new(),
        name: name.into(),
        queue: "default".into(),
        priority: TaskPriority::Normal,
        run_at: RunAt::Now,
        payload: payload.into(),
        max_attempts: 101,
        max_crashes: 100,
        timeout: Duration::from_secs(300),
        unique: None,
        result: None,
        trace: None,
        expires: None,
    }
}

/// That every task ended well, with one completion that counted.
pub(crate) fn all_done(rows: &[TaskRow], count: usize) -> Result<(), String> {
    if rows.len() != count {
        return Err(format!("{} tasks of {count} are there", rows.len()));
    }
    for row in rows {
        let done = row.runs.iter().filter(|run| run.outcome.as_deref() == Some("done")).count();
        if row.state != TaskState::Done || done != 1 || row.attempt > row.max_attempts {
            return Err(format!("{} is {} with {done} completions in {} attempts", row.id, row.state, row.attempt));
        }
    }
    Ok(())
}
