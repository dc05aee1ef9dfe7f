//! One script: which sentence it checks, and what it needs around it.

use std::fs;
use std::path::{Path, PathBuf};

use super::Result;

/// A file of `vtc/`.
#[derive(Debug, Clone)]
pub struct Script {
    /// `5` or `N3`, from the name of the file.
    pub number: String,
    /// What the script's first line says.
    pub title: String,
    /// `# configuration: <name>`; `plain` without that line.
    pub configuration: String,
    /// `# upstream: echo`: the runner answers at `${u1}` with what it was sent, so that the script sees it as the body.
    pub echo: bool,
    /// `# differs: <why>`, where nginx and HAProxy both do otherwise.
    pub differs: Option<String>,
    /// Where it is.
    pub path: PathBuf,
}

impl Script {
    /// All scripts of a folder, by number.
    ///
    /// # Errors
    /// When a file cannot be read or has no title.
    pub fn all(folder: &Path) -> Result<Vec<Self>> {
        let files = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
        let paths = files.into_iter().map(|file| file.path());
        let scripts = paths.filter(|path| path.extension().is_some_and(|extension| extension == "vtc"));
        let mut scripts = scripts.map(Self::read).collect::<Result<Vec<_>>>()?;
        scripts.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(scripts)
    }

    /// The name of its file without extension.
    pub fn file_name(&self) -> &str {
        self.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
    }

    fn read(path: PathBuf) -> Result<Self> {
        let text = fs::read_to_string(&path)?;
        let title = text.lines().next().and_then(|line| line.strip_prefix("varnishtest \"")?.strip_suffix('"'));
        let title = title.ok_or_else(|| format!("{}: the first line is no title", path.display()))?;
        let directive = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "));
            value.map(str::to_owned)
        };
        Ok(Self {
            number: number(&path).ok_or_else(|| format!("{}: the name has no number", path.display()))?,
            title: title.to_owned(),
            configuration: directive("configuration").unwrap_or_else(|| "plain".to_owned()),
            echo: directive("upstream").is_some_and(|upstream| upstream == "echo"),
            differs: directive("differs"),
            path,
        })
    }
}

/// `005-words.vtc` is 5, `n3-words.vtc` is N3.
fn number(path: &Path) -> Option<String> {
    let (number, _) = path.file_stem()?.to_str()?.split_once('-')?;
    match number.strip_prefix('n') {
        Some(number) => Some(format!("N{number}")),
        None => number.parse::<u32>().ok().map(|number| number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_stands_in_the_name_of_the_file() {
        assert_eq!(number(Path::new("a/005-both-framings.vtc")).as_deref(), Some("5"));
        assert_eq!(number(Path::new("a/n3-encoded-slash.vtc")).as_deref(), Some("N3"));
        assert_eq!(number(Path::new("a/words.vtc")), None);
    }
}
