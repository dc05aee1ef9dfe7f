//! Handlers that fail: what the client is told, what it is not, and how often they ran.

use crate::service;

const SECRETS: [&str; 4] = ["hunter2", "10.0.0.7", "nonexistent", ".rs"];

#[test]
fn a_handler_that_fails_or_panics_runs_once_and_tells_nothing() {
    let service = service();
    let paths = [
        "/errors/fails",
        "/errors/panics",
        "/errors/panics/sync",
        "/errors/panics/blocking",
        "/errors/panics/routed/7",
        "/errors/disk",
    ];
    for (count, path) in (1..).zip(paths) {
        let reply = service.get(path);
        for secret in SECRETS {
            assert!(!reply.to_string().contains(secret), "{path}: {reply}");
        }
        let problem = reply.is_problem(500);
        assert_eq!((&problem["title"], problem.get("detail")), (&"Internal Server Error".into(), None), "{path}");
        service.get("/errors/runs").says(&count.to_string());
    }
    service.stderr().wait_for("hunter2");
}

#[test]
fn a_connection_outlives_the_panic_of_a_handler() {
    let service = service();
    let mut connection = service.connect();
    for _ in 0..3 {
        connection.request("GET", "/errors/panics", &[], b"");
        connection.reply().is_problem(500);
    }
    connection.request("GET", "/errors/runs", &[], b"");
    connection.reply().says("3");
}

#[test]
fn an_error_type_is_the_problem_it_says() {
    let problem = service().get("/errors/order/7").is_problem(404);
    assert_eq!((&problem["title"], &problem["detail"]), (&"no such order".into(), &"there is no order 7".into()));
    assert_eq!(problem["instance"], "/errors/order/7");
}

#[test]
fn a_browser_gets_a_page() {
    let service = service();
    let browser = [("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")];
    for (path, status) in [("/errors/order/7", 404), ("/nowhere", 404), ("/errors/panics", 500)] {
        let reply = service.get_with(path, &browser).is(status).has("content-type", "text/html; charset=utf-8");
        assert!(reply.text().starts_with("<!"), "{reply}");
        assert!(reply.header("vary").is_some_and(|vary| vary.to_ascii_lowercase().contains("accept")), "{reply}");
        assert!(SECRETS.iter().all(|secret| !reply.text().contains(secret)), "{reply}");
    }
}

#[test]
fn a_path_cannot_inject_into_the_page() {
    let reply = service().get_with("/nowhere/<script>alert(1)</script>", &[("accept", "text/html")]);
    assert!(!reply.text().contains("<script>alert"), "{reply}");
}

#[test]
fn an_error_that_a_handler_wrote_by_hand_stays_as_it_is() {
    let reply = service().get_with("/errors/own", &[("accept", "text/html")]).is(418);
    assert_eq!(reply.text(), "a page of one's own");
}
