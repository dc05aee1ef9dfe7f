//! What the macros cost the compiler: a service of 100 routes, and the same service in plain axum, in one run.
//!
//! `cargo run -p velithon-tests --bin compile-time` writes both below `target/compile-time`, builds their dependencies
//! once, then times the application crates alone, several rounds in turns, and prints the least of each with the ratio.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const MODULES: usize = 25;
const ROUNDS: usize = 3;

/// Stands in the source where a handler's number is changed.
const TOUCHED: &str = "@touched@";

/// What is timed, and at most how much dearer velithon may be.
const MEASURES: [(&str, Measure, f64); 3] = [
    ("cargo check, application crate", Measure::Check, 2.0),
    ("cargo build, application crate", Measure::Build, 1.15),
    ("cargo build, one handler touched", Measure::Touch, 1.3),
];

/// Cargo compiles a crate on a path incrementally, in 256 units that repeat each other's debug information, and one from a
/// registry, as axum is here and velithon at its users', in 16: the linker copies a third less.
const AS_FROM_A_REGISTRY: &str = "\n[profile.dev.package]\nvelithon = { incremental = false }\n\
                                  velithon-macros = { incremental = false }\n";

#[derive(Clone, Copy)]
enum Measure {
    Check,
    Build,
    Touch,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/compile-time");
    let twins = [Twin::new(&root, "velithon", velithon_source())?, Twin::new(&root, "axum", axum_source())?];
    for twin in &twins {
        twin.cargo("check")?;
        twin.cargo("build")?;
    }
    println!("{:<36} {:>10} {:>10} {:>7} {:>7}", "", "velithon", "axum", "ratio", "limit");
    for (name, measure, limit) in MEASURES {
        let mut least = [Duration::MAX; 2];
        for round in 0..ROUNDS {
            for (twin, least) in twins.iter().zip(&mut least) {
                *least = (*least).min(twin.time(measure, round)?);
            }
        }
        let [ours, theirs] = least.map(|time| time.as_secs_f64());
        println!("{name:<36} {ours:>9.2}s {theirs:>9.2}s {:>7.2} {limit:>7.2}", ours / theirs);
    }
    Ok(())
}

/// One of the two applications.
struct Twin {
    folder: PathBuf,
    name: String,
    source: String,
}

impl Twin {
    fn new(root: &Path, kind: &str, source: String) -> io::Result<Self> {
        let folder = root.join(kind);
        let name = format!("hundred-{kind}");
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), manifest(&name, kind))?;
        let twin = Self { folder, name, source };
        twin.write(0)?;
        Ok(twin)
    }

    /// Writes the source; `touched` is a number inside one handler.
    fn write(&self, touched: usize) -> io::Result<()> {
        fs::write(self.folder.join("src/main.rs"), self.source.replace(TOUCHED, &touched.to_string()))
    }

    fn time(&self, measure: Measure, round: usize) -> io::Result<Duration> {
        let command = match measure {
            Measure::Check | Measure::Build => {
                self.run(&["clean", "--quiet", "--package", &self.name])?;
                if matches!(measure, Measure::Check) { "check" } else { "build" }
            }
            Measure::Touch => {
                self.cargo("build")?;
                self.write(round + 1)?;
                "build"
            }
        };
        let begun = Instant::now();
        self.cargo(command)?;
        Ok(begun.elapsed())
    }

    fn cargo(&self, command: &str) -> io::Result<()> {
        self.run(&[command, "--quiet", "--offline"])
    }

    fn run(&self, arguments: &[&str]) -> io::Result<()> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).current_dir(&self.folder).env("CARGO_TARGET_DIR", self.folder.join("../target"));
        let status = cargo.stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("cargo {arguments:?} failed"))) }
    }
}

fn manifest(name: &str, kind: &str) -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lock = workspace.join("Cargo.lock");
    // The same versions as the workspace's, without asking a registry.
    let target = workspace.join("target/compile-time").join(kind);
    let _ = fs::copy(lock, target.join("Cargo.lock"));
    let own = match kind {
        "velithon" => format!("velithon = {{ path = {:?} }}\n", workspace.join("velithon")),
        _ => "axum = { version = \"0.8\", default-features = false, features = [\"http1\", \"json\", \"query\", \"tokio\"] }\n\
              tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\", \"net\"] }\n"
            .to_owned(),
    };
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{own}serde = {{ version = \"1\", features = [\"derive\"] }}\n{}",
        if kind == "velithon" { AS_FROM_A_REGISTRY } else { "" }
    )
}

/// The types and the service of one module, alike in both.
fn model(text: &mut String, index: usize, service: &str) {
    let _ = write!(
        text,
        "    #[derive(Clone, Serialize, Deserialize)]
    pub struct Item {{ pub id: u64, pub name: String, pub count: u32 }}

    {service}

    impl Store {{
        pub fn find(&self, id: u64) -> Item {{ Item {{ id, name: \"item {index}\".to_owned(), count: COUNT_{index} }} }}
        pub fn page(&self, skip: u32, limit: u32) -> Vec<Item> {{ (skip..skip + limit).map(|id| self.find(u64::from(id))).collect() }}
    }}

    const COUNT_{index}: u32 = {};
",
        if index == 0 { TOUCHED } else { "0" }
    );
}

fn velithon_source() -> String {
    let mut text = "use velithon::prelude::*;\n".to_owned();
    for index in 0..MODULES {
        let _ = write!(
            text,
            "\nmod m{index} {{\n    use serde::{{Deserialize, Serialize}};\n    use velithon::prelude::*;\n\n"
        );
        model(&mut text, index, "#[inject]\n    pub struct Store {}");
        let _ = write!(
            text,
            "
    #[get(\"/m{index}\")]
    async fn list(#[query(default = 0)] skip: u32, #[query(default = 10)] limit: u32, store: Inject<Store>) -> Json<Vec<Item>> {{
        Json(store.page(skip, limit))
    }}

    #[get(\"/m{index}/{{id}}\")]
    async fn show(id: u64, store: Inject<Store>) -> Json<Item> {{
        Json(store.find(id))
    }}

    #[post(\"/m{index}\", status = 201)]
    async fn create(item: Json<Item>, store: Inject<Store>) -> Json<Item> {{
        Json(store.find(item.id))
    }}

    #[delete(\"/m{index}/{{id}}\", status = 204)]
    async fn delete(id: u64, store: Inject<Store>) {{
        store.find(id);
    }}
}}
"
        );
    }
    text.push_str("\n#[velithon::main]\nasync fn main(app: App) -> velithon::Result<()> {\n    app.run().await\n}\n");
    text
}

fn axum_source() -> String {
    let mut text = "use std::sync::Arc;\n".to_owned();
    for index in 0..MODULES {
        let _ = write!(
            text,
            "\nmod m{index} {{\n    use axum::extract::{{Json, Path, Query, State}};\n    use axum::http::StatusCode;\n    use serde::{{Deserialize, Serialize}};\n    use std::sync::Arc;\n\n"
        );
        model(&mut text, index, "pub struct Store {}");
        let _ = write!(
            text,
            "
    #[derive(Deserialize)]
    pub struct Page {{ #[serde(default)] skip: u32, #[serde(default = \"ten\")] limit: u32 }}

    fn ten() -> u32 {{ 10 }}

    pub async fn list(Query(page): Query<Page>, store: State<Arc<Store>>) -> Json<Vec<Item>> {{
        Json(store.page(page.skip, page.limit))
    }}

    pub async fn show(Path(id): Path<u64>, store: State<Arc<Store>>) -> Json<Item> {{
        Json(store.find(id))
    }}

    pub async fn create(store: State<Arc<Store>>, Json(item): Json<Item>) -> (StatusCode, Json<Item>) {{
        (StatusCode::CREATED, Json(store.find(item.id)))
    }}

    pub async fn delete(Path(id): Path<u64>, store: State<Arc<Store>>) -> StatusCode {{
        store.find(id);
        StatusCode::NO_CONTENT
    }}
}}
"
        );
    }
    text.push_str("\n#[derive(Clone)]\nstruct App {\n");
    for index in 0..MODULES {
        let _ = writeln!(text, "    m{index}: Arc<m{index}::Store>,");
    }
    text.push_str("}\n");
    for index in 0..MODULES {
        let _ = writeln!(
            text,
            "impl axum::extract::FromRef<App> for Arc<m{index}::Store> {{ fn from_ref(app: &App) -> Self {{ app.m{index}.clone() }} }}"
        );
    }
    text.push_str("\n#[tokio::main]\nasync fn main() {\n    use axum::routing::get;\n    let app = App {\n");
    for index in 0..MODULES {
        let _ = writeln!(text, "        m{index}: Arc::new(m{index}::Store {{}}),");
    }
    text.push_str("    };\n    let router = axum::Router::new()\n");
    for index in 0..MODULES {
        let _ = writeln!(
            text,
            "        .route(\"/m{index}\", get(m{index}::list).post(m{index}::create))\n        .route(\"/m{index}/{{id}}\", get(m{index}::show).delete(m{index}::delete))"
        );
    }
    text.push_str(
        "        .with_state(app);\n    let listener = tokio::net::TcpListener::bind(\"127.0.0.1:8000\").await.unwrap();\n    \
         axum::serve(listener, router).await.unwrap();\n}\n",
    );
    text
}
