//! A report in memory, and one that outlives its process.

use velithon_tests::{Program, Scratch, Service};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_tasks"))
}

fn begin(service: &Service) -> String {
    let reply = service.request("POST", "/reports/2026", &[], "").is(202);
    serde_json::from_str(&reply.text()).expect("an id")
}

#[test]
fn a_report_is_written_in_the_background_and_fetched() {
    let service = program().start();
    let id = begin(&service);
    assert_eq!(begin(&service), id, "the second request finds the first");
    service.get(&format!("/reports/result/{id}")).is(200).says("{\"year\":2026,\"pages\":198}");
    assert_eq!(service.get(&format!("/reports/status/{id}")).is(200).json()["state"], "done");
    service.get("/metrics").is(200);
}

#[test]
fn one_line_keeps_tasks_over_the_end_of_the_process() {
    let file = Scratch::path("db");
    let durable = || {
        program().args("--set tasks.store=sqlite --set tasks.worker.mode=off").env("VELITHON_TASKS__PATH", file.name())
    };
    let service = durable().start();
    let id = begin(&service);
    service.terminate();
    service.ended().exits(0);
    durable().args("tasks list").run().exits(0).says(&id).says("queued");
    let worker = program()
        .args("--set tasks.store=sqlite worker --queues reports")
        .env("VELITHON_TASKS__PATH", file.name())
        .start();
    let service = durable().start();
    assert_eq!(service.get(&format!("/reports/result/{id}")).is(200).json()["pages"], 198);
    durable().args(&format!("tasks show {id}")).run().exits(0).says("done");
    drop(worker);
}

#[test]
fn check_lists_tasks_with_queue_and_schedule() {
    program()
        .args("check")
        .run()
        .exits(0)
        .says("task tasks::write_report: queue reports, normal")
        .says("Europe/Berlin");
}
