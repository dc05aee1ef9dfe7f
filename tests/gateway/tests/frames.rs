//! HTTP/2 towards the upstream, where a script cannot accept a second connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use h2::Reason;
use velithon_tests::gateway::recorder_h2::{RecorderH2, Step};

use crate::proxy_to;

const H2C: &str = "http = \"h2c\"\nretries = 2\nbreaker = \"off\"";

/// Contract, 90 and 91.
#[test]
fn a_refused_stream_is_sent_again_with_its_whole_body() {
    let upstream = RecorderH2::start([Step::Reset(Reason::REFUSED_STREAM), Step::Answer("done")]);
    let proxy = proxy_to(&[upstream.address()], H2C);
    proxy.request("POST", "/pay", &[], "an order").says("done");
    let bodies: Vec<Vec<u8>> = upstream.streams().into_iter().map(|stream| stream.body).collect();
    assert_eq!(bodies, [b"an order", b"an order"]);
}

/// Contract, 91.
#[test]
fn an_internal_error_of_a_stream_is_tried_again_for_get_alone() {
    let steps = [Step::Reset(Reason::INTERNAL_ERROR), Step::Answer("done"), Step::Reset(Reason::INTERNAL_ERROR)];
    let upstream = RecorderH2::start(steps);
    let proxy = proxy_to(&[upstream.address()], H2C);
    proxy.get("/").says("done");
    proxy.request("POST", "/pay", &[], "an order").is(502);
    assert_eq!(upstream.streams().len(), 3);
}

/// Contract, 90: RFC 9113, section 6.8.
#[test]
fn a_stream_above_goaway_is_sent_again_on_another_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = proxy_to(&[listener.local_addr().unwrap()], H2C);
    let upstream = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        until_the_stream_ends(&mut first);
        // GOAWAY, last stream 0, NO_ERROR.
        first.write_all(&frame(7, 0, 0, &[0; 8])).unwrap();
        let (mut second, _) = listener.accept().unwrap();
        let body = until_the_stream_ends(&mut second);
        // HEADERS with END_STREAM and END_HEADERS: `:status: 200` stands in the static table (RFC 7541, appendix A).
        second.write_all(&frame(1, 5, 1, &[0x88])).unwrap();
        drop(first);
        // Kept until the proxy has read the reply.
        let _ = second.read(&mut [0; 1024]);
        body
    });
    proxy.request("POST", "/pay", &[], "an order").is(200);
    drop(proxy);
    assert_eq!(upstream.join().unwrap(), b"an order");
}

/// Reads preface and frames until END_STREAM; the data of all DATA frames.
fn until_the_stream_ends(stream: &mut TcpStream) -> Vec<u8> {
    stream.write_all(&frame(4, 0, 0, &[])).unwrap();
    stream.read_exact(&mut [0; 24]).unwrap();
    let mut data = Vec::new();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).unwrap();
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        stream.read_exact(&mut payload).unwrap();
        let (kind, flags) = (head[3], head[4]);
        match kind {
            0 => data.extend(payload),
            4 if flags == 0 => stream.write_all(&frame(4, 1, 0, &[])).unwrap(),
            _ => {}
        }
        if kind < 2 && flags & 1 == 1 {
            return data;
        }
    }
}

/// One frame (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}
