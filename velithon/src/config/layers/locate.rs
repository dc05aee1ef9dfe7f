//! Where `velithon.toml` is looked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// Finds the configuration file: `explicit` (from `--config`), else `VELITHON_CONFIG`, else `velithon.toml` in the
/// working folder, else, under cargo, in the package of the running program. `None` when there is none.
///
/// # Errors
/// When a file that was asked for, by argument or variable, does not exist.
pub fn locate(explicit: Option<&Path>) -> Result<Option<PathBuf>, Fault> {
    locate_in(explicit, Path::new(""), |name| std::env::var_os(name))
}

fn locate_in(
    explicit: Option<&Path>,
    folder: &Path,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<PathBuf>, Fault> {
    if let Some(path) = explicit {
        return asked_for(folder, path, "--config");
    }
    if let Some(path) = variable("VELITHON_CONFIG").filter(|path| !path.is_empty()) {
        return asked_for(folder, Path::new(&path), "VELITHON_CONFIG");
    }
    let package = variable("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folders = [Some(folder.to_path_buf()), package];
    Ok(folders.into_iter().flatten().map(|folder| folder.join("velithon.toml")).find(|path| path.is_file()))
}

fn asked_for(folder: &Path, path: &Path, by: &str) -> Result<Option<PathBuf>, Fault> {
    let path = folder.join(path);
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(Fault::new(format!("there is no file `{}`", path.display()))
        .at(by, "names it")
        .why("a file that is asked for by name has to exist; without a name it is optional")
        .help("correct the path, or leave it out to use `velithon.toml` of the working folder"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::Path;

    use super::locate_in;

    const MISSING: &str = "no-such-folder";
    /// The package itself is a folder that surely holds a file.
    const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

    fn nothing(_: &str) -> Option<OsString> {
        None
    }

    #[test]
    fn without_any_file_there_is_none() {
        assert_eq!(locate_in(None, Path::new(MISSING), nothing), Ok(None));
    }

    #[test]
    fn a_file_asked_for_has_to_exist() {
        let fault = locate_in(Some(Path::new("shop.toml")), Path::new(MISSING), nothing).unwrap_err();
        assert_eq!(fault.places[0].at, "--config");
        let named = |name: &str| (name == "VELITHON_CONFIG").then(|| "shop.toml".into());
        let fault = locate_in(None, Path::new(MISSING), named).unwrap_err();
        assert_eq!(fault.what, "there is no file `no-such-folder/shop.toml`");
        assert_eq!(fault.places[0].at, "VELITHON_CONFIG");
    }

    #[test]
    fn the_argument_beats_the_variable() {
        let named = |name: &str| (name == "VELITHON_CONFIG").then(|| "shop.toml".into());
        let found = locate_in(Some(Path::new("Cargo.toml")), Path::new(PACKAGE), named);
        assert_eq!(found, Ok(Some(Path::new(PACKAGE).join("Cargo.toml"))));
    }

    #[test]
    fn an_empty_variable_asks_for_nothing() {
        assert_eq!(locate_in(None, Path::new(MISSING), |_| Some("".into())), Ok(None));
    }
}
