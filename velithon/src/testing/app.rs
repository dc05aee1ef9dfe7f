//! The application of one test, until it starts.

use super::client::TestClient;
use super::run::Running;
use crate::app::{App, Failure, Root};
use crate::config::Sources;
use crate::inject::{IntoObject, Provide};

/// The application of one test, before it is started.
///
/// It holds what the crate of the test and those of `include` registered, under the configuration of the package:
/// velithon.toml, the environment, and what [`set`](Self::set) adds; the profile is `VELITHON_PROFILE`, else `dev`.
///
/// ```
/// use velithon::prelude::*;
/// use velithon::testing::TestApp;
///
/// #[get("/hello/{name}")]
/// async fn hello(name: String) -> String {
///     format!("hello, {name}")
/// }
///
/// #[velithon::test]
/// async fn everyone_is_greeted_by_name(app: TestApp) {
///     let app = app.start().await;
///     let reply = app.get("/hello/ada").send().await;
///     assert_eq!(reply.assert_status(200).text(), "hello, ada");
/// }
/// # fn main() {}
/// ```
#[must_use = "the application of a test does nothing until `start`"]
pub struct TestApp {
    root: Root,
    set: Vec<String>,
    steps: Vec<Box<dyn FnOnce(App) -> App + Send>>,
    running: Running,
}

impl TestApp {
    pub(super) fn new(root: Root, running: Running) -> Self {
        Self { root, set: Vec::new(), steps: Vec::new(), running }
    }

    /// Puts a value in the place of what `T` is provided by: `app.with::<dyn Cache>(FakeCache::default())`.
    ///
    /// The provider of `T`, and the bindings of a slot, are then neither needed nor built.
    pub fn with<T: ?Sized + Provide>(self, value: impl IntoObject<T>) -> Self {
        let (key, object) = (T::key(), value.into_object());
        self.configure(move |mut app| {
            app.additions.given.push((key, object));
            app
        })
    }

    /// Sets one key of the configuration, above every file and variable: `app.set("shop.cache", "redis")`.
    pub fn set(mut self, key: &str, value: impl std::fmt::Display) -> Self {
        self.set.push(format!("{key}={value}"));
        self
    }

    /// Adds what `main` adds by hand: `app.configure(|app| app.metrics("/metrics"))`.
    ///
    /// A function `fn shop(app: App) -> App` that both call keeps the application of the tests that of `main`.
    pub fn configure(mut self, step: impl FnOnce(App) -> App + Send + 'static) -> Self {
        self.steps.push(Box::new(step));
        self
    }

    /// Plans the application, builds its singletons and makes it answer requests.
    ///
    /// # Panics
    /// When it cannot start, with every fault as `serve` would print it.
    pub async fn start(self) -> TestClient {
        match self.try_start().await {
            Ok(client) => client,
            Err(failure) => panic!("the application of this test did not start\n\n{failure}\n"),
        }
    }

    /// The same for a test that expects a fault.
    ///
    /// # Errors
    /// Why the application cannot start; nothing is left running then.
    pub async fn try_start(self) -> Result<TestClient, Failure> {
        let sources = Sources::of_process(None, self.set).map_err(Failure::Plan)?;
        let app = App::detached(self.root, &in_development(sources));
        let app = self.steps.into_iter().fold(app, |app, step| step(app));
        self.running.begin(app.begin().await?);
        Ok(TestClient::new(self.running))
    }
}

/// A test means the same in a release build, whose profile would be `prod`.
fn in_development(mut sources: Sources) -> Sources {
    let named = sources.environment.iter().any(|(name, value)| name == "VELITHON_PROFILE" && !value.is_empty());
    if !named {
        "dev".clone_into(&mut sources.profile);
    }
    sources
}

impl std::fmt::Debug for TestApp {
    /// Without the values of `set`: they may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestApp").field("root", &self.root).finish_non_exhaustive()
    }
}
