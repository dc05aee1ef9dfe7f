//! The database of results: set, told, read.

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Pipeline};

use super::connection::{self, fault};
use crate::task::celery::result::{KEPT, TaskMeta, key};
use crate::task::store::Result;

/// The results of a Celery application.
pub(crate) struct Results(ConnectionManager);

impl Results {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        connection::shared(&connection::client(url)?).await.map(Self)
    }

    /// Keeps results, and wakes those who wait for them: without the second, `AsyncResult.get()` would never return.
    pub(crate) async fn write(&self, metas: &[TaskMeta]) -> Result<()> {
        if metas.is_empty() {
            return Ok(());
        }
        let mut pipeline = Pipeline::new();
        pipeline.atomic();
        for meta in metas {
            let (key, text) = (key(&meta.task_id), meta.to_json());
            pipeline.set_ex(&key, &text, KEPT).ignore().publish(&key, &text).ignore();
        }
        pipeline.query_async(&mut self.0.clone()).await.map_err(fault)
    }

    /// What is known of a task.
    pub(crate) async fn read(&self, id: &str) -> Result<Option<TaskMeta>> {
        let text: Option<Vec<u8>> = self.0.clone().get(key(id)).await.map_err(fault)?;
        Ok(text.and_then(|text| TaskMeta::from_json(&text).ok()))
    }
}
