//! Create, read, update and delete of a type that is only known as `T: Resource`.

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;
use std::str::FromStr;

use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::inject::{Ask, BoxFuture, Dependency, Inject, Provide};
use crate::record::Origin;
use crate::reply::{Json, Reply, Response, Valid};
use crate::route::params::{self, FromText, ParamFault, ParamFaultKind, Place};
use crate::route::{Call, Endpoint, Rejected, RouteOptions, RouteRecord, from_body, serve};

/// A kind of thing that can be listed, created, read, changed and deleted: `app.resource::<T>("/things")`.
///
/// Implement it once for a generic type, and every model that fits is a line in `main`:
///
/// | method | route | status |
/// |---|---|---|
/// | `list` | `GET /things?skip=0&limit=100` | 200; 400 for a `limit` above [`MAX_LIMIT`](Self::MAX_LIMIT) |
/// | `create` | `POST /things` | 201 |
/// | `get` | `GET /things/{id}` | 200, 404 for `None` |
/// | `update` | `PUT /things/{id}` | 200, 404 for `None` |
/// | `delete` | `DELETE /things/{id}` | 204, 404 for `false` |
pub trait Resource: Send + Sync + 'static {
    /// What the methods work with: a pool, a repository. Injected for each request.
    type Service: ?Sized + Provide;
    /// What the path names one by.
    type Id: FromStr<Err: std::fmt::Display> + Send + 'static;
    /// What is replied.
    type Item: Serialize + Send;
    /// What is created from; validated.
    type New: DeserializeOwned + garde::Validate<Context = ()> + Send;
    /// What is changed to; validated.
    type Change: DeserializeOwned + garde::Validate<Context = ()> + Send;
    /// Why it may fail.
    type Error: axum::response::IntoResponse + Send;

    /// How many a list holds when the client does not say; never more than [`MAX_LIMIT`](Self::MAX_LIMIT).
    const DEFAULT_LIMIT: u64 = 100;
    /// How many a client may ask for at once.
    ///
    /// More is a 400 that names the number: a shorter list than was asked for would pass for the end of all there is.
    const MAX_LIMIT: u64 = 1000;

    /// At most `limit` of them, after the first `skip`.
    fn list(
        service: &Inject<Self::Service>,
        skip: u64,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Self::Item>, Self::Error>> + Send;

    /// Makes a new one.
    fn create(
        service: &Inject<Self::Service>,
        new: Self::New,
    ) -> impl Future<Output = Result<Self::Item, Self::Error>> + Send;

    /// The one of this id.
    fn get(
        service: &Inject<Self::Service>,
        id: Self::Id,
    ) -> impl Future<Output = Result<Option<Self::Item>, Self::Error>> + Send;

    /// Changes the one of this id.
    fn update(
        service: &Inject<Self::Service>,
        id: Self::Id,
        change: Self::Change,
    ) -> impl Future<Output = Result<Option<Self::Item>, Self::Error>> + Send;

    /// Deletes the one of this id; `false` when there was none.
    fn delete(service: &Inject<Self::Service>, id: Self::Id) -> impl Future<Output = Result<bool, Self::Error>> + Send;
}

/// The records of a mounted resource.
pub(super) fn routes<T: Resource>(prefix: &str, root: Origin, place: &'static Location<'static>) -> Vec<RouteRecord> {
    let origin = Origin { file: place.file(), line: place.line(), column: place.column(), ..root };
    let one = format!("{}/{{id}}", prefix.trim_end_matches('/'));
    let route = |method: &'static [&'static str], path: &str, call: Endpoint, handler| RouteRecord {
        methods: method,
        path: Cow::Owned(path.to_owned()),
        handler,
        call,
        dependencies: Needs::<T>::DEPENDENCIES,
        options: RouteOptions::NONE,
        origin,
    };
    vec![
        route(&["GET"], prefix, list::<T>, "Resource::list"),
        route(&["POST"], prefix, create::<T>, "Resource::create"),
        route(&["GET"], &one, get::<T>, "Resource::get"),
        route(&["PUT"], &one, update::<T>, "Resource::update"),
        route(&["DELETE"], &one, delete::<T>, "Resource::delete"),
    ]
}

struct Needs<T>(std::marker::PhantomData<T>);

impl<T: Resource> Needs<T> {
    const DEPENDENCIES: &'static [Dependency] =
        &[Dependency { key: || Some(<T::Service as Provide>::key()), ask: Ask::Inject }];
}

type Served = Result<BoxFuture<'static, Response>, Rejected>;

fn service<T: Resource>(call: &Call) -> Result<Inject<T::Service>, Rejected> {
    Ok(Inject::from_object(call.object(0)?))
}

fn body<V>(call: &Call) -> Result<V, Rejected>
where
    V: DeserializeOwned + garde::Validate<Context = ()>,
{
    Ok(from_body::<Valid<Json<V>>>(call)?.into_inner())
}

/// 404 where there is nothing of that id.
fn found<I: Serialize, E: axum::response::IntoResponse>(result: Result<Option<I>, E>) -> Response {
    match result {
        Ok(Some(item)) => Json(item).reply(None),
        Ok(None) => crate::reply::Problem::not_found().reply(None),
        Err(error) => error.reply(None),
    }
}

fn list<T: Resource>(call: &mut Call) -> Served {
    let skip = call.checked(params::query(call.query(), "skip").or(FromText::from_text, || 0))?;
    let limit = call.checked(limit::<T>(call))?;
    let service = service::<T>(call)?;
    serve(async move { T::list(&service, skip, limit).await }, |listed| listed.map(Json).reply(None))
}

fn limit<T: Resource>(call: &Call) -> Result<u64, ParamFault> {
    let default = || T::DEFAULT_LIMIT.min(T::MAX_LIMIT);
    let limit = params::query(call.query(), "limit").or(FromText::from_text, default)?;
    if limit <= T::MAX_LIMIT {
        return Ok(limit);
    }
    let detail = format!("must be from 0 to {}", T::MAX_LIMIT);
    Err(ParamFault { place: Place::Query, name: "limit".to_owned(), kind: ParamFaultKind::Invalid { detail } })
}

fn create<T: Resource>(call: &mut Call) -> Served {
    let service = service::<T>(call)?;
    let new = body(call)?;
    let created = |created: Result<T::Item, T::Error>| created.map(Json).reply(Some(StatusCode::CREATED));
    serve(async move { T::create(&service, new).await }, created)
}

fn get<T: Resource>(call: &mut Call) -> Served {
    let id = call.last_capture("id")?;
    let service = service::<T>(call)?;
    serve(async move { T::get(&service, id).await }, found)
}

fn update<T: Resource>(call: &mut Call) -> Served {
    let id = call.last_capture("id")?;
    let service = service::<T>(call)?;
    let change = body(call)?;
    serve(async move { T::update(&service, id, change).await }, found)
}

fn delete<T: Resource>(call: &mut Call) -> Served {
    let id = call.last_capture("id")?;
    let service = service::<T>(call)?;
    serve(async move { T::delete(&service, id).await }, |deleted| match deleted {
        Ok(true) => StatusCode::NO_CONTENT.reply(None),
        Ok(false) => crate::reply::Problem::not_found().reply(None),
        Err(error) => error.reply(None),
    })
}
