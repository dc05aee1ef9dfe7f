//! The tables, and their versions: a program makes the ones it needs, and leaves those of a newer one alone.

use async_trait::async_trait;
use uuid::Uuid;

use super::link::{Link, Param};
use super::operation::Operation;
use super::statement::{FOUND, HAS_META, IDENTITY, LOCK_SCHEMA, META, SCHEMA_1, SET_VERSION, Statement};
use crate::task::settings::Migrate;
use crate::task::store::{Result, StoreError, StoreFault};

/// What leads from one version to the next, from nothing on. A script that was released is never changed.
const SCHEMAS: [Statement; 1] = [SCHEMA_1];

/// The version that this program reads and writes.
const VERSION: i64 = SCHEMAS.len() as i64;

/// Brings the tables to the version of this program.
pub(super) struct Prepare(pub(super) Migrate);

#[async_trait]
impl Operation for Prepare {
    /// The id of the store: made once, and the same for whoever opens it.
    type Answer = Uuid;

    async fn run(&self, link: &mut Link<'_>) -> Result<Uuid> {
        link.script(LOCK_SCHEMA).await?;
        let (id, version) = match identity(link).await? {
            Some(identity) => identity,
            None if self.0 == Migrate::Manual => return Err(left_alone("there are no tables of tasks")),
            None => found(link).await?,
        };
        match version {
            VERSION => Ok(id),
            newer @ VERSION.. => Err(newer_than_this(newer)),
            older if self.0 == Migrate::Manual => {
                Err(left_alone(&format!("the tables of tasks are of version {older}, and this program needs {VERSION}")))
            }
            older => raise(link, older).await.map(|()| id),
        }
    }
}

/// The id and the version of the tables, if there are some.
async fn identity(link: &mut Link<'_>) -> Result<Option<(Uuid, i64)>> {
    let there = link.run(HAS_META, &[]).await?;
    if there.first().map(|row| row.int("count")).transpose()? != Some(1) {
        return Ok(None);
    }
    let rows = link.run(IDENTITY, &[]).await?;
    rows.first().map(|row| Ok((row.uuid("id")?, row.int("schema_version")?))).transpose()
}

async fn found(link: &mut Link<'_>) -> Result<(Uuid, i64)> {
    let id = Uuid::now_v7();
    link.script(META).await?;
    link.run(FOUND, &[Param::Text(&id.to_string())]).await?;
    Ok((id, 0))
}

async fn raise(link: &mut Link<'_>, from: i64) -> Result<()> {
    for schema in SCHEMAS.iter().skip(usize::try_from(from).unwrap_or(0)) {
        link.script(*schema).await?;
    }
    link.run(SET_VERSION, &[Param::Int(VERSION)]).await.map(drop)
}

fn newer_than_this(version: i64) -> StoreError {
    let text = format!(
        "the tables of tasks are of version {version}, made by a newer program, and this one knows them up to version {VERSION}"
    );
    StoreError::new(StoreFault::Schema, text).helped("start the newer program, or give this one a database of its own")
}

fn left_alone(why: &str) -> StoreError {
    StoreError::new(StoreFault::Schema, format!("{why}, and `[tasks] migrate = \"manual\"` leaves them alone"))
        .helped("start this program once with `migrate = \"auto\"`, as a user who may create tables")
}
