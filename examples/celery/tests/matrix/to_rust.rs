//! Python calls, Rust runs: Celery's own producer judges.

use velithon_tests::Scratch;

use super::{Broker, Matrix, python};

const KINDS: [&str; 8] = ["ok", "failure", "retry", "eta", "expires", "priority", "result", "revoke"];

pub fn run(matrix: &mut Matrix, broker: &Broker) {
    let folder = Scratch::path("folder");
    std::fs::create_dir_all(&folder).expect("a folder");
    let output = python::script(broker, "produce.py").arg(folder.name()).output().expect("Python");
    let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for kind in KINDS {
        let passed = said.lines().any(|line| line == format!("{kind} ok"));
        matrix.cell(broker.name, "Python -> Rust", kind, if passed { Ok(()) } else { Err(why.clone().into_owned()) });
    }
    let _ = std::fs::remove_dir_all(&folder);
}
