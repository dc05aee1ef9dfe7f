//! What the command line asks for, and the configuration it names: read before a runtime or the application exists.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::sections::{ServerSection, Threads};
use crate::config::{Settings, Sources};
use crate::fault::Fault;
use crate::record::Records;

/// What the service was started to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Serve,
    Check { verbose: bool },
    Routes { verbose: bool },
    Graph { mermaid: bool },
    Config,
}

/// The command, the records of the program, and its configuration or what is wrong with it.
#[derive(Clone)]
pub(crate) struct Launch {
    pub(crate) command: Command,
    pub(crate) records: Arc<Records>,
    /// Where the configuration is read from, if that is known; a reload reads it again.
    #[cfg(feature = "gateway")]
    sources: Option<Sources>,
    pub(crate) settings: Result<Arc<Settings>, Vec<Fault>>,
    /// Upstreams and gateways; none where the configuration is faulty.
    #[cfg(feature = "gateway")]
    pub(crate) gateway: Arc<crate::gateway::Configured>,
}

impl Launch {
    /// Reads the arguments of this process; asking for help or a wrong argument ends it here.
    pub(crate) fn of_process() -> Self {
        Self::of(std::env::args_os()).unwrap_or_else(|error| error.exit())
    }

    fn of(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let matches = command_line().try_get_matches_from(arguments)?;
        let records = Arc::new(Records::collect());
        let sources = Sources::of_process(
            matches.get_one::<PathBuf>("config").map(PathBuf::as_path),
            matches.get_many::<String>("set").into_iter().flatten().cloned().collect(),
        );
        Ok(Self::reading(command(&matches), records, sources))
    }

    /// A launch without a command line, for tests and for `into_service`.
    pub(crate) fn with(sources: &Sources) -> Self {
        Self::reading(Command::Serve, Arc::new(Records::collect()), Ok(sources.clone()))
    }

    /// Reads the configuration; every fault of it is kept.
    fn reading(command: Command, records: Arc<Records>, sources: Result<Sources, Vec<Fault>>) -> Self {
        #[cfg(feature = "gateway")]
        let kept = sources.as_ref().ok().cloned();
        let read = sources.and_then(|sources| read(&sources, &records));
        #[cfg(feature = "gateway")]
        let (settings, gateway) = match read {
            Ok((settings, gateway)) => (Ok(settings), Arc::new(gateway)),
            Err(faults) => (Err(faults), Arc::default()),
        };
        #[cfg(not(feature = "gateway"))]
        let settings = read;
        Self {
            command,
            records,
            #[cfg(feature = "gateway")]
            sources: kept,
            settings,
            #[cfg(feature = "gateway")]
            gateway,
        }
    }

    /// The same launch, with the configuration as it is now.
    #[cfg(feature = "gateway")]
    pub(crate) fn again(&self) -> Self {
        match &self.sources {
            Some(sources) => Self::reading(self.command, Arc::clone(&self.records), Ok(sources.clone())),
            None => self.clone(),
        }
    }

    /// The configuration file, if there is one.
    #[cfg(feature = "gateway")]
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.sources.as_ref()?.file.clone()
    }

    /// Whether handlers run on one runtime that moves them between threads.
    pub(crate) fn work_stealing(&self) -> bool {
        let server = self.settings.as_ref().ok().and_then(|settings| settings.get::<ServerSection>());
        server.is_some_and(|server| server.runtime == Threads::WorkStealing)
    }
}

#[cfg(not(feature = "gateway"))]
fn read(sources: &Sources, records: &Records) -> Result<Arc<Settings>, Vec<Fault>> {
    Settings::read(sources.read()?, records.configs.iter().copied(), &[]).map(Arc::new)
}

/// The sections of the gateway are read beside the others; all faults come together.
#[cfg(feature = "gateway")]
fn read(sources: &Sources, records: &Records) -> Result<(Arc<Settings>, crate::gateway::Configured), Vec<Fault>> {
    use crate::gateway::settings::{GATEWAY, UPSTREAM, lay_under, read};
    let mut tree = sources.read()?;
    lay_under(&mut tree, records);
    let configured = read(&tree, records);
    let settings = Settings::read(tree, records.configs.iter().copied(), &[UPSTREAM, GATEWAY]);
    match (settings, configured) {
        (Ok(settings), Ok(configured)) => Ok((Arc::new(settings), configured)),
        (settings, configured) => {
            let faults = settings.err().into_iter().chain(configured.err());
            Err(faults.flatten().collect())
        }
    }
}

fn command(matches: &ArgMatches) -> Command {
    match matches.subcommand() {
        Some(("check", matches)) => Command::Check { verbose: matches.get_flag("verbose") },
        Some(("routes", matches)) => Command::Routes { verbose: matches.get_flag("verbose") },
        Some(("graph", matches)) => Command::Graph { mermaid: matches.get_flag("mermaid") },
        Some(("config", _)) => Command::Config,
        _ => Command::Serve,
    }
}

fn command_line() -> clap::Command {
    let verbose = |help| Arg::new("verbose").short('v').long("verbose").action(ArgAction::SetTrue).help(help);
    clap::Command::new("service")
        .disable_help_subcommand(true)
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("PATH")
                .global(true)
                .value_parser(value_parser!(PathBuf))
                .help("The configuration file; otherwise VELITHON_CONFIG, or velithon.toml here"),
        )
        .arg(
            Arg::new("set")
                .long("set")
                .value_name("KEY=VALUE")
                .global(true)
                .action(ArgAction::Append)
                .help("Sets one key of the configuration, such as server.port=9000"),
        )
        .subcommand(clap::Command::new("serve").about("Serves requests until it is told to end (the default)"))
        .subcommand(
            clap::Command::new("check")
                .about("Checks routes, providers, middleware and configuration; exits with 0 or 2, binds and builds nothing")
                .arg(verbose("Also lists what is switched off, and why")),
        )
        .subcommand(
            clap::Command::new("routes")
                .about("Lists every route")
                .arg(verbose("With handler, place in the source, crate and middleware, outermost first")),
        )
        .subcommand(
            clap::Command::new("graph").about("Draws what is provided and who needs it").arg(
                Arg::new("mermaid").long("mermaid").action(ArgAction::SetTrue).help("As a Mermaid flowchart"),
            ),
        )
        .subcommand(
            clap::Command::new("config").about("Prints every key in force with its value and source; secrets masked"),
        )
}
