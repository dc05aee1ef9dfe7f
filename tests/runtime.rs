//! Processes from start to end: the port, the signals, the command line, and connections that misbehave.

use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use velithon_tests::{Connection, Program, Scratch, Service};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_runtime"))
}

fn service() -> Service {
    program().start()
}

fn work_stealing() -> Service {
    program().env("VELITHON_SERVER__RUNTIME", "work_stealing").start()
}

/// Begins a request whose handler waits for the body: the interim reply comes when it has begun to read.
#[track_caller]
fn begin(service: &Service) -> Connection {
    let mut connection = service.connect();
    connection.send("POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n");
    connection.reply().is(100);
    connection
}

#[track_caller]
fn terminate(service: &Service) {
    service.terminate();
    service.stderr().wait_for("the end was asked for");
}

mod end {
    use super::*;

    #[track_caller]
    fn ends_cleanly(service: Service) {
        let mut idle = service.connect();
        idle.request("GET", "/", &[], b"");
        idle.reply().says("here");
        let mut busy = begin(&service);
        terminate(&service);
        // Closed first, so that the end is known to have reached the connections.
        assert!(idle.is_closed());
        busy.send("body");
        busy.reply().says("4 bytes at the front desk").has("connection", "close");
        assert!(busy.is_closed());
        let ended = service.ended().exits(0);
        let desk = ended.stderr.find("the desk is closed in the room");
        let room = ended.stderr.find("the room of the head office is locked, with ***");
        assert!(desk.is_some() && desk < room, "{}", ended.stderr);
    }

    #[test]
    fn sigterm_finishes_what_is_in_flight_then_stops_singletons_in_reverse() {
        ends_cleanly(service());
    }

    #[test]
    fn under_work_stealing_the_end_is_the_same() {
        ends_cleanly(work_stealing());
    }

    #[test]
    fn a_reply_that_streams_is_sent_to_its_end() {
        let service = service();
        let mut connection = service.connect();
        connection.send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\nhalf");
        let mut idle = service.connect();
        idle.request("GET", "/", &[], b"");
        idle.reply().says("here");
        terminate(&service);
        assert!(idle.is_closed());
        connection.send("way!");
        connection.reply().says("halfway!");
        service.ended().exits(0);
    }

    #[test]
    fn a_second_signal_cuts_and_counts() {
        let service = service();
        let _connections = [begin(&service), begin(&service)];
        terminate(&service);
        service.terminate();
        service.ended().exits(1).complains("cut: 2 requests").complains("the desk is closed");
    }

    #[test]
    fn the_grace_period_cuts_and_counts() {
        let service = program().env("VELITHON_SERVER__GRACE", "100ms").start();
        let _connection = begin(&service);
        service.terminate();
        let ended = service.ended().exits(1).complains("cut: 1 request");
        assert!(ended.stderr.contains("the grace period was over"), "{}", ended.stderr);
    }

    #[test]
    fn a_blocked_thread_does_not_keep_the_process_alive() {
        for service in [service(), work_stealing()] {
            let mut connection = service.connect();
            connection.request("GET", "/block", &[], b"");
            service.stderr().wait_for("a thread is blocked");
            terminate(&service);
            service.terminate();
            service.ended().exits(1).complains("cut: 1 request");
        }
    }

    #[test]
    fn a_service_without_requests_ends_at_once() {
        let service = service();
        service.terminate();
        service.ended().exits(0);
    }
}

mod listening {
    use super::*;

    #[test]
    fn the_first_line_says_where_it_listens_and_what_it_holds() {
        let service = service();
        let report = service.report();
        assert_eq!(report["event"], "listening");
        assert_eq!(report["addresses"][0], format!("http://{}", service.address()));
        assert_eq!(report["crates"]["runtime"], 16, "{report}");
        assert_eq!(report["middleware"][0], "audit");
        assert_eq!(report["off"], 1);
        let providers: Vec<&str> =
            report["providers"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        let place = |name| providers.iter().position(|own| *own == name);
        assert!(place("Room").is_some() && place("Room") < place("Desk"), "{report}");
        service.get("/").says("here");
    }

    #[test]
    fn a_port_that_is_taken_ends_the_start_with_help() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = taken.local_addr().expect("it is bound").port().to_string();
        let ended = program().env("VELITHON_SERVER__PORT", &port).run().exits(1);
        let ended = ended.complains(&port).complains("help: ").never_says("listening");
        // What was built before is stopped.
        ended.complains("the desk is closed");
        program().args(&format!("--set server.port={port}")).run().exits(1).complains(&port);
    }

    #[test]
    fn two_services_do_not_share_a_port_unawares() {
        let first = service();
        let port = first.address().rsplit(':').next().expect("an address has a port").to_owned();
        program().env("VELITHON_SERVER__PORT", &port).run().exits(1).complains(&port);
        first.get("/").says("here");
    }

    #[test]
    fn a_unix_socket_serves_and_goes_with_the_service() {
        let socket = Scratch::path("socket");
        for runtime in ["per_core", "work_stealing"] {
            let on_socket = program().env("VELITHON_SERVER__UNIX", socket.name());
            let service = on_socket.env("VELITHON_SERVER__RUNTIME", runtime).start();
            assert_eq!(service.address(), socket.name());
            service.get("/").says("here");
            service.terminate();
            service.ended().exits(0);
            assert!(!socket.as_ref().exists());
        }
    }

    #[test]
    fn handlers_run_where_the_configuration_says() {
        let own = service().get("/thread").is(200).text();
        assert!(own.starts_with("velithon-") && own != "velithon-control", "{own}");
        let shared = work_stealing().get("/thread").is(200).text();
        assert!(!shared.starts_with("velithon-"), "{shared}");
    }
}

mod connections {
    use super::*;

    #[test]
    fn a_thousand_requests_on_one_connection() {
        let service = service();
        let mut connection = service.connect();
        for _ in 0..1000 {
            connection.request("GET", "/", &[], b"");
            connection.reply().says("here");
        }
    }

    #[test]
    fn a_thousand_requests_from_many_clients_at_once() {
        for service in [service(), work_stealing()] {
            thread::scope(|scope| {
                for _ in 0..20 {
                    scope.spawn(|| (0..50).for_each(|_| drop(service.get("/").says("here"))));
                }
            });
        }
    }

    #[test]
    fn requests_sent_together_are_answered_in_order() {
        let service = service();
        let mut connection = service.connect();
        connection.send(["/", "/nowhere", "/"].map(|path| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).concat());
        connection.reply().says("here");
        connection.reply().is_problem(404);
        connection.reply().says("here");
    }

    #[test]
    fn a_client_that_wants_no_more_is_let_go() {
        let service = service();
        let mut connection = service.connect();
        connection.request("GET", "/", &[("connection", "close")], b"");
        connection.reply().says("here");
        assert!(connection.is_closed());
    }

    #[test]
    fn a_head_that_comes_too_slowly_is_408() {
        let service = program().env("VELITHON_SERVER__HEAD_TIMEOUT", "100ms").start();
        let mut connection = service.connect();
        connection.send("GET / HTT");
        connection.reply().is_problem(408);
        assert!(connection.is_closed());
        service.get("/").says("here");
    }

    #[test]
    fn an_idle_connection_is_closed_in_the_end() {
        let service = program().env("VELITHON_SERVER__KEEP_ALIVE", "100ms").start();
        let mut connection = service.connect();
        connection.request("GET", "/", &[], b"");
        connection.reply().says("here");
        assert!(connection.is_closed());
    }

    #[test]
    fn what_is_no_http_is_refused_and_hurts_nobody() {
        let service = service();
        for bytes in
            ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{1} HTTP/1.1\r\nhost: x\r\n\r\n", "{}\r\n\r\n"]
        {
            let mut connection = service.connect();
            connection.send(bytes);
            connection.reply().is(400);
        }
        service.get("/").says("here");
    }

    #[test]
    fn a_head_without_end_is_431() {
        let service = service();
        let mut connection = service.connect();
        connection.request("GET", "/", &[("x-long", &"x".repeat(40_000))], b"");
        connection.reply().is(431);
        service.get("/").says("here");
    }

    #[test]
    fn more_requests_than_allowed_are_503_with_a_hint() {
        let service = program().env("VELITHON_SERVER__MAX_IN_FLIGHT", "1").start();
        let mut busy = begin(&service);
        service.get("/").has("retry-after", "1").is_problem(503);
        busy.send("body");
        busy.reply().is(200);
        service.get("/").says("here");
    }

    #[test]
    fn a_request_whose_client_left_is_in_flight_until_its_values_have_ended() {
        let service = program().env("VELITHON_SERVER__MAX_IN_FLIGHT", "2").start();
        let mut left = service.connect();
        left.request("GET", "/visit", &[], b"");
        service.stderr().wait_for("a visit has begun");
        drop(left);
        service.stderr().wait_for("a visit is to end");
        let mut busy = begin(&service);
        service.get("/").is_problem(503);
        busy.send("body");
        busy.reply().is(200);
        let mut waiting = service.connect();
        waiting.request("GET", "/wait", &[], b"");
        service.stderr().wait_for("a visit has ended");
        // The line is written before the place is given back, by no more than a few instructions.
        let begun = Instant::now();
        let mut reply = service.get("/entered/1");
        while reply.status == 503 && begun.elapsed() < Duration::from_secs(10) {
            reply = service.get("/entered/1");
        }
        reply.is(200);
    }

    #[test]
    fn a_handler_is_dropped_when_its_client_leaves() {
        for service in [service(), work_stealing()] {
            let mut connection = service.connect();
            connection.request("GET", "/wait", &[], b"");
            service.get("/entered/1").is(200);
            drop(connection);
            service.get("/left/1").is(200);
        }
    }
}

mod log {
    use super::*;

    #[test]
    fn the_access_log_tells_the_status_that_was_sent() {
        let service = program().env("VELITHON_LOG__ACCESS", "true").start();
        for (method, path, status) in
            [("GET", "/", 200), ("GET", "/nowhere", 404), ("PUT", "/read", 405), ("GET", "/fails", 500)]
        {
            service.request(method, path, &[], "").is(status);
            service.stderr().wait_for(&format!("\"status\":{status},"));
        }
        assert_eq!(service.stderr().text().matches("\"status\":200").count(), 1);
    }

    #[test]
    fn a_problem_carries_the_request_id_under_which_the_log_holds_its_cause() {
        let service = program().env("VELITHON_LOG__REQUEST_ID", "true").start();
        let reply = service.get("/fails");
        let id = reply.header("x-request-id").expect("it is returned").to_owned();
        assert_eq!(reply.is_problem(500)["request_id"], id.as_str());
        service.stderr().wait_for("hunter2");
        let log = service.stderr().text();
        let line = log.lines().find(|line| line.contains("hunter2")).unwrap_or_default();
        assert!(line.contains(&id), "{log}");
    }

    #[test]
    fn requests_are_not_logged_unasked() {
        let service = service();
        service.get("/nowhere").is_problem(404);
        service.terminate();
        let ended = service.ended().exits(0);
        assert!(!ended.stderr.contains("/nowhere"), "{}", ended.stderr);
    }
}

mod command_line {
    use super::*;

    #[test]
    fn help_explains_every_command() {
        let help = program().args("--help").run().exits(0);
        let help = help.says("serve").says("check").says("routes").says("graph").says("config").says("--set");
        help.says("exits with 0 or 2");
        program().args("serv").run().exits(2).complains("serve");
    }

    #[test]
    fn routes_tells_handler_place_crate_and_middleware() {
        let routes = program().args("routes").run().exits(0);
        routes.says("GET   /left/{count}\n").says("POST  /read\n").never_says("/reports").never_says("runtime.rs");
        let routes = program().args("routes -v").run().exits(0);
        let routes = routes.says("/thread").says("tests/apps/runtime.rs:").says("  runtime\n");
        routes.says("\n      audit\n").says("\n      no middleware\n");
    }

    #[test]
    fn check_counts_and_lists_what_is_off() {
        let check = program().args("check").run().exits(0);
        check.says("ok: 10 route(s), ").says("1 item(s) are switched off");
        let check = program().args("check -v").run().exits(0);
        check.says("off: GET /reports at tests/apps/runtime.rs:").says("since `features.reports` does not hold");
        let check = program().env("VELITHON_FEATURES__REPORTS", "true").args("check -v").run().exits(0);
        check.says("ok: 11 route(s), ").never_says("off");
    }

    #[test]
    fn graph_draws_who_needs_whom() {
        let graph = program().args("graph").run().exits(0);
        graph.says("Desk  singleton  tests/apps/runtime.rs:").says("\n  - Room  singleton  tests/apps/runtime.rs:");
        let graph = program().args("graph --mermaid").run().exits(0).says("flowchart TD\n");
        graph.says("[\"Desk (singleton)\"]").says(" --> ");
    }

    #[test]
    fn config_tells_values_and_sources_and_no_secret() {
        let program = || program().toml("[office]\nname = \"branch\"\n").env("VELITHON_OFFICE__KEY", "hunter2");
        let config = program().args("config --set server.grace=3s").run().exits(0);
        let config = config.says("\"branch\"").says(".toml:2").says("VELITHON_OFFICE__KEY").never_says("hunter2");
        config.says("3s").says("--set").says("***").says("VELITHON_SERVER__PORT");
    }

    #[test]
    fn nothing_is_built_to_answer_a_question() {
        for question in ["check", "routes", "graph", "config"] {
            let ended = program().args(question).run().exits(0);
            assert_eq!(ended.stderr, "", "{question}");
        }
    }
}
