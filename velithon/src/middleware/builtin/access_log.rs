//! One event per request, written when the last byte of its reply is out, or when the client has left.
//!
//! It holds what an operator needs to find a request again and nothing a client may want kept: no fields, no cookies,
//! no bodies, and of a query only the names. Whatever a client can write is shown without characters that would begin
//! a new line or steer a terminal.
//!
//! Switched on by `[log] access = true` or [`App::access_log`](crate::App::access_log); its target is
//! `velithon::access`, so that `level = "info,velithon::access=off"` silences it again.

use std::any::TypeId;
use std::fmt::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use http::Method;
use http::uri::PathAndQuery;

use super::record;
use super::request_id::RequestId;
use crate::middleware::{MiddlewareRecord, Next, Ordered, Run, TRACE};
use crate::route::End;

/// Writes each request when it ends, in the band [`TRACE`].
#[expect(non_camel_case_types, reason = "named as a function marked `#[middleware]` would be")]
#[derive(Debug)]
pub enum access_log {}

impl Ordered for access_log {
    const PRIORITY: Option<i32> = Some(TRACE);
}

pub(crate) const RECORD: MiddlewareRecord = record("access_log", TRACE, TypeId::of::<access_log>, Run::Observer(run));

fn run(request: Request, next: &Next) -> Request {
    let exchange = &next.exchange;
    if let Some(notes) = &exchange.notes {
        notes.line.get_or_init(|| Line {
            method: request.method().clone(),
            asked: request.uri().path_and_query().cloned(),
            route: Arc::clone(&exchange.live.target(exchange.target).route),
            client: exchange.live.proxies.client(&exchange.peer, request.headers()),
            id: request.extensions().get::<RequestId>().cloned(),
        });
    }
    request
}

/// The status of a request whose client left before there was one: nginx's number, which no reply ever has.
const CLIENT_CLOSED: u16 = 499;

/// What is known of a request when it comes in.
pub(crate) struct Line {
    method: Method,
    asked: Option<PathAndQuery>,
    /// The template; empty where no route matched.
    route: Arc<str>,
    client: Option<IpAddr>,
    id: Option<RequestId>,
}

/// What is known of the exchange with an upstream; all of it is absent where there was none.
#[derive(Debug, Default)]
pub(crate) struct UpstreamFields<'a> {
    pub(crate) upstream: Option<&'a str>,
    pub(crate) target: Option<&'a str>,
    pub(crate) attempts: Option<u32>,
    /// Who ended it, in which phase, after how many retries, on which connection.
    pub(crate) end: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) queue: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    pub(crate) first_byte: Option<Duration>,
    pub(crate) total: Option<Duration>,
    pub(crate) sent: Option<u64>,
    pub(crate) received: Option<u64>,
}

impl Line {
    /// Writes the event.
    pub(crate) fn write(&self, end: &End, upstream: &UpstreamFields<'_>) {
        // To the microsecond: what is finer is noise, and reads badly.
        let millis = |duration: Duration| {
            let micros = duration.as_secs().saturating_mul(1_000_000).saturating_add(duration.subsec_micros().into());
            micros as f64 / 1000.0
        };
        tracing::info!(
            target: "velithon::access",
            method = self.method.as_str(),
            route = (!self.route.is_empty()).then_some(&*self.route),
            path = %Shown(self.asked.as_ref()),
            status = end.status.map(|status| status.as_u16()).or(end.aborted.then_some(CLIENT_CLOSED)),
            bytes = end.sent,
            duration_ms = millis(end.took),
            first_byte_ms = end.first_byte.map(millis),
            client = self.client.map(|client| tracing::field::display(Client(client))),
            request_id = self.id.as_ref().map(RequestId::as_str),
            aborted = end.aborted,
            upstream = upstream.upstream,
            upstream_target = upstream.target,
            attempts = upstream.attempts,
            end = upstream.end,
            reason = upstream.reason,
            queue_ms = upstream.queue.map(millis),
            connect_ms = upstream.connect.map(millis),
            upstream_first_byte_ms = upstream.first_byte.map(millis),
            upstream_ms = upstream.total.map(millis),
            upstream_bytes_sent = upstream.sent,
            upstream_bytes_received = upstream.received,
            "request"
        );
    }
}

/// The path as it was sent, and the names of the query.
struct Shown<'a>(Option<&'a PathAndQuery>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(asked) = self.0 else { return f.write_char('*') };
        harmless(asked.path(), f)?;
        let Some(query) = asked.query() else { return Ok(()) };
        for (index, pair) in query.split('&').enumerate() {
            f.write_char(if index == 0 { '?' } else { '&' })?;
            match pair.split_once('=') {
                Some((name, _)) => {
                    harmless(name, f)?;
                    f.write_str("=***")?;
                }
                // A lone word may be the secret itself.
                None => f.write_str("***")?,
            }
        }
        Ok(())
    }
}

/// Text without characters that a terminal, a viewer of logs or an eye would take for something else.
fn harmless(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return f.write_str(text);
    }
    text.chars()
        .try_for_each(|c| if c.is_ascii_graphic() { f.write_char(c) } else { write!(f, "{}", c.escape_unicode()) })
}

/// An address in one piece: the standard library writes an IPv4 one in seven, each through the formatter.
struct Client(IpAddr);

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IpAddr::V4(address) = self.0 else { return self.0.fmt(f) };
        let mut text = [0; 16];
        let mut size = 0;
        for octet in address.octets() {
            let mut digits = itoa::Buffer::new();
            let digits = digits.format(octet).as_bytes();
            text[size..size + digits.len()].copy_from_slice(digits);
            size += digits.len() + 1;
            text[size - 1] = b'.';
        }
        f.write_str(str::from_utf8(&text[..size - 1]).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(asked: &str) -> String {
        Shown(Some(&PathAndQuery::try_from(asked).unwrap())).to_string()
    }

    #[test]
    fn values_of_a_query_are_not_written() {
        assert_eq!(shown("/reset?token=s3cret&page=2"), "/reset?token=***&page=***");
        assert_eq!(shown("/reset?s3cret"), "/reset?***");
        assert_eq!(shown("/reset?"), "/reset?***");
    }

    #[test]
    fn a_path_stays_as_it_was_sent() {
        assert_eq!(shown("/a%0Ab/%22?x=%0A"), "/a%0Ab/%22?x=***");
    }

    #[test]
    fn an_address_reads_as_it_always_does() {
        for address in ["0.0.0.0", "127.0.0.1", "203.0.113.250", "255.255.255.255", "::1", "2001:db8::8:800:200c:417a"]
        {
            assert_eq!(Client(address.parse().unwrap()).to_string(), address);
        }
    }

    #[test]
    fn what_is_not_plain_text_is_spelt_out() {
        assert_eq!(shown("/\u{9b}2J\u{2028}ä"), "/\\u{9b}2J\\u{2028}\\u{e4}");
    }
}
