//! What `main` adds by hand beside annotated items: layers, a router of axum's, values, a generic resource.
//!
//! `STYLED` gives it an error page of its own; `INSIDE` lets it answer within an axum router, without a server.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Mutex;

use axum::Extension;
use axum::extract::Path;
use axum::middleware::map_response;
use axum::routing::get as axum_get;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;
use velithon::http::{HeaderValue, request::Parts};
use velithon::prelude::*;

/// Given by `main`.
#[inject(provided)]
struct Greeting(&'static str);

#[get("/greeting")]
async fn greeting(greeting: Inject<Greeting>, Extension(number): Extension<u64>) -> String {
    format!("{} {number}", greeting.0)
}

fn legacy() -> axum::Router {
    axum::Router::new()
        .route("/hello/{name}", axum_get(|Path(name): Path<String>| async move { format!("hello, {name}") }))
        .route("/greeting", axum_get(injected))
        .route("/missing", axum_get(|| async { (StatusCode::NOT_FOUND, "a page of its own") }))
        .route("/panics", axum_get(panics))
}

async fn panics() {
    panic!("hunter2")
}

async fn injected(parts: Parts) -> Result<String> {
    Ok(Inject::<Greeting>::from_parts(&parts).await?.0.to_owned())
}

/// A kind of thing on the shelf.
trait Kind: Send + Sync + 'static {
    const NAME: &'static str;
}

struct Tea;

impl Kind for Tea {
    const NAME: &'static str = "tea";
}

struct Cake;

impl Kind for Cake {
    const NAME: &'static str = "cake";
}

#[derive(Clone, Serialize, Deserialize, garde::Validate)]
struct Item {
    #[garde(length(min = 1))]
    name: String,
}

#[inject]
struct Shelf {
    #[inject(default)]
    items: Mutex<BTreeMap<(&'static str, u64), Item>>,
}

impl Shelf {
    fn items(&self) -> std::sync::MutexGuard<'_, BTreeMap<(&'static str, u64), Item>> {
        self.items.lock().expect("no holder panics")
    }
}

/// Every kind of thing, written once.
struct Shelved<K>(PhantomData<K>);

impl<K: Kind> Resource for Shelved<K> {
    type Service = Shelf;
    type Id = u64;
    type Item = Item;
    type New = Item;
    type Change = Item;
    type Error = Error;

    async fn list(shelf: &Inject<Shelf>, skip: u64, limit: u64) -> Result<Vec<Item>> {
        let items = shelf.items();
        let own = items.iter().filter(|((kind, _), _)| *kind == K::NAME).map(|(_, item)| item.clone());
        Ok(own.skip(skip as usize).take(limit as usize).collect())
    }

    async fn create(shelf: &Inject<Shelf>, new: Item) -> Result<Item> {
        let mut items = shelf.items();
        let id = items.keys().filter(|(kind, _)| *kind == K::NAME).count() as u64;
        items.insert((K::NAME, id), new.clone());
        Ok(new)
    }

    async fn get(shelf: &Inject<Shelf>, id: u64) -> Result<Option<Item>> {
        Ok(shelf.items().get(&(K::NAME, id)).cloned())
    }

    async fn update(shelf: &Inject<Shelf>, id: u64, change: Item) -> Result<Option<Item>> {
        Ok(shelf.items().get_mut(&(K::NAME, id)).map(|item| {
            *item = change;
            item.clone()
        }))
    }

    async fn delete(shelf: &Inject<Shelf>, id: u64) -> Result<bool> {
        Ok(shelf.items().remove(&(K::NAME, id)).is_some())
    }
}

async fn marked(name: &'static str, mut reply: Response) -> Response {
    reply.headers_mut().append("x-layer", HeaderValue::from_static(name));
    reply
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    let mut app = app
        .provide(Greeting("welcome"))
        .mount("/legacy", legacy())
        .resource::<Shelved<Tea>>("/teas")
        .resource::<Shelved<Cake>>("/cakes")
        .layer(Extension(42_u64))
        .layer(map_response(|reply| marked("inner", reply)))
        .layer(map_response(|reply| marked("outer", reply)));
    if std::env::var_os("STYLED").is_some() {
        app = app.on_error(|problem, facts| match facts.path {
            Some("/plain") => (problem.status, "something else altogether").into_response(),
            _ => problem.with("support", "help@example.org").into_response(),
        });
    }
    match std::env::var("INSIDE") {
        Ok(path) => inside(app, &path).await,
        Err(_) => app.run().await,
    }
}

/// Answers one request as a service inside a router of axum's.
async fn inside(app: App, path: &str) -> Result<()> {
    let service = app.into_service().await?;
    let router = axum::Router::new().nest_service("/inside", service.clone());
    let reply = router.oneshot(Request::get(path).body(axum::body::Body::empty())?).await?;
    let status = reply.status();
    let body = axum::body::to_bytes(reply.into_body(), 1024).await?;
    println!("{status} {}", String::from_utf8_lossy(&body));
    service.stop().await;
    Ok(())
}
