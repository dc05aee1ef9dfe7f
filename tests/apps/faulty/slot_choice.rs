//! A slot whose bindings configuration chooses: one, none or two of them.

use velithon::prelude::*;

#[config("store")]
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Store {
    kind: Kind,
    mirror: bool,
}

#[derive(Debug, PartialEq, serde::Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Memory,
    Disk,
    Cloud,
}

#[inject]
trait Files: Send + Sync {
    fn name(&self) -> &'static str;
}

#[inject(as = dyn Files, when = "store.kind == memory")]
#[derive(Default)]
struct Memory;

impl Files for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }
}

#[inject(as = dyn Files, when = "store.kind == disk")]
#[derive(Default)]
struct Disk;

impl Files for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }
}

#[inject(as = dyn Files, when = "store.mirror")]
#[derive(Default)]
struct Mirror;

impl Files for Mirror {
    fn name(&self) -> &'static str {
        "mirror"
    }
}

#[get("/files")]
async fn files(files: Inject<dyn Files>, store: Config<Store>) -> String {
    format!("{} {:?} {}", files.name(), store.kind, store.mirror)
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    app.run().await
}
