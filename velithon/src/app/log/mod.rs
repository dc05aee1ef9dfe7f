//! The output of `tracing`, unless the user installed another subscriber.
//!
//! Lines of JSON and compact lines are written by this module, straight into memory that the thread keeps: the access
//! log writes one for each request, and the formatters of `tracing-subscriber` take longer for it than the request
//! does. Their fields are the same. What is meant for eyes alone, `pretty`, stays theirs.

mod compact;
mod json;
mod level;
mod time;

#[cfg(test)]
mod tests;

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

pub(crate) use self::json::{Json, JsonFields};
pub(crate) use self::level::Levels;
use super::sections::{LogFormat, LogSection};
use crate::config::Settings;

/// Writes events to standard error, as `[log]` says; `RUST_LOG` wins over its level.
pub(super) fn install(settings: Option<&Settings>) {
    let section = settings.and_then(|settings| settings.get::<LogSection>());
    let filter = filter(&section.as_ref().map(|section| section.level.clone()).unwrap_or_default());
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

/// What `RUST_LOG` lets through, else what `levels` do.
pub(crate) fn filter(levels: &Levels) -> Targets {
    let asked = std::env::var("RUST_LOG").ok().filter(|asked| !asked.is_empty());
    asked.and_then(|asked| asked.parse().ok()).unwrap_or_else(|| levels.targets().clone())
}
