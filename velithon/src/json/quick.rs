//! The fast way to read a document: sonic-rs on the good path, serde_json for the reason on the bad one, and for documents
//! that it reads faster.

use serde::Deserialize;

use super::explain::{self, Refusal};
use super::scan::{Scan, scan};

/// Reads one JSON document as [`from_slice`](super::from_slice) says.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    if suits_serde_json(json) {
        return by_serde_json(json);
    }
    match scan(json) {
        Scan::TooDeep(offset) => return Err(explain::too_deep(json, offset)),
        Scan::Quirky => return explain::read_again(json),
        Scan::Plain => {}
    }
    match sonic_rs::from_slice(json) {
        Ok(value) => Ok(value),
        // A second reading costs only the clients that sent something wrong, and the few types sonic-rs does not know.
        Err(_) => explain::read_again(json),
    }
}

/// So much of a document tells what it is made of: 1 KiB.
const SAMPLE: usize = 1024;

/// Whether serde_json reads such a document as fast as sonic-rs does: only it can do without a look at the document first.
///
/// Those are documents with a string in less than every 64 bytes, since both read numbers alike, and with an escape in
/// every 32 bytes. The bench `velithon-load json` shows both lines.
fn suits_serde_json(json: &[u8]) -> bool {
    let Some(sample) = json.first_chunk::<SAMPLE>() else { return false };
    count(sample, b'"') < 2 * SAMPLE / 64 || count(sample, b'\\') > SAMPLE / 32
}

/// Counted in bytes, which compiles to vector code.
fn count(sample: &[u8; SAMPLE], wanted: u8) -> usize {
    let part = |part: &[u8; 128]| -> u8 { part.iter().map(|&byte| u8::from(byte == wanted)).sum() };
    sample.as_chunks().0.iter().map(|chunk| usize::from(part(chunk))).sum()
}

/// serde_json stops one level before our limit does, and then the text is read again without a limit of its own.
fn by_serde_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, Refusal> {
    let read = std::str::from_utf8(json).ok().and_then(|text| serde_json::from_str(text).ok());
    match read {
        Some(value) => Ok(value),
        None => match scan(json) {
            Scan::TooDeep(offset) => Err(explain::too_deep(json, offset)),
            Scan::Quirky | Scan::Plain => explain::read_again(json),
        },
    }
}
