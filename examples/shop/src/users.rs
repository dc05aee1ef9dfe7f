//! Users: a repository as a provider, and plain functions as routes of a group.

use garde::Validate;
use serde::{Deserialize, Serialize};
use velithon::prelude::*;

use crate::database::pool;

/// Somebody who may order.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) email: String,
    pub(crate) name: String,
}

/// What a user is made from.
#[derive(Debug, Deserialize, Validate)]
pub(crate) struct NewUser {
    #[garde(email)]
    email: String,
    #[garde(length(chars, min = 1, max = 80))]
    name: String,
}

/// Why something could not be done with a user.
#[derive(Debug, Problem)]
pub(crate) enum UserError {
    #[problem(status = 404, title = "no such user", detail = "there is no user {id}")]
    NotFound { id: i64 },
    #[problem(status = 409, title = "e-mail already taken", detail = "{email} belongs to another user")]
    Taken { email: String },
    #[problem(transparent)]
    Database(#[from] sqlx::Error),
}

/// The users of the database.
#[inject]
pub(crate) struct Users {
    pool: Inject<pool>,
}

impl Users {
    pub(crate) async fn find(&self, id: i64) -> Result<User, UserError> {
        let found = sqlx::query_as("SELECT id, email, name FROM users WHERE id = ?").bind(id);
        found.fetch_optional(&*self.pool).await?.ok_or(UserError::NotFound { id })
    }

    async fn page(&self, skip: u32, limit: u32) -> Result<Vec<User>, UserError> {
        let page = sqlx::query_as("SELECT id, email, name FROM users ORDER BY id LIMIT ? OFFSET ?");
        Ok(page.bind(limit).bind(skip).fetch_all(&*self.pool).await?)
    }

    async fn create(&self, new: NewUser) -> Result<User, UserError> {
        let insert = sqlx::query_as("INSERT INTO users (email, name) VALUES (?, ?) RETURNING id, email, name");
        insert.bind(&new.email).bind(&new.name).fetch_one(&*self.pool).await.map_err(|error| match &error {
            sqlx::Error::Database(refusal) if refusal.is_unique_violation() => UserError::Taken { email: new.email },
            _ => UserError::Database(error),
        })
    }
}

#[routes(prefix = "/api/v1", tags = ["users"])]
mod api {
    use super::{NewUser, User, UserError, Users};
    use crate::page::Limit;
    use velithon::prelude::*;

    /// Lists users, oldest first.
    #[get("/users")]
    async fn list(
        #[query(default = 0)] skip: u32,
        #[query(default = Limit::default())] limit: Limit,
        users: Inject<Users>,
    ) -> Result<Json<Vec<User>>, UserError> {
        users.page(skip, limit.0).await.map(Json)
    }

    /// Fetches one user.
    #[get("/users/{id}")]
    async fn show(id: i64, users: Inject<Users>) -> Result<Json<User>, UserError> {
        users.find(id).await.map(Json)
    }

    /// Adds a user.
    #[post("/users", status = 201)]
    async fn create(body: Valid<Json<NewUser>>, users: Inject<Users>) -> Result<Json<User>, UserError> {
        users.create(body.into_inner()).await.map(Json)
    }
}
