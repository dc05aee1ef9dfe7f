//! The output of `tracing`, unless the user installed another subscriber.
//!
//! Lines of JSON and compact lines are written by this module, straight into memory that the thread keeps: the access
//! log writes one for each request, and the formatters of `tracing-subscriber` take longer for it than the request
//! does. Their fields are the same. What is meant for eyes alone, `pretty`, stays theirs.

mod compact;
mod json;
mod time;

#[cfg(test)]
mod tests;

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

pub(crate) use self::json::{Json, JsonFields};
use super::sections::{LogFormat, LogSection};
use crate::config::Settings;

/// Writes events to standard error, as `[log]` says; `RUST_LOG` wins over its level.
pub(super) fn install(settings: Option<&Settings>) {
    let section = settings.and_then(|settings| settings.get::<LogSection>());
    let level = section.as_ref().map_or("info", |section| section.level.as_str());
    let filter = filter(level);
    let terminal = std::io::stderr().is_terminal();
    let format = section.as_ref().and_then(|section| section.format);
    let builder =
        Subscriber::builder().with_max_level(LevelFilter::TRACE).with_writer(std::io::stderr).with_ansi(terminal);
    // A subscriber that is there already was the user's choice.
    let _ = match format.unwrap_or(if terminal { LogFormat::Compact } else { LogFormat::Json }) {
        LogFormat::Pretty => tracing::subscriber::set_global_default(builder.pretty().finish().with(filter)),
        LogFormat::Compact => {
            let builder = builder.event_format(compact::Compact);
            tracing::subscriber::set_global_default(builder.finish().with(filter))
        }
        LogFormat::Json => {
            let builder = builder.fmt_fields(JsonFields).event_format(Json);
            tracing::subscriber::set_global_default(builder.finish().with(filter))
        }
    };
}

/// What `RUST_LOG` lets through, else what `level` does, else events from `info` up: `shop=debug,warn`.
///
/// Targets and levels only: filters of spans and fields would bring a regex engine into every program.
pub(crate) fn filter(level: &str) -> Targets {
    let asked = std::env::var("RUST_LOG").ok().filter(|asked| !asked.is_empty());
    let parsed = asked.and_then(|asked| asked.parse().ok()).or_else(|| level.parse().ok());
    parsed.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}
