//! What cannot be seen from outside: a request that is dropped, a build that is awaited by two, errors on the way.
//!
//! The forms of providers, their order and their scopes are tested as users write them, in `tests/injection`.

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;

use super::container::{Container, Wired, Wiring};
use super::failure::{Failed, FailedBoxed as _, FailedDirectly as _};
use super::request_scope::{Guard, Reaper, RequestScope};
use super::{BoxFuture, Key, Object, Outcome, ProviderRecord, Resolver, Scope};
use crate::peer::{Admission, Places};
use crate::reply::{Error, Result};

type Ends = Mutex<Vec<(&'static str, Outcome)>>;

/// A value that writes its end into a list.
struct Ended {
    name: &'static str,
    ends: Arc<Ends>,
}

fn end(object: Object, outcome: Outcome) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        let ended = object.downcast::<Ended>().unwrap();
        ended.ends.lock().unwrap().push((ended.name, outcome));
        Ok(())
    })
}

fn end_by_panic(_: Object, _: Outcome) -> BoxFuture<'static, Result<()>> {
    Box::pin(async { panic!("in `finish`") })
}

fn record(scope: Scope) -> ProviderRecord {
    ProviderRecord {
        name: "value",
        key: || {
            static KEY: Key = Key::new("value");
            &KEY
        },
        binding: None,
        scope,
        when: None,
        dependencies: &[],
        build: None,
        stop: None,
        finish: (scope == Scope::Request).then_some(end as _),
        origin: crate::__origin!(),
    }
}

/// A scope in which `names` were built, in that order.
async fn scope_with(names: &[&'static str], ends: &Arc<Ends>) -> Arc<RequestScope> {
    let scope = Arc::new(RequestScope::new(names.len(), None));
    for (index, name) in names.iter().enumerate() {
        let object: Object = Arc::new(Ended { name, ends: Arc::clone(ends) });
        scope.get(index, &record(Scope::Request), async { Ok(object) }).await.unwrap();
    }
    scope
}

fn names(ends: &Ends) -> Vec<&'static str> {
    ends.lock().unwrap().iter().map(|(name, _)| *name).collect()
}

#[tokio::test]
async fn a_request_whose_client_is_gone_is_ended_by_the_reaper() {
    let ends = Arc::new(Ends::default());
    let (reaper, work) = Reaper::new();
    drop(Guard::new(scope_with(&["first", "second"], &ends).await, reaper));
    assert!(names(&ends).is_empty(), "dropping does not wait");
    work.await;
    assert_eq!(*ends.lock().unwrap(), [("second", Outcome::Disconnected), ("first", Outcome::Disconnected)]);
}

#[tokio::test]
async fn an_end_that_is_interrupted_goes_on_where_it_was() {
    let ends = Arc::new(Ends::default());
    let (reaper, work) = Reaper::new();
    let replied = Outcome::Replied(http::StatusCode::OK);
    let mut finishing =
        Box::pin(Guard::new(scope_with(&["first", "second", "third"], &ends).await, reaper).finish(replied));
    while names(&ends).is_empty() {
        assert!((&mut finishing).now_or_never().is_none());
    }
    drop(finishing);
    work.await;
    assert_eq!(*ends.lock().unwrap(), [("third", replied), ("second", replied), ("first", replied)]);
}

/// Places in flight that only count.
#[derive(Default)]
struct Given(AtomicU32);

impl Places for Given {
    fn give(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_request_keeps_its_place_until_its_ends_have_run() {
    let (ends, given) = (Arc::new(Ends::default()), Arc::new(Given::default()));
    let (reaper, work) = Reaper::new();
    let scope = Arc::new(RequestScope::new(1, Some(Admission::new(Arc::clone(&given) as Arc<dyn Places>))));
    let object: Object = Arc::new(Ended { name: "late", ends: Arc::clone(&ends) });
    scope.get(0, &record(Scope::Request), async { Ok(object) }).await.unwrap();

    drop(Guard::new(Arc::clone(&scope), reaper));

    drop(scope);
    assert_eq!(given.0.load(Ordering::SeqCst), 0, "the client is gone, and the end has not run");
    work.await;
    assert_eq!((names(&ends), given.0.load(Ordering::SeqCst)), (vec!["late"], 1));
}

#[tokio::test]
async fn a_request_without_ends_gives_its_place_back_at_once() {
    let given = Arc::new(Given::default());
    let (reaper, _work) = Reaper::new();
    let scope = Arc::new(RequestScope::new(1, Some(Admission::new(Arc::clone(&given) as Arc<dyn Places>))));
    drop(Guard::new(Arc::clone(&scope), reaper));
    assert_eq!(given.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_reaper_waits_for_every_request() {
    let ends = Arc::new(Ends::default());
    let (reaper, work) = Reaper::new();
    let open = Guard::new(scope_with(&["late"], &ends).await, reaper.clone());
    drop(Guard::new(scope_with(&["early"], &ends).await, reaper));
    let mut work = Box::pin(work);
    while names(&ends) != ["early"] {
        assert!((&mut work).now_or_never().is_none(), "a request is still open");
        tokio::task::yield_now().await;
    }
    drop(open);
    work.await;
    assert_eq!(names(&ends), ["early", "late"]);
}

#[tokio::test]
async fn a_panic_in_one_end_does_not_keep_the_others_from_theirs() {
    let ends = Arc::new(Ends::default());
    let (reaper, _work) = Reaper::new();
    let scope = Arc::new(RequestScope::new(2, None));
    let object: Object = Arc::new(Ended { name: "first", ends: Arc::clone(&ends) });
    scope.get(0, &record(Scope::Request), async { Ok(object) }).await.unwrap();
    let panics = ProviderRecord { finish: Some(end_by_panic), ..record(Scope::Request) };
    scope.get(1, &panics, async { Ok(Arc::new(()) as Object) }).await.unwrap();

    let finished = Guard::new(scope, reaper).finish(Outcome::Panicked).await;

    assert!(finished.unwrap_err().to_string().contains("panicked"));
    assert_eq!(names(&ends), ["first"]);
}

#[tokio::test]
async fn a_build_that_fails_is_tried_again_and_has_no_end() {
    let ends = Arc::new(Ends::default());
    let (reaper, _work) = Reaper::new();
    let scope = Arc::new(RequestScope::new(1, None));
    let failed = scope.get(0, &record(Scope::Request), async { Err(Error::internal("not yet")) }).await;
    assert_eq!(failed.unwrap_err().to_string(), "not yet");

    let object: Object = Arc::new(Ended { name: "second try", ends: Arc::clone(&ends) });
    scope.get(0, &record(Scope::Request), async { Ok(object) }).await.unwrap();
    Guard::new(scope, reaper).finish(Outcome::Disconnected).await.unwrap();
    assert_eq!(names(&ends), ["second try"]);
}

static BUILDS: AtomicU32 = AtomicU32::new(0);

fn build_slowly(_: Resolver<'_>) -> BoxFuture<'_, Result<Object>> {
    Box::pin(async {
        tokio::task::yield_now().await;
        Ok(Arc::new(BUILDS.fetch_add(1, Ordering::Relaxed)) as Object)
    })
}

#[tokio::test]
async fn two_who_ask_for_a_late_singleton_at_once_wait_for_one_build() {
    let record: &'static ProviderRecord =
        Box::leak(Box::new(ProviderRecord { build: Some(build_slowly), ..record(Scope::Singleton) }));
    let key = (record.key)();
    key.number(0);
    let wired = Wired { record, after: Vec::new(), eager: false, chain: Vec::new() };
    let container = Arc::new(Container::new(Wiring { keys: 1, providers: vec![wired], ..Wiring::default() }));

    assert!(container.start().await.unwrap().is_empty(), "nothing is built at start");
    let resolver = Resolver::new(&container, None);
    let (first, second) = futures_util::future::join(resolver.resolve(key), resolver.resolve(key)).await;

    assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()));
    assert_eq!(BUILDS.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_handle_that_outlives_its_application_says_so() {
    let container = Arc::new(Container::new(Wiring::default()));
    let owner = Resolver::new(&container, None).owner();
    drop(container);
    static KEY: Key = Key::new("Users");
    let failure = owner.resolve(&KEY).await.unwrap_err().to_string();
    assert!(failure.contains("after the application ended"), "{failure}");
}

#[test]
fn an_error_that_converts_keeps_its_status() {
    assert_eq!(Failed::new(Error::conflict("taken")).told().to_problem().status, 409);
}

#[derive(Debug)]
struct Wrapped(std::fmt::Error);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wrapped")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn any_error_that_can_be_boxed_is_told_with_its_causes() {
    assert_eq!(Failed::new("the disk is full".to_owned()).told().to_string(), "the disk is full");
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(Wrapped(std::fmt::Error));
    let told = format!("{:?}", Failed::new(boxed).told());
    assert_eq!(told, format!("wrapped\n  caused by: {}", std::fmt::Error));
}

#[test]
fn a_place_is_zero_for_no_slot_only() {
    use super::place;
    assert_eq!(place(false, "shop::cache MemoryCache 1:1"), 0);
    let (one, other) = (place(true, "shop::cache MemoryCache 1:1"), place(true, "shop::cache MemoryCache 1:2"));
    assert!(one != 0 && other != 0 && one != other);
    assert_ne!(place(true, ""), 0);
}

#[test]
fn an_object_is_seen_as_what_it_was_made_of() {
    let object = super::object("text".to_owned());
    assert_eq!(super::see::<String>(&*object), "text");
    let shared = super::share::<dyn Any + Send + Sync>(Arc::new(7_u8));
    assert!(super::see::<Arc<dyn Any + Send + Sync>>(&*shared).is::<u8>());
}
