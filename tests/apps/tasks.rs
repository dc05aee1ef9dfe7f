//! Tasks that write down what they do, for tests that kill, stop and drain their workers.

use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use serde::Deserialize;
use velithon::prelude::*;

/// `[diary]`
#[config("diary")]
#[derive(Deserialize)]
struct DiaryConfig {
    /// A file that every process appends to.
    path: String,
}

/// One line for each thing a task did.
#[inject]
struct Diary {
    config: Config<DiaryConfig>,
}

impl Diary {
    fn write(&self, what: &str, ctx: &TaskContext) -> Result<()> {
        Ok(self.line(&format!("{what} {} {} {}", ctx.id(), ctx.attempt(), std::process::id()))?)
    }

    /// Appends a line in one write, so that lines of several processes do not mix.
    fn line(&self, line: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.config.path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }
}

#[task(name = "work", retries = 100, max_crashes = 100, backoff = "1ms..10ms")]
async fn work(ms: u64, ctx: TaskContext, diary: Inject<Diary>) -> Result<()> {
    diary.write("start", &ctx)?;
    tokio::time::sleep(Duration::from_millis(ms)).await;
    diary.write("finish", &ctx)
}

/// Takes its whole process with it.
#[task(name = "poison")]
async fn poison(ctx: TaskContext, diary: Inject<Diary>) -> Result<()> {
    diary.write("poison", &ctx)?;
    std::process::abort()
}

#[task(name = "tick", cron = "* * * * * *", missed = "skip", overlap = "queue")]
async fn tick(ctx: TaskContext, diary: Inject<Diary>) -> Result<()> {
    diary.write("tick", &ctx)
}

#[post("/work/{ms}")]
async fn enqueue(ms: u64, tasks: Inject<Tasks>) -> Result<String> {
    Ok(tasks.enqueue(work::job(ms)).await?.id.to_string())
}

#[routes(prefix = "/background")]
mod background {
    use std::convert::Infallible;
    use std::time::Duration;

    use axum::body::{Body, Bytes};
    use futures_util::stream;
    use tokio::sync::Semaphore;
    use velithon::prelude::*;

    use super::Diary;

    #[post("/{ms}")]
    async fn leave(ms: u64, background: Background, diary: Inject<Diary>) -> Result<()> {
        background.add_task(async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            let _ = diary.line("left behind");
        })?;
        Ok(())
    }

    #[post("/panic")]
    async fn panics(background: Background, diary: Inject<Diary>) -> Result<()> {
        background.add_task(async move { drop(diary.line("after a panic")) })?;
        panic!("on purpose")
    }

    #[post("/flood")]
    async fn flood(background: Background) -> String {
        let mut waiting = 0;
        while background.add_task(async {}).is_ok() {
            waiting += 1;
        }
        format!("{waiting} waiting, then refused")
    }

    static GATE: Semaphore = Semaphore::const_new(0);

    /// Two pieces, the second one when it is let through.
    #[get("/gated")]
    async fn gated(background: Background, diary: Inject<Diary>) -> Result<Response> {
        let later = diary.clone();
        background.add_task(async move { drop(later.line("work")) })?;
        let pieces = stream::unfold(0, move |piece| {
            let diary = diary.clone();
            async move {
                match piece {
                    0 => drop(diary.line("first piece")),
                    1 => {
                        let _ = GATE.acquire().await;
                        let _ = diary.line("last piece");
                    }
                    _ => return None,
                }
                Some((Ok::<_, Infallible>(Bytes::from_static(b"piece")), piece + 1))
            }
        });
        Ok(Body::from_stream(pieces).into_response())
    }

    #[post("/open")]
    async fn open() {
        GATE.add_permits(1);
    }
}

#[get("/")]
async fn hello() -> &'static str {
    "hello"
}

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
