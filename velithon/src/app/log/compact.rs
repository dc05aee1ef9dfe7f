//! Events as lines for people: time, level, spans, target, message, fields, and the fields of the spans.
//!
//! `2026-11-25T07:01:28.123456Z  INFO request: shop::orders: sold item="nut" id="0199.."`. One event is one line, and no
//! value can steer a terminal: control characters are spelt out.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use super::time;

/// Writes an event as one line for people, in colours where the output is a terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compact;

impl<S, N> FormatEvent<S, N> for Compact
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let style = Style::of(to.has_ansi_escapes());
        let metadata = event.metadata();
        style.dim(&mut to, str::from_utf8(&time::now()).map_err(|_| fmt::Error)?)?;
        style.level(&mut to, metadata.level())?;
        let scope = || ctx.event_scope().into_iter().flat_map(|scope| scope.from_root());
        for span in scope() {
            write!(to, "{}:", span.name())?;
        }
        to.write_str(if scope().next().is_some() { " " } else { "" })?;
        style.dim(&mut to, metadata.target())?;
        to.write_char(':')?;
        let mut words = Words { to: &mut to, style, written: Ok(()) };
        event.record(&mut words);
        words.written?;
        for span in scope() {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>().filter(|fields| !fields.is_empty()) {
                to.write_char(' ')?;
                style.dim(&mut to, fields)?;
            }
        }
        to.write_char('\n')
    }
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy)]
struct Style {
    dim: &'static str,
    italic: &'static str,
    plain: &'static str,
}

impl Style {
    const fn of(colours: bool) -> Self {
        match colours {
            true => Self { dim: "\x1b[2m", italic: "\x1b[3m", plain: "\x1b[0m" },
            false => Self { dim: "", italic: "", plain: "" },
        }
    }

    fn dim(self, to: &mut Writer<'_>, text: &str) -> fmt::Result {
        write!(to, "{}{text}{}", self.dim, self.plain)
    }

    fn level(self, to: &mut Writer<'_>, level: &Level) -> fmt::Result {
        let (colour, name) = match *level {
            Level::ERROR => ("\x1b[31m", "ERROR"),
            Level::WARN => ("\x1b[33m", " WARN"),
            Level::INFO => ("\x1b[32m", " INFO"),
            Level::DEBUG => ("\x1b[34m", "DEBUG"),
            Level::TRACE => ("\x1b[35m", "TRACE"),
        };
        let colour = if self.plain.is_empty() { "" } else { colour };
        write!(to, " {colour}{name}{} ", self.plain)
    }
}

/// The message and the fields of an event, each with a space before it.
struct Words<'a, 'w> {
    to: &'a mut Writer<'w>,
    style: Style,
    written: fmt::Result,
}

impl Words<'_, '_> {
    fn word(&mut self, field: &Field, value: fmt::Arguments<'_>) -> fmt::Result {
        self.to.write_char(' ')?;
        if field.name() != "message" {
            let Style { dim, italic, plain } = self.style;
            let name = super::json::plain(field.name());
            write!(self.to, "{italic}{name}{plain}{dim}={plain}")?;
        }
        Harmless(self.to).write_fmt(value)
    }
}

impl Visit for Words<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.record_debug(field, &format_args!("{value}")),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.written.is_ok() {
            self.written = self.word(field, format_args!("{value:?}"));
        }
    }
}

/// Spells out what would begin another line or steer a terminal.
struct Harmless<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Harmless<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, found)) = rest.char_indices().find(|(_, c)| c.is_control()) {
            self.0.write_str(&rest[..at])?;
            write!(self.0, "{}", found.escape_default())?;
            rest = &rest[at + found.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}
