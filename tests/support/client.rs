//! A client that hides nothing: bytes out, a reply in.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;

use crate::{PATIENCE, Reply};

/// One connection, which stays open for further requests.
pub struct Connection {
    stream: BufReader<Stream>,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Connection {
    /// Connects to `127.0.0.1:80` or to the socket at a path.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(address: &str) -> io::Result<Self> {
        let stream = if address.starts_with('/') {
            let stream = UnixStream::connect(address)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Stream::Unix(stream)
        } else {
            let stream = TcpStream::connect(address)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_nodelay(true)?;
            Stream::Tcp(stream)
        };
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends bytes as they are.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.stream.get_mut().write_all(bytes.as_ref());
        sent.unwrap_or_else(|error| panic!("the service does not take what is sent: {error}"));
    }

    /// Sends a request with `Host`, `Content-Length` where there is a body, and these fields.
    #[track_caller]
    pub fn request(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
        for (name, value) in headers {
            request.extend(format!("{name}: {value}\r\n").bytes());
        }
        if !body.is_empty() {
            request.extend(format!("content-length: {}\r\n", body.len()).bytes());
        }
        request.extend(b"\r\n");
        request.extend(body);
        self.send(request);
    }

    /// Sends a request without a body and reads its reply.
    ///
    /// # Errors
    /// When the connection breaks, for tests in which it may.
    pub fn exchange(&mut self, method: &str, path: &str) -> io::Result<Reply> {
        let request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read(method)
    }

    /// Reads one reply with its body.
    #[track_caller]
    pub fn reply(&mut self) -> Reply {
        self.reply_to("GET")
    }

    /// Reads the reply to this method: one to HEAD has no body, whatever its fields say.
    #[track_caller]
    pub fn reply_to(&mut self, method: &str) -> Reply {
        self.read(method).unwrap_or_else(|error| panic!("no whole reply came: {error}"))
    }

    /// Reads the head of a reply and leaves its body, chunk by chunk, to [`next_chunk`](Self::next_chunk).
    #[track_caller]
    pub fn begin_reply(&mut self) -> Reply {
        let head = self.head().and_then(|head| Reply::of_head(&head));
        head.unwrap_or_else(|error| panic!("no head came: {error}"))
    }

    /// Reads the next chunk of a body; the last one is empty.
    #[track_caller]
    pub fn next_chunk(&mut self) -> Vec<u8> {
        let mut chunk = Vec::new();
        match self.chunk(&mut chunk) {
            Ok(_) => chunk,
            Err(error) => panic!("no whole chunk came: {error}"),
        }
    }

    /// Reads chunks until the body or the connection ends; whether the last chunk came.
    pub fn ends_whole(&mut self) -> bool {
        let mut body = Vec::new();
        loop {
            match self.chunk(&mut body) {
                Ok(true) => body.clear(),
                Ok(false) => return true,
                Err(_) => return false,
            }
        }
    }

    /// Whether the service has closed the connection; waits for it.
    pub fn is_closed(&mut self) -> bool {
        matches!(self.stream.fill_buf(), Ok([]))
            || self.stream.fill_buf().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
    }

    /// Says that nothing more will be sent, and still reads.
    #[track_caller]
    pub fn end_sending(&mut self) {
        let ended = match self.stream.get_mut() {
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write),
        };
        ended.unwrap_or_else(|error| panic!("the connection cannot be ended: {error}"));
    }

    fn read(&mut self, method: &str) -> io::Result<Reply> {
        let mut reply = Reply::of_head(&self.head()?)?;
        let bodiless = method == "HEAD" || matches!(reply.status, 100..200 | 204 | 304);
        if !bodiless {
            reply.body = self.body(&reply)?;
        }
        Ok(reply)
    }

    fn head(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.stream.read_until(b'\n', &mut head)? == 0 {
                return Err(io::Error::other(format!("the connection ended within {:?}", head.escape_ascii())));
            }
        }
        String::from_utf8(head).map_err(io::Error::other)
    }

    fn body(&mut self, reply: &Reply) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if reply.header("transfer-encoding") == Some("chunked") {
            while self.chunk(&mut body)? {}
        } else if let Some(length) = reply.header("content-length") {
            body.resize(length.parse().map_err(io::Error::other)?, 0);
            self.stream.read_exact(&mut body)?;
        } else {
            self.stream.read_to_end(&mut body)?;
        }
        Ok(body)
    }

    /// Reads one chunk; the last one is empty (RFC 9112, section 7.1).
    fn chunk(&mut self, body: &mut Vec<u8>) -> io::Result<bool> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
        let begin = body.len();
        body.resize(begin + length, 0);
        self.stream.read_exact(&mut body[begin..])?;
        self.stream.read_line(&mut line)?;
        Ok(length > 0)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            Self::Unix(stream) => stream.flush(),
        }
    }
}
