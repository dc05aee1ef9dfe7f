//! That all peers answer alike: whoever leaves something out is not faster, but wrong.
//!
//! Status, fields and body have to be equal, byte for byte, but for the value of `date`, a charset beside `application/json`,
//! and the name of one server.

use ::http::{HeaderMap, header};

use crate::Result;
use crate::endpoint::Endpoint;
use crate::peer::Peer;
use crate::process::Server;
use crate::single::{self, Reply};

/// Asks every server for every endpoint and compares.
pub(crate) fn check(servers: &[(Peer, Server)], endpoints: &[Endpoint]) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut differences = Vec::new();
    for endpoint in endpoints {
        let mut model: Option<Reply> = None;
        for (peer, server) in servers {
            let reply = runtime.block_on(single::ask(server.address(), *endpoint));
            let reply = reply.map_err(|error| format!("{} on {}: {error}", peer.name(), endpoint.name()))?;
            let model = model.get_or_insert_with(|| expected(&reply));
            if let Some(difference) = difference(model, &reply) {
                differences.push(format!("{} answers {} differently: {difference}", peer.name(), endpoint.name()));
            }
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

/// The first peer's reply is what the others are compared to; that it is a success is asked here.
fn expected(reply: &Reply) -> Reply {
    Reply { status: ::http::StatusCode::OK, headers: reply.headers.clone(), body: reply.body.clone() }
}

fn difference(model: &Reply, reply: &Reply) -> Option<String> {
    if model.status != reply.status {
        return Some(format!("status {} in place of {}", reply.status, model.status));
    }
    if model.body != reply.body {
        return Some(format!("the body {:?} in place of {:?}", shown(&reply.body), shown(&model.body)));
    }
    let (ours, theirs) = (fields(&model.headers), fields(&reply.headers));
    (ours != theirs).then(|| format!("the fields {theirs:?} in place of {ours:?}"))
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    // velithon 0.6.10 names itself, and has no switch for it.
    let named = |(name, value): &(&header::HeaderName, &header::HeaderValue)| {
        *name == header::SERVER && value.as_bytes() == b"velithon"
    };
    let text = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let value = match *name {
            header::DATE => "",
            // salvo writes the charset that JSON has anyway, and has no switch for it.
            header::CONTENT_TYPE if value == "application/json; charset=utf-8" => "application/json",
            _ => &value,
        };
        (name.to_string(), value.to_owned())
    };
    let mut fields: Vec<_> = headers.iter().filter(|field| !named(field)).map(text).collect();
    fields.sort();
    fields
}

fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(200)]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(fields: &[(&'static str, &'static str)], body: &'static str) -> Reply {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, header::HeaderValue::from_static(value));
        }
        Reply { status: ::http::StatusCode::OK, headers, body: body.into() }
    }

    #[test]
    fn a_field_that_one_peer_leaves_out_is_a_difference() {
        let (whole, less) = (reply(&[("date", "a"), ("x", "1")], "b"), reply(&[("x", "1")], "b"));
        assert!(difference(&whole, &less).is_some_and(|text| text.contains("fields")));
    }

    #[test]
    fn the_date_may_differ() {
        assert_eq!(difference(&reply(&[("date", "a")], "b"), &reply(&[("date", "c")], "b")), None);
    }

    #[test]
    fn a_shorter_body_is_a_difference() {
        assert!(difference(&reply(&[], "long"), &reply(&[], "lo")).is_some());
    }
}
