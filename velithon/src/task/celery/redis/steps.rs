//! Results of steps as one text: netstrings, a name and a value in turn; the later of two with one name counts.

use std::collections::BTreeMap;

use bytes::Bytes;

/// One step, to be put behind the others.
pub(super) fn write(name: &str, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len() + value.len() + 16);
    for part in [name.as_bytes(), value] {
        out.extend_from_slice(part.len().to_string().as_bytes());
        out.push(b':');
        out.extend_from_slice(part);
    }
    out
}

/// All steps.
pub(super) fn read(mut text: &[u8]) -> BTreeMap<String, Bytes> {
    let mut steps = BTreeMap::new();
    while let Some((name, value)) = next(&mut text).zip(next(&mut text)) {
        steps.insert(String::from_utf8_lossy(name).into_owned(), Bytes::copy_from_slice(value));
    }
    steps
}

fn next<'t>(text: &mut &'t [u8]) -> Option<&'t [u8]> {
    let colon = memchr::memchr(b':', text)?;
    let length: usize = std::str::from_utf8(&text[..colon]).ok()?.parse().ok()?;
    let rest = &text[colon + 1..];
    let (part, behind) = rest.split_at_checked(length)?;
    *text = behind;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_as_they_were_written() {
        let text = [write("smtp", b"\"a:b\""), write("log", b"1"), write("log", b"2")].concat();
        let steps = read(&text);
        assert_eq!(steps.get("smtp").map(|value| &value[..]), Some(&b"\"a:b\""[..]));
        assert_eq!(steps.get("log").map(|value| &value[..]), Some(&b"2"[..]));
        assert!(read(b"9:short").is_empty());
    }
}
