//! Events as lines of JSON: `timestamp`, `level`, the event's own fields, `target`, and `span` with the fields of the
//! innermost span; where spans are nested, `spans` has all of them, the outermost first.

use std::cell::Cell;
use std::fmt::{self, Debug};

use serde::Serializer;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::time;
use crate::json::{Buffer, ToJson};

/// Writes an event as one line of JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json;

/// Writes the fields of a span as the members of an object, without its braces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonFields;

impl<S: Subscriber + for<'a> LookupSpan<'a>> FormatEvent<S, JsonFields> for Json {
    fn format_event(&self, ctx: &FmtContext<'_, S, JsonFields>, to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        written(to, 0, |line| {
            let metadata = event.metadata();
            line.fragment("{\"timestamp\":\"");
            line.verbatim(&time::now());
            line.fragment(level(metadata.level()));
            event.record(&mut Members(line));
            line.fragment(",\"target\":");
            metadata.target().write_json(line);
            spans(ctx, line);
            line.fragment("}\n");
        })
    }
}

/// The end of the timestamp and the whole member after it.
fn level(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "\",\"level\":\"ERROR\"",
        Level::WARN => "\",\"level\":\"WARN\"",
        Level::INFO => "\",\"level\":\"INFO\"",
        Level::DEBUG => "\",\"level\":\"DEBUG\"",
        Level::TRACE => "\",\"level\":\"TRACE\"",
    }
}

/// The innermost span, and all of them where there are several.
fn spans<S: Subscriber + for<'a> LookupSpan<'a>>(ctx: &FmtContext<'_, S, JsonFields>, line: &mut Buffer) {
    let Some(innermost) = ctx.parent_span() else { return };
    line.fragment(",\"span\":");
    one_span(&innermost, line);
    if innermost.parent().is_none() {
        return;
    }
    line.fragment(",\"spans\":[");
    for span in innermost.scope().from_root() {
        line.comma();
        one_span(&span, line);
    }
    line.fragment("]");
}

fn one_span<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>, line: &mut Buffer) {
    line.fragment("{");
    if let Some(fields) = span.extensions().get::<FormattedFields<JsonFields>>() {
        line.verbatim(fields.as_bytes());
    }
    line.comma();
    line.fragment("\"name\":");
    span.name().write_json(line);
    line.fragment("}");
}

impl<'a> FormatFields<'a> for JsonFields {
    fn format_fields<R: RecordFields>(&self, to: Writer<'a>, fields: R) -> fmt::Result {
        written(to, 1, |object| {
            object.fragment("{");
            fields.record(&mut Members(object));
        })
    }

    /// A field that is recorded again replaces what it was.
    fn add_fields(&self, so_far: &'a mut FormattedFields<Self>, fields: &tracing::span::Record<'_>) -> fmt::Result {
        let mut more = String::new();
        self.format_fields(Writer::new(&mut more), fields)?;
        let members = |text: &str| serde_json::from_str::<Map<String, Value>>(&format!("{{{text}}}"));
        let (mut all, more) = (members(so_far).map_err(|_| fmt::Error)?, members(&more).map_err(|_| fmt::Error)?);
        all.extend(more);
        let text = serde_json::to_string(&all).map_err(|_| fmt::Error)?;
        so_far.fields = text[1..text.len() - 1].to_owned();
        Ok(())
    }
}

thread_local! {
    static MEMORY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The most that a thread keeps between two lines: 16 KiB.
const KEPT: usize = 16 * 1024;

/// Writes into the thread's memory and hands on what stands there, less the first bytes.
fn written(mut to: Writer<'_>, less: usize, write: impl FnOnce(&mut Buffer)) -> fmt::Result {
    // Taken, not borrowed: a `Debug` that logs something itself finds other memory.
    let mut buffer = Buffer::over(MEMORY.take());
    write(&mut buffer);
    let text = buffer.finish().map_err(|_| fmt::Error)?;
    to.write_str(str::from_utf8(&text[less..]).map_err(|_| fmt::Error)?)?;
    if text.capacity() <= KEPT {
        MEMORY.set(text);
    }
    Ok(())
}

/// The fields of an event or a span as members of an object.
struct Members<'a>(&'a mut Buffer);

impl Members<'_> {
    #[inline]
    fn member(&mut self, field: &Field, value: &(impl ToJson + ?Sized)) {
        self.name(field);
        value.write_json(self.0);
    }

    /// The name of a field is a Rust identifier or a literal of the program, which may hold anything.
    fn name(&mut self, field: &Field) {
        self.0.comma();
        plain(field.name()).write_json(self.0);
        self.0.fragment(":");
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.member(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.name(field);
        let written = (&mut *self.0).collect_str(&format_args!("{value:?}"));
        self.0.note(written);
    }
}

/// The name of a field without the mark of a raw identifier.
pub(super) fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}
