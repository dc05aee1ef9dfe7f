//! Where a request on a raw socket ends, and nothing more: the recording upstream must not correct what it is sent.

/// Whether `bytes` begin with a whole HTTP/1 request, and how long it is.
///
/// Lines end with CRLF and nothing else. A message with both framings is read by its chunks (RFC 9112, section 6.3).
pub fn request_length(bytes: &[u8]) -> Option<usize> {
    let head = head_length(bytes)?;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let field = |name: &str| text.split("\r\n").find_map(|line| line.strip_prefix(name).map(str::trim));
    let body = match (field("transfer-encoding:"), field("content-length:")) {
        (Some(_), _) => chunked_length(&bytes[head..])?,
        (None, Some(length)) => length.parse().ok()?,
        (None, None) => 0,
    };
    (bytes.len() >= head + body).then_some(head + body)
}

/// How long the head is, blank line included; nothing while it is not whole.
pub fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|end| end + 4)
}

/// How long a chunked body is, trailer section included (RFC 9112, section 7.1).
fn chunked_length(bytes: &[u8]) -> Option<usize> {
    let mut position = 0;
    loop {
        let line = line_length(&bytes[position..])?;
        let text = std::str::from_utf8(&bytes[position..position + line - 2]).ok()?;
        let size = usize::from_str_radix(text.split(';').next()?.trim(), 16).ok()?;
        position += line;
        if size == 0 {
            return trailer_length(bytes.get(position..)?).map(|length| position + length);
        }
        position += size + 2;
        if position > bytes.len() {
            return None;
        }
    }
}

fn trailer_length(bytes: &[u8]) -> Option<usize> {
    let mut position = 0;
    loop {
        let line = line_length(&bytes[position..])?;
        position += line;
        if line == 2 {
            return Some(position);
        }
    }
}

fn line_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|window| window == b"\r\n").map(|end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_with_its_head_its_length_or_its_last_chunk() {
        assert_eq!(request_length(b"GET / HTTP/1.1\r\n\r\nGET"), Some(18));
        assert_eq!(request_length(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcd"), Some(41));
        let chunked = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx: y\r\n\r\n";
        assert_eq!(request_length(chunked), Some(chunked.len()));
    }

    #[test]
    fn a_request_that_is_not_whole_has_no_length() {
        let whole = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        assert!((0..whole.len()).all(|length| request_length(&whole[..length]).is_none()));
        assert_eq!(request_length(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab"), None);
    }
}
