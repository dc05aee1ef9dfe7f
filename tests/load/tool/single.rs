//! One request and its whole reply, on a connection of its own.

use std::net::SocketAddr;

use ::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Result;
use crate::endpoint::Endpoint;

/// A reply, read to its end.
#[derive(Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends what `endpoint` says.
pub(crate) async fn ask(address: SocketAddr, endpoint: Endpoint) -> Result<Reply> {
    let (method, path) = endpoint.line();
    let request = Request::builder().method(method).uri(path).header("host", "localhost").header("accept", "*/*");
    let body = Bytes::from(endpoint.body());
    let request = if body.is_empty() { request } else { request.header("content-type", "application/json") };
    send(address, request.body(Full::new(body))?).await
}

/// Sends one request and reads its reply.
pub(crate) async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Result<Reply> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    Ok(Reply { status: head.status, headers: head.headers, body })
}

/// How many bytes the reply to this request has, head included.
pub(crate) fn length_of_reply(address: SocketAddr, request: &[u8]) -> Result<usize> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10)))?;
    stream.write_all(request)?;
    let (mut received, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err("the server closed a connection before its reply was whole".into());
        }
        received.extend_from_slice(&buffer[..count]);
        if let Some(head) = head(&received) {
            return Ok(head.len() + content_length(head)?);
        }
    }
}

fn head(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some(&bytes[..end + 4])
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).map(str::trim);
    Ok(length.ok_or("a reply comes without its length")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_reply_is_its_head_and_its_content() {
        let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabc";
        let head = head(reply).unwrap();
        assert_eq!((head.len(), content_length(head).unwrap()), (39, 12));
    }

    #[test]
    fn a_reply_without_a_length_is_refused() {
        assert!(content_length(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
