//! Compiles every case of this package: the programs of `passing/` build and run, those of every other folder fail with
//! the text recorded beside them.
//!
//! `TRYBUILD=overwrite cargo test -p velithon-ui-tests` records the texts anew; read the difference as prose before it is
//! committed. One case alone: `cargo test -p velithon-ui-tests -- ui trybuild=a_sentence`.

use std::path::Path;

/// The folders that hold no cases.
const OTHER: [&str; 3] = ["passing", "support", "tests"];

#[test]
fn ui_every_fault_has_its_message() -> std::io::Result<()> {
    let cases = trybuild::TestCases::new();
    // A program that passes makes trybuild build instead of check, which duplicate routes need: they are found by the
    // code generator.
    cases.pass("passing/*.rs");
    for folder in std::fs::read_dir(env!("CARGO_MANIFEST_DIR"))? {
        let folder = folder?;
        let name = folder.file_name();
        if folder.file_type()?.is_dir() && !OTHER.iter().any(|other| name == *other) {
            cases.compile_fail(Path::new(&name).join("*.rs"));
        }
    }
    Ok(())
}
