//! What `#[velithon::main]` calls: a runtime around the user's `main`, and the exit code.

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

use super::App;
use super::failure::Failure;
use super::launch::Launch;
use super::output;
use super::plan::Root;
use crate::config::Sources;
use crate::reply::Error;

/// What the user's `main` does, as the runtime sees it.
type Main = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// Runs the user's `main` on the control runtime and turns its result into an exit code.
pub fn main<F>(root: Root, user: impl FnOnce(App) -> F + 'static) -> ExitCode
where
    F: Future<Output = Result<(), Error>> + 'static,
{
    enter(root, Box::new(|app| Box::pin(user(app))))
}

/// The same for any `main`, so that it is compiled once, with this crate.
fn enter(root: Root, user: Box<dyn FnOnce(App) -> Main>) -> ExitCode {
    let launch = Launch::of_process();
    super::log::install(launch.settings.as_deref().ok());
    let runtime = match runtime(launch.work_stealing()) {
        Ok(runtime) => runtime,
        Err(error) => {
            output::failed(&format!("error: no threads could be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(user(App::new(root, launch)));
    // A handler that blocks a thread was counted as cut; dropping the runtime would wait for it all the same.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failed(&text(&error));
            error.downcast_ref::<Failure>().map_or(ExitCode::FAILURE, |failure| ExitCode::from(failure.exit_code()))
        }
    }
}

/// The application of a program without a command line, such as a benchmark: no file, no environment.
pub fn app(root: Root) -> App {
    App::new(root, Launch::with(&Sources { profile: "prod".to_owned(), ..Sources::default() }))
}

/// The control runtime: always driven, whatever the request threads do. Under work stealing it is theirs too.
fn runtime(work_stealing: bool) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if !work_stealing {
        builder.worker_threads(1).thread_name("velithon-control");
    }
    builder.enable_all().build()
}

fn text(error: &Error) -> String {
    match error.downcast_ref::<Failure>() {
        Some(failure) => failure.to_string(),
        None => format!("error: {error:?}"),
    }
}
