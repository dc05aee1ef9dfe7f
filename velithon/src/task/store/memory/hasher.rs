//! Hashes ids of tasks, which are random already.

use std::hash::Hasher;

/// The last eight bytes of an id: the lower half is random, the upper one counts and lends its place to the rest.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk::<8>() {
            let tail = u64::from_be_bytes(*last);
            self.0 = tail ^ tail.rotate_left(32);
        }
    }
}
