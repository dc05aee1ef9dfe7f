//! What becomes of a task that was enqueued.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use velithon::prelude::*;
use velithon::task::store::{NewTask, RunAt, TaskRow};
use velithon::task::{Reason, TaskId, TaskState};
use velithon::testing::TestClient;

/// Every wait of this file ends within this.
const SOON: &str = "20s";

/// What tasks did, by what they were told to write.
#[inject]
#[derive(Default)]
struct Diary {
    #[inject(default)]
    lines: Mutex<Vec<String>>,
    #[inject(default)]
    counts: Mutex<HashMap<String, u32>>,
}

impl Diary {
    fn write(&self, line: impl Into<String>) {
        self.lines.lock().unwrap().push(line.into());
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn count(&self, key: &str) -> u32 {
        let mut counts = self.counts.lock().unwrap();
        let count = counts.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Weekly,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Summary {
    user: u64,
    kind: Kind,
    attempt: u32,
}

#[task]
async fn note(text: String, diary: Inject<Diary>) {
    diary.write(text);
}

#[task(name = "mail.digest", queue = "mail", priority = High, result = "1h")]
async fn digest(user: u64, kind: Kind, ctx: TaskContext) -> Result<Summary> {
    Ok(Summary { user, kind, attempt: ctx.attempt() })
}

#[task(retries = 2, backoff = "1ms..5ms", result = "1h")]
async fn flaky(key: String, diary: Inject<Diary>) -> Result<u32> {
    match diary.count(&key) {
        3 => Ok(3),
        n => Err(Error::internal(format!("attempt {n} failed"))),
    }
}

#[task(retries = 1, backoff = "1ms..1ms")]
async fn hopeless() -> Result<(), std::io::Error> {
    Err(std::io::Error::other("no route to host"))
}

#[task]
async fn refused() -> Result<()> {
    Err(Retry::never("no such account").into())
}

#[task(retries = 0)]
async fn panics() {
    panic!("on purpose");
}

#[task(retries = 0, timeout = "200ms")]
async fn endless(ctx: TaskContext, diary: Inject<Diary>) {
    ctx.cancelled().await;
    diary.write("asked to stop");
    std::future::pending::<()>().await;
}

#[task]
async fn waits(ctx: TaskContext, diary: Inject<Diary>) -> Result<()> {
    diary.write("began");
    ctx.cancelled().await;
    Err(Error::internal("stopped"))
}

#[task(unique(by = "user"), queue = "paused")]
async fn lonely(user: u64, reason: String) {
    let _ = (user, reason);
}

#[task(retries = 3, backoff = "1ms..1ms", result = "1h")]
async fn stepwise(ctx: TaskContext, diary: Inject<Diary>) -> Result<String> {
    let sent = ctx.step("smtp", || async { Ok(format!("sent {}", diary.count("smtp"))) }).await?;
    ctx.progress(0.5, "half way").await?;
    if ctx.attempt() < 3 {
        return Err(Error::internal("after the step"));
    }
    Ok(sent)
}

#[task(cron = "* * * * * *", missed = "skip", overlap = "queue")]
async fn each_second(diary: Inject<Diary>) {
    diary.write("tick");
}

static UNCOUNTED: AtomicU32 = AtomicU32::new(0);

#[post("/note/{text}")]
async fn enqueue_note(text: String, tasks: Inject<Tasks>) -> Result<String> {
    UNCOUNTED.fetch_add(1, Ordering::Relaxed);
    Ok(tasks.enqueue(note::job(text)).await?.id.to_string())
}

/// The application, and the values behind it.
struct World {
    _client: TestClient,
    tasks: Inject<Tasks>,
    diary: Inject<Diary>,
}

async fn world(app: TestApp) -> World {
    let client = app.set("tasks.queues.paused.slots", 1).start().await;
    let (tasks, diary) = (client.inject::<Tasks>().await, client.inject::<Diary>().await);
    World { _client: client, tasks, diary }
}

impl World {
    async fn row(&self, id: impl Into<TaskId>) -> TaskRow {
        self.tasks.status(id).await.unwrap()
    }

    /// The row once the task has ended.
    async fn ended(&self, id: impl Into<TaskId>) -> TaskRow {
        let id = id.into();
        let _ = self.tasks.result_as::<serde_json::Value>(id, SOON).await;
        self.row(id).await
    }

    /// Waits until the diary says what it must.
    async fn read(&self, enough: impl Fn(&[String]) -> bool) -> Vec<String> {
        let begun = std::time::Instant::now();
        loop {
            let lines = self.diary.lines();
            if enough(&lines) {
                return lines;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{lines:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[velithon::test]
async fn a_handler_enqueues_and_the_task_runs_with_what_it_asks_for(app: TestApp) {
    let client = app.start().await;
    let diary = client.inject::<Diary>().await;
    client.post("/note/hello").send().await.assert_status(200);
    let tasks = client.inject::<Tasks>().await;
    let world = World { _client: client, tasks, diary };
    world.read(|lines| lines.iter().any(|line| line == "hello")).await;
}

#[velithon::test]
async fn a_result_comes_back_with_its_type(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(digest::job(7, Kind::Weekly)).await.unwrap();
    let summary = world.tasks.result(&task, SOON).await.unwrap();
    assert_eq!(summary, Summary { user: 7, kind: Kind::Weekly, attempt: 1 });
    let row = world.row(&task).await;
    assert_eq!((row.name.as_str(), row.queue.as_str(), row.priority), ("mail.digest", "mail", TaskPriority::High));
}

#[velithon::test]
async fn a_failed_task_is_tried_again_until_it_succeeds(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(flaky::job("a".to_owned())).await.unwrap();
    assert_eq!(world.tasks.result(&task, SOON).await.unwrap(), 3);
    assert_eq!(world.row(&task).await.attempt, 3);
}

#[velithon::test]
async fn a_task_that_never_succeeds_is_dead_with_its_error(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(hopeless::job()).await.unwrap();
    let error = world.tasks.result(&task, SOON).await.unwrap_err();
    assert!(matches!(&error, TaskError::Failed(text) if text == "no route to host"), "{error:?}");
    let row = world.row(&task).await;
    assert_eq!((row.state, row.reason, row.attempt), (TaskState::Dead, Some(Reason::Failed), 2));
}

#[velithon::test]
async fn a_task_that_says_never_is_not_tried_again(app: TestApp) {
    let world = world(app).await;
    let row = world.ended(&world.tasks.enqueue(refused::job()).await.unwrap()).await;
    assert_eq!((row.state, row.reason, row.attempt), (TaskState::Dead, Some(Reason::Never), 1));
    assert_eq!(row.error.as_deref(), Some("no such account"));
}

#[velithon::test]
async fn a_panic_is_a_failed_attempt_with_its_text(app: TestApp) {
    let world = world(app).await;
    let row = world.ended(&world.tasks.enqueue(panics::job()).await.unwrap()).await;
    assert_eq!(row.error.as_deref(), Some("the task panicked: on purpose"));
    assert_eq!(row.state, TaskState::Dead);
}

#[velithon::test]
async fn a_task_is_asked_to_stop_before_its_timeout_cuts_it(app: TestApp) {
    let world = world(app).await;
    let row = world.ended(&world.tasks.enqueue(endless::job()).await.unwrap()).await;
    assert_eq!((row.state, row.error.as_deref()), (TaskState::Dead, Some("it was cut after 200ms")));
    assert!(world.diary.lines().contains(&"asked to stop".to_owned()));
}

#[velithon::test]
async fn a_running_task_is_called_off(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(waits::job()).await.unwrap();
    world.read(|lines| lines.iter().any(|line| line == "began")).await;
    assert!(world.tasks.cancel(&task).await.unwrap());
    let error = world.tasks.result(&task, SOON).await.unwrap_err();
    assert!(matches!(error, TaskError::Cancelled), "{error:?}");
}

#[velithon::test]
async fn a_waiting_task_is_called_off_and_does_not_run(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(note::job("never".to_owned()).delay("1h")).await.unwrap();
    assert!(world.tasks.cancel(&task).await.unwrap());
    assert_eq!(world.row(&task).await.state, TaskState::Cancelled);
}

#[velithon::test]
async fn a_second_task_of_the_same_key_is_the_first(app: TestApp) {
    let world = world(app).await;
    let job = |user, reason: &str| lonely::job(user, reason.to_owned()).delay("1h");
    let first = world.tasks.enqueue(job(7, "signed up")).await.unwrap();
    let second = world.tasks.enqueue(job(7, "asked again")).await.unwrap();
    assert_eq!((second.id, second.existing), (first.id, true));
    assert!(!world.tasks.enqueue(job(8, "signed up")).await.unwrap().existing);
}

#[velithon::test]
async fn a_finished_step_is_not_repeated_by_a_retry(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(stepwise::job()).await.unwrap();
    assert_eq!(world.tasks.result(&task, SOON).await.unwrap(), "sent 1");
    assert_eq!(world.row(&task).await.progress, Some((0.5, "half way".to_owned())));
}

#[velithon::test]
async fn a_schedule_runs_without_anybody_asking(app: TestApp) {
    let world = world(app).await;
    world.read(|lines| lines.iter().filter(|line| *line == "tick").count() >= 2).await;
}

/// A task as another program, or another version of this one, may have written it.
fn written(name: impl Into<Cow<'static, str>>, payload: &'static str) -> NewTask {
    NewTask {
        id: TaskId::new(),
        name: name.into(),
        queue: "default".into(),
        priority: TaskPriority::Normal,
        run_at: RunAt::Now,
        payload: payload.into(),
        max_attempts: 1,
        max_crashes: 3,
        timeout: Duration::from_secs(60),
        unique: None,
        result: None,
        trace: None,
        expires: None,
    }
}

#[velithon::test]
async fn an_unknown_name_waits_for_a_worker_that_knows_it(app: TestApp) {
    let world = world(app).await;
    let known = world.tasks.enqueue(note::job("known".to_owned()).delay("1h")).await.unwrap();
    let store = world.tasks.store().unwrap();
    let task = written("of.the.next.version", "[]");
    store.enqueue(std::slice::from_ref(&task)).await.unwrap();
    let begun = std::time::Instant::now();
    while world.row(task.id).await.reason.is_none() && begun.elapsed() < Duration::from_secs(20) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let row = world.row(task.id).await;
    assert_eq!((row.state, row.reason, row.attempt), (TaskState::Queued, Some(Reason::Unknown), 0));
    assert_eq!(world.row(&known).await.reason, None);
}

#[velithon::test]
async fn a_payload_of_another_shape_is_dead_and_says_so(app: TestApp) {
    let world = world(app).await;
    let task = world.tasks.enqueue(note::job("x".to_owned()).delay("1h")).await.unwrap();
    let name = world.row(&task).await.name;
    let store = world.tasks.store().unwrap();
    let wrong = NewTask { max_attempts: 5, ..written(name, "[7]") };
    store.enqueue(std::slice::from_ref(&wrong)).await.unwrap();
    let row = world.ended(wrong.id).await;
    assert_eq!((row.state, row.reason), (TaskState::Dead, Some(Reason::Undecodable)));
}

#[velithon::test]
async fn a_queue_that_nobody_serves_is_refused(app: TestApp) {
    let world = world(app).await;
    let error = world.tasks.enqueue(note::job("x".to_owned()).queue("slow")).await.unwrap_err();
    assert!(error.to_string().contains("`slow`"), "{error}");
}

#[tokio::test]
async fn a_task_stays_an_ordinary_function() {
    let diary = Inject::<Diary>::new(Diary::default());
    note("by hand".to_owned(), diary.clone()).await;
    assert_eq!(diary.lines(), ["by hand"]);
}

#[test]
fn a_delay_that_is_none_is_told_when_the_job_is_enqueued() {
    let tasks = Tasks::over(std::sync::Arc::new(velithon::task::MemoryStore::new()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(tasks.enqueue(note::job("x".to_owned()).delay("soon"))).unwrap_err();
    assert!(matches!(error, TaskError::Duration(_)), "{error:?}");
}
