//! The output of `tracing`, unless the user installed another subscriber.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::Subscriber;

use super::sections::{LogFormat, LogSection};
use crate::config::Settings;

/// Writes events to standard error, as `[log]` says; `RUST_LOG` wins over its level.
pub(super) fn install(settings: Option<&Settings>) {
    let section = settings.and_then(|settings| settings.get::<LogSection>());
    let level = section.as_ref().map_or("info", |section| section.level.as_str());
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let terminal = std::io::stderr().is_terminal();
    let format = section.as_ref().and_then(|section| section.format);
    let builder = Subscriber::builder().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal);
    // A subscriber that is there already was the user's choice.
    let _ = match format.unwrap_or(if terminal { LogFormat::Compact } else { LogFormat::Json }) {
        LogFormat::Pretty => tracing::subscriber::set_global_default(builder.pretty().finish()),
        LogFormat::Compact => tracing::subscriber::set_global_default(builder.compact().finish()),
        LogFormat::Json => {
            tracing::subscriber::set_global_default(builder.json().flatten_event(true).with_span_list(false).finish())
        }
    };
}
