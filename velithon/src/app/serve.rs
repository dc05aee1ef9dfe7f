//! `run`: what the command line asked for, up to serving until the end.

use std::sync::Arc;

use axum::body::Body;
use http::{Request, Response};

use super::App;
use super::assemble::section;
use super::failure::Failure;
use super::launch::Command;
use super::output;
use super::report;
use super::sections::ServerSection;
use super::server::{Admission, Peer, Serve, Server, Shutdown};
use crate::inject::BoxFuture;
use crate::reply::Result;
use crate::route::{Core, dispatch};

impl App {
    /// Does what the command line asks: serves, or prints what was asked for.
    ///
    /// `serve`, the default, checks the plan, builds every singleton, binds, and returns when SIGTERM or SIGINT came and
    /// everything in flight has ended.
    ///
    /// # Errors
    /// A [`Failure`]: every fault of the plan (exit code 2), a provider or address that failed, or work that was cut
    /// (exit code 1). `#[velithon::main]` prints it and exits.
    pub async fn run(self) -> Result<()> {
        self.running().await
    }

    /// Boxed here, so that the server is compiled with this crate: the body of an `async fn` is compiled by whoever awaits
    /// it, with every generic type of the server's in it.
    fn running(self) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move { self.obey().await })
    }

    async fn obey(self) -> Result<()> {
        match self.launch.command {
            Command::Serve => Ok(self.serve().await?),
            Command::Config => {
                let settings = self.launch.settings.map_err(Failure::Plan)?;
                output::print(&crate::config::report(&settings));
                Ok(())
            }
            command => {
                let (_, plan) = self.plan()?;
                output::print(&match command {
                    Command::Check { verbose } => report::check(&plan, verbose),
                    Command::Graph { mermaid: true } => report::mermaid(&plan),
                    Command::Graph { mermaid: false } => report::graph(&plan),
                    Command::Routes { verbose } => report::routes(&plan, verbose),
                    Command::Serve | Command::Config => String::new(),
                });
                Ok(())
            }
        }
    }

    /// The application as a `tower::Service`, built and without a server around it.
    ///
    /// Of the command line only the configuration counts, `--config` and `--set`: whoever embeds a service has no use for a
    /// listing, so a subcommand is passed over, as is everything in `[server]` that concerns sockets. What concerns replies,
    /// `body_limit`, `redirect_slashes`, `trusted_proxies` and `reveal_causes`, holds.
    ///
    /// # Errors
    /// A [`Failure`], as for [`run`](Self::run).
    pub async fn into_service(self) -> Result<super::Service> {
        self.assembling().await
    }

    /// Boxed for the same reason as `running`.
    fn assembling(self) -> BoxFuture<'static, Result<super::Service>> {
        Box::pin(async move { Ok(super::Service::new(self.assemble().await?)) })
    }

    async fn serve(self) -> std::result::Result<(), Failure> {
        #[cfg_attr(not(feature = "gateway"), allow(unused_mut))]
        let mut assembled = self.assemble().await?;
        let server = section::<ServerSection>(&assembled.settings);
        let settings = server.as_ref().map(|server| server.settings()).unwrap_or_default();
        #[cfg(feature = "gateway")]
        let every = server.as_ref().and_then(|server| server.reload);
        let bound = match Server::bind(settings) {
            Ok(bound) => bound,
            Err(fault) => {
                assembled.stop().await;
                return Err(Failure::Start(fault));
            }
        };
        let shutdown = Shutdown::new();
        if let Err(error) = shutdown.on_signals() {
            tracing::warn!(%error, "signals cannot be heard; the service ends only by being killed");
        }
        #[cfg(feature = "gateway")]
        let reloading = assembled.reload.take().map(|reload| tokio::spawn(reload.run(every)));
        output::started(&report::started(&assembled, &bound.addresses()));
        let served = bound.serve(LiveService(Arc::clone(&assembled.live)), shutdown).await;
        #[cfg(feature = "gateway")]
        reloading.inspect(tokio::task::JoinHandle::abort);
        assembled.stop().await;
        let summary = served.map_err(Failure::Start)?;
        if summary.exit_code() == 0 { Ok(()) } else { Err(Failure::Cut(summary)) }
    }
}

/// The application behind a socket.
#[derive(Clone)]
struct LiveService(Arc<Core>);

impl Serve for LiveService {
    #[inline]
    fn call(
        &self,
        request: Request<Body>,
        peer: &Peer,
        admission: Admission,
    ) -> impl Future<Output = Response<Body>> + Send + 'static + use<> {
        dispatch(&self.0, request, peer.remote().clone(), Some(admission))
    }

    fn per_core(&self) -> Self {
        Self(Arc::new(self.0.another()))
    }
}
