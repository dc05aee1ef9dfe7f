//! Everything a service names every day: `use velithon::prelude::*;`.
//!
//! It holds what the guide's examples need and nothing of axum beyond `Request`, `Response` and `StatusCode`: extractors
//! of axum are imported from axum.

pub use crate::testing::TestApp;
pub use crate::{
    All, App, Config, Error, Factory, Finish, Inject, Json, JsonBatch, JsonStream, Lazy, Next, Outcome, Preencoded,
    Problem, Resource, Result, Secret, ToJson, Valid,
};
#[cfg(feature = "tasks")]
pub use crate::{Background, Job, Retry, TaskContext, TaskError, TaskPriority, Tasks, task};
pub use crate::{
    async_trait, config, controller, delete, get, head, inject, middleware, options, patch, post, put, resource, route,
    routes,
};
#[cfg(feature = "gateway")]
pub use crate::{gateway, upstream};
pub use axum::extract::Request;
pub use axum::response::{IntoResponse, Response};
pub use http::StatusCode;
#[cfg(feature = "gateway")]
pub use tokio::try_join;
