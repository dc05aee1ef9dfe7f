//! What `#[velithon::test]` calls: a runtime of the test's own, and the end of what it started.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;

use super::TestApp;
use crate::app::{Assembled, Root};
use crate::route::Core;

/// Runs one test on a runtime of one thread, where paused time stands still, and stops what the test left running.
///
/// # Panics
/// When the test does, and when there is no thread left for a runtime.
pub fn test<F: Future>(root: Root, user: impl FnOnce(TestApp) -> F) -> F::Output {
    log();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("no runtime could be started for this test: {error}"),
    };
    runtime.block_on(async {
        let running = Running::default();
        let ended = AssertUnwindSafe(user(TestApp::new(root, running.clone()))).catch_unwind().await;
        running.stop().await;
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Events from warnings up, or as `RUST_LOG` says, in the captured output of the test that caused them.
fn log() {
    use tracing_subscriber::filter::LevelFilter;
    use tracing_subscriber::layer::SubscriberExt;
    let builder = tracing_subscriber::fmt::Subscriber::builder().with_max_level(LevelFilter::TRACE);
    let subscriber =
        builder.with_test_writer().finish().with(crate::app::log_filter(&crate::app::Levels::from(LevelFilter::WARN)));
    // A subscriber that is there already was the user's choice, or that of the test before.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The application of a test while it runs: shared by its clients and by who stops it.
///
/// Nobody else holds it for longer than a request, so that stopping it does not wait for a forgotten client.
#[derive(Clone, Default)]
pub(super) struct Running(Arc<Mutex<Option<Assembled>>>);

impl Running {
    pub(super) fn begin(&self, assembled: Assembled) {
        *self.lock() = Some(assembled);
    }

    /// What answers requests; nothing once it was stopped.
    pub(super) fn live(&self) -> Option<Arc<Core>> {
        self.lock().as_ref().map(|assembled| Arc::clone(&assembled.live))
    }

    /// Finishes abandoned requests, then stops singletons in reverse; a second call does nothing.
    pub(super) async fn stop(&self) {
        let assembled = self.lock().take();
        if let Some(assembled) = assembled {
            assembled.stop().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Assembled>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
