//! Files that a test writes for a program, gone when it ends.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A path in the system's folder for temporary files; whatever stands there is removed at the end.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A path of its own; nothing stands there yet.
    pub fn path(extension: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("velithon-{}-{number}.{extension}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// A file with this text.
    pub fn file(extension: &str, text: &str) -> Self {
        let scratch = Self::path(extension);
        std::fs::write(&scratch.0, text).expect("the folder for temporary files can be written");
        scratch
    }

    /// As a program is told of it.
    pub fn name(&self) -> &str {
        self.0.to_str().expect("the folder for temporary files has a name in UTF-8")
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = std::fs::remove_file(&self.0);
    }
}
