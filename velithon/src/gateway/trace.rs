//! The trace of a request, and a span for each attempt at an upstream (W3C Trace Context, level 1).
//!
//! The spans are events of `tracing` with the target `velithon::trace`, at the level `debug`. While nobody records them the
//! context of the client passes as it came. While somebody does, each attempt is a span of its own in the trace of the
//! client, or in a new one, and the upstream is told that it was asked by that span: its own spans hang below ours, and two
//! attempts stay two.

use http::header::{HeaderMap, HeaderName, HeaderValue};
use tracing::Span;
use tracing::field::Empty;

use super::node::Node;
use super::outcome::Outcome;
use super::random::{self, Random};

pub(crate) const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
pub(crate) const TRACE_STATE: HeaderName = HeaderName::from_static("tracestate");

/// The flag of a trace that is recorded.
const SAMPLED: u8 = 1;

/// The place of a request in its trace: what `traceparent` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Context {
    trace: u128,
    parent: u64,
    flags: u8,
}

impl Context {
    /// The context a request came with; nothing when it has none, or one that is none (section 3.2.2).
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(TRACE_PARENT).iter();
        let (line, None) = (lines.next()?, lines.next()) else { return None };
        Self::parse(line.as_bytes())
    }

    /// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; a later version may have more behind it.
    fn parse(line: &[u8]) -> Option<Self> {
        let (known, more) = line.split_at_checked(55)?;
        let [version, trace, parent, flags] =
            [(0, 2), (3, 35), (36, 52), (53, 55)].map(|(from, to)| hex(&known[from..to]));
        let version = version?;
        let dashes = [2, 35, 52].iter().all(|place| known[*place] == b'-');
        let ends = more.is_empty() || (version != 0 && more[0] == b'-');
        let context = Self { trace: trace?, parent: u64::try_from(parent?).ok()?, flags: u8::try_from(flags?).ok()? };
        (dashes && ends && version != 0xff && context.trace != 0 && context.parent != 0).then_some(context)
    }

    /// A trace that begins here.
    fn root() -> Self {
        let mut random = random::of_thread();
        let trace = u128::from(random.next_u64()) << 64 | u128::from(random.next_u64());
        Self { trace: trace.max(1), parent: 0, flags: SAMPLED }
    }

    /// The identity of the trace, in 32 digits.
    pub(crate) fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    fn header(&self, span: u64) -> HeaderValue {
        let text = format!("00-{:032x}-{span:016x}-{:02x}", self.trace, self.flags);
        // Digits and hyphens are legal in a field.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// Lower-case digits (section 3.2.1) as a number.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(value))
    })
}

/// Whether somebody records attempts.
#[inline]
pub(crate) fn is_recorded() -> bool {
    tracing::enabled!(target: "velithon::trace", tracing::Level::DEBUG)
}

/// The spans of one exchange, one at a time.
#[derive(Debug)]
pub(crate) struct Trace {
    context: Context,
    /// Whether the trace began here: what `tracestate` says then belongs to no trace.
    root: bool,
    id: u64,
    span: Span,
}

impl Trace {
    /// A trace without a span yet.
    pub(crate) fn of(headers: Option<&HeaderMap>) -> Box<Self> {
        let came = headers.and_then(Context::of);
        let context = came.unwrap_or_else(Context::root);
        Box::new(Self { context, root: came.is_none(), id: 0, span: Span::none() })
    }

    /// Begins the span of an attempt; that of the one before has ended.
    pub(crate) fn attempt(&mut self, upstream: &str, node: &Node, resent: u32) {
        self.id = random::of_thread().next_u64().max(1);
        let parent = self.context.parent;
        self.span = tracing::debug_span!(
            target: "velithon::trace",
            "attempt",
            otel.kind = "client",
            trace_id = self.context.trace_id(),
            span_id = format!("{:016x}", self.id),
            parent_id = (parent != 0).then(|| format!("{parent:016x}")),
            upstream,
            server.address = node.spec().host.as_str(),
            server.port = node.spec().port,
            http.request.method = Empty,
            http.request.resend_count = (resent > 0).then_some(resent),
            http.response.status_code = Empty,
            error.r#type = Empty,
        );
    }

    /// Tells the upstream by which span it is asked.
    pub(crate) fn write(&self, parts: &mut http::request::Parts) {
        self.span.record("http.request.method", parts.method.as_str());
        parts.headers.insert(TRACE_PARENT, self.context.header(self.id));
        if self.root {
            parts.headers.remove(TRACE_STATE);
        }
    }

    /// Says how the attempt ended.
    pub(crate) fn ended(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok(status) => drop(self.span.record("http.response.status_code", status.as_u16())),
            _ => drop(self.span.record("error.type", outcome.reason())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn parse(line: &str) -> Option<Context> {
        Context::parse(line.as_bytes())
    }

    #[test]
    fn a_context_is_read_and_written_alike() {
        let context = parse(GOOD).unwrap();
        assert_eq!(context.header(context.parent), GOOD);
    }

    #[test]
    fn what_a_later_version_adds_is_no_fault() {
        let later = format!("cc{}-what-the-future-will-be", &GOOD[2..]);
        assert_eq!(parse(&later), parse(GOOD));
        assert_eq!(parse(&format!("cc{}.future", &GOOD[2..])), None);
    }

    #[test]
    fn what_is_no_context_is_none() {
        for bad in [
            String::new(),
            GOOD.to_uppercase(),
            format!("{GOOD}-00"),
            format!("ff{}", &GOOD[2..]),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            GOOD.replace("00f067aa0ba902b7", &"0".repeat(16)),
            GOOD.replace('-', "_"),
            GOOD[..54].to_owned(),
        ] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn two_contexts_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(TRACE_PARENT, HeaderValue::from_static(GOOD));
        assert!(Context::of(&headers).is_some());
        headers.append(TRACE_PARENT, HeaderValue::from_static(GOOD));
        assert_eq!(Context::of(&headers), None);
    }
}
