//! What a dependency is looked up by: a static per provided type, numbered once for the whole process.
//!
//! The macro writes one [`Key`] beside each provider, slot and configuration section. [`crate::record`] sorts all keys
//! of the program and numbers them, so that a container is a plain table and resolving is an index.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A provided value, whatever its type.
pub type Object = Arc<dyn Any + Send + Sync>;

/// The number and the readable name of one provided type.
#[derive(Debug)]
pub struct Key {
    name: &'static str,
    index: AtomicU32,
}

impl Key {
    const UNNUMBERED: u32 = u32::MAX;

    /// A key for the type that users write as `name`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, index: AtomicU32::new(Self::UNNUMBERED) }
    }

    /// The type as its owner writes it: `Users`, `dyn Cache`, `pool`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The place in every container's table; `u32::MAX` for a key of no record.
    #[inline]
    pub fn index(&self) -> usize {
        // Numbered once before any container exists; a container is published by the Arc that holds it.
        self.index.load(Ordering::Relaxed) as usize
    }

    pub(crate) fn number(&self, index: u32) {
        self.index.store(index, Ordering::Relaxed);
    }
}

impl PartialEq for Key {
    /// A key is its place in memory: two types of one name are two keys.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Key {}
