//! A program that is killed between its own row and the commit.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, Row, SqliteConnection};

use crate::world::World;
use crate::{Outcome, Scale};

pub(crate) fn rows_equal_tasks(scale: Scale, random: &mut fastrand::Rng) -> Outcome {
    let world = World::new("30s");
    let kills = scale.of(25, 1000);
    for _ in 0..kills {
        let mut program = Command::new(env!("CARGO_BIN_EXE_task_transactions"));
        let mut child =
            program.arg(world.file()).stdout(Stdio::piped()).spawn().map_err(|error| format!("no process: {error}"))?;
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut String::new()).map_err(|error| error.to_string())?;
        std::thread::sleep(Duration::from_millis(random.u64(1..60)));
        child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    }
    let (bookings, tasks, whole) = counted(&world.file())?;
    if bookings != tasks || whole != "ok" {
        return Err(format!("{bookings} rows and {tasks} tasks; the file is {whole}"));
    }
    Ok(format!("{kills} kills, {bookings} rows and as many tasks, the file is whole"))
}

fn counted(file: &str) -> Result<(i64, i64, String), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let look = async {
        let mut file = SqliteConnection::connect(&format!("sqlite://{file}")).await?;
        let sql = "SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM velithon_tasks WHERE name = 'booked')";
        let row = sqlx::query(sql).fetch_one(&mut file).await?;
        let whole = sqlx::query("PRAGMA integrity_check").fetch_one(&mut file).await?;
        Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?, whole.try_get(0)?))
    };
    runtime.block_on(look).map_err(|error| error.to_string())
}
