//! A program that is killed between its own row and the commit.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row, SqliteConnection};

use crate::world::{Kind, World};
use crate::{Outcome, Scale};

/// How many transactions stand between insert and commit when the program is killed: SQLite has one writer.
const fn held(kind: Kind) -> usize {
    match kind {
        Kind::Sqlite => 1,
        Kind::Postgres => 50,
    }
}

pub(crate) fn rows_equal_tasks(kind: Kind, scale: Scale, random: &mut fastrand::Rng) -> Outcome {
    let world = World::new(kind, "30s");
    let kills = scale.of(if kind == Kind::Sqlite { 50 } else { 20 }, 1000 / held(kind) * 2);
    for number in 0..kills {
        // Every other one is killed at a random moment instead, which may be within the commit.
        let at_random = number % 2 == 1;
        kill(&world.url(), if at_random { 0 } else { held(kind) }, random)?;
    }
    let (bookings, tasks, whole) = counted(&world.url())?;
    if bookings == 0 || bookings != tasks || whole != "ok" {
        return Err(format!("{bookings} rows and {tasks} tasks; the database is {whole}"));
    }
    let between = kills / 2 * held(kind);
    Ok(format!("{between} killed between, {} at random; {bookings} rows and as many tasks", kills / 2))
}

/// Kills a program when it holds so many transactions, or at a random moment when that is none.
fn kill(url: &str, held: usize, random: &mut fastrand::Rng) -> Result<(), String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_task_transactions"));
    let started = program.args([url, &held.to_string()]).stdout(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| format!("no process: {error}"))?;
    let output = child.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    if held == 0 {
        std::thread::sleep(Duration::from_millis(random.u64(1..60)));
    }
    child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    if line.trim() == "held" { Ok(()) } else { Err(format!("the program said {line:?}")) }
}

fn counted(url: &str) -> Result<(i64, i64, String), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let sql = "SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM velithon_tasks WHERE name = 'booked')";
    let look = async {
        if url.starts_with("sqlite:") {
            let mut file = SqliteConnection::connect(url).await?;
            let row = sqlx::query(sql).fetch_one(&mut file).await?;
            let whole = sqlx::query("PRAGMA integrity_check").fetch_one(&mut file).await?;
            return Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?, whole.try_get(0)?));
        }
        let row = sqlx::query(sql).fetch_one(&mut PgConnection::connect(url).await?).await?;
        Ok((row.try_get(0)?, row.try_get(1)?, "ok".to_owned()))
    };
    runtime.block_on(look).map_err(|error| error.to_string())
}
