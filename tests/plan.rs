//! What the plan refuses: each fault is told with its places, the exit code is 2, nothing is bound and nothing built.
//!
//! The programs stand in `apps/faulty`. Their messages are compared whole, so that a worse one shows in the diff.

use std::net::TcpListener;

use velithon_tests::Program;

macro_rules! faulty {
    ($name:literal) => {
        || Program::new(env!(concat!("CARGO_BIN_EXE_", $name)))
    };
}

/// The faults of a program, as `check` and `serve` both tell them.
#[track_caller]
fn faults(program: impl Fn() -> Program) -> String {
    let checked = program().args("check").run().exits(2);
    // Whoever binds before the plan is checked would find the port taken, and exit with 1.
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = taken.local_addr().expect("it is bound").port();
    let served = program().args("serve").env("VELITHON_SERVER__PORT", port.to_string()).run().exits(2);
    assert_eq!((served.stdout.as_str(), &served.stderr), ("", &checked.stderr));
    checked.stderr
}

/// Asserts the one fault of a program, word for word.
#[track_caller]
fn refused(program: impl Fn() -> Program, fault: &str) {
    let end = "\n\nerror: the application cannot start because of 1 fault; nothing was bound or built\n";
    let found = faults(program);
    assert!(found == format!("{}{end}", fault.trim_end()), "expected:\n{fault}\nfound:\n{found}");
}

#[test]
fn a_route_that_two_crates_serve_is_refused() {
    refused(
        faulty!("route_twice_across_crates"),
        "\
error: two handlers serve `GET /invoices/{number}`
  --> tests/fixtures/billing/src/lib.rs:13:10  `invoice` at `/invoices/{id}`
  --> tests/apps/faulty/route_twice_across_crates.rs:6:10  `own` at `/invoices/{number}`
   = a request for that path would fit both; the names of captures make no difference
   = help: change one path or method, tell them apart by `accept` or `header`, or give them a `when` each
",
    );
}

#[test]
fn guards_that_tell_nothing_apart_are_refused() {
    refused(
        faulty!("equal_guards"),
        "\
error: two handlers serve `GET /report`
  --> tests/apps/faulty/equal_guards.rs:6:10  `table` at `/report`, accept = \"text/csv\"
  --> tests/apps/faulty/equal_guards.rs:11:10  `sheet` at `/report`, accept = \"text/csv\"
   = a request that fits one of them fits the other too: their guards are the same
   = help: change one path or method, tell them apart by `accept` or `header`, or give them a `when` each
",
    );
}

#[test]
fn a_route_is_not_served_without_the_middleware_it_asks_for() {
    let found = faults(faulty!("middleware_off"));
    assert_eq!(
        found,
        "\
error: `audited` asks for the middleware `audit`, which is switched off
  --> tests/apps/faulty/middleware_off.rs:12:10  `audited`, `middleware = [audit]`
  --> tests/apps/faulty/middleware_off.rs:6:1  `when = \"features.audit\"` does not hold
   = what names a middleware is not served without it
   = help: give `audited` the same `when`, or say in `audit` itself where it runs, by `path`

error: `logged` asks for the middleware `access_log`, which is switched off
  --> tests/apps/faulty/middleware_off.rs:15:10  `logged`, `middleware = [access_log]`
   = what names a middleware is not served without it
   = help: switch it on: `app.access_log()`

error: the application cannot start because of 2 faults; nothing was bound or built
"
    );
}

#[test]
fn a_condition_on_what_does_not_exist_is_refused_with_the_nearest_name() {
    let found = faults(faulty!("unknown_section"));
    assert_eq!(
        found,
        "\
error: `when = \"shpo.open\"`: there is no section `shpo`
  --> tests/apps/faulty/unknown_section.rs:13:10  `when` of GET /open
   = help: write `shop.open`

error: `when = \"shop.opne == false\"`: there is no key `shop.opne`
  --> tests/apps/faulty/unknown_section.rs:18:10  `when` of GET /closed
   = help: write `open`

error: the application cannot start because of 2 faults; nothing was bound or built
"
    );
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_name() {
    let found = faults(|| Program::new(env!("CARGO_BIN_EXE_routes")).env("VELITHON_SHOP__OPNE", "true"));
    assert!(found.contains("VELITHON_SHOP__OPNE") && found.contains("write `open`"), "{found}");
    let toml = "[shop]\nopne = true\nedition = \"huge\"\n\n[servre]\n";
    let found = Program::new(env!("CARGO_BIN_EXE_routes")).toml(toml).args("check").run().exits(2);
    for wanted in [".toml:2:1", "write `open`", ".toml:3:11", "\"huge\"", ".toml:5:", "`server`", "3 faults"] {
        assert!(found.stderr.contains(wanted), "`{wanted}` is not in:\n{}", found.stderr);
    }
}

#[test]
fn a_crate_that_is_not_included_must_not_register() {
    refused(
        faulty!("stranger"),
        "\
error: `fixture_billing` registers 3 item(s), but `main` does not include it
  --> tests/fixtures/billing/src/lib.rs:6:1  provider
  --> tests/fixtures/billing/src/lib.rs:13:10  route
  --> tests/fixtures/billing/src/lib.rs:18:10  route
  --> tests/apps/faulty/stranger.rs:11:1  this is where crates are included
   = a dependency must not add routes, providers or middleware to a service that did not ask for them
   = help: write `include = [fixture_billing]`, or drop the dependency
",
    );
}

#[test]
fn an_included_crate_that_registers_nothing_is_refused() {
    refused(
        faulty!("nothing_included"),
        "\
error: the included crate `fixture_silent` has nothing to register
  --> tests/apps/faulty/nothing_included.rs:10:1  `include = [fixture_silent]`
   = a crate is included for its routes, providers, middleware or settings, and it has none of them
   = help: take `fixture_silent` out of `include`, or check that its items carry velithon's attributes
",
    );
}

#[test]
fn a_slot_without_a_binding_that_holds_lists_each_with_its_value() {
    refused(
        || faulty!("slot_choice")().env("VELITHON_STORE__KIND", "cloud"),
        "\
error: no binding of `dyn Files` holds
  --> tests/apps/faulty/slot_choice.rs:22:1  the slot
  --> tests/apps/faulty/slot_choice.rs:27:1  `Memory`, when store.kind == memory: does not hold, since `store.kind` is \"cloud\"
  --> tests/apps/faulty/slot_choice.rs:37:1  `Disk`, when store.kind == disk: does not hold, since `store.kind` is \"cloud\"
  --> tests/apps/faulty/slot_choice.rs:47:1  `Mirror`, when store.mirror: does not hold, since `store.mirror` is false
   = a slot has exactly one binding, chosen by configuration
   = help: set the configuration so that one holds, or add `#[inject(as = dyn Files)]`
",
    );
}

#[test]
fn a_slot_with_two_bindings_that_hold_lists_each_with_its_value() {
    refused(
        || faulty!("slot_choice")().toml("[store]\nkind = \"disk\"\nmirror = true\n"),
        "\
error: 2 bindings of `dyn Files` hold at once
  --> tests/apps/faulty/slot_choice.rs:22:1  the slot
  --> tests/apps/faulty/slot_choice.rs:27:1  `Memory`, when store.kind == memory: does not hold, since `store.kind` is \"disk\"
  --> tests/apps/faulty/slot_choice.rs:37:1  `Disk`, when store.kind == disk: holds, since `store.kind` is \"disk\"
  --> tests/apps/faulty/slot_choice.rs:47:1  `Mirror`, when store.mirror: holds, since `store.mirror` is true
   = a slot has exactly one binding, chosen by configuration
   = help: give all of them conditions that exclude each other
",
    );
}

#[test]
fn the_binding_that_holds_is_the_one_that_is_injected() {
    let program = faulty!("slot_choice");
    program().start().get("/files").says("memory Memory false");
    program().env("VELITHON_STORE__KIND", "disk").start().get("/files").says("disk Disk false");
    let mirror = program().env("VELITHON_STORE__KIND", "cloud").env("VELITHON_STORE__MIRROR", "true");
    mirror.start().get("/files").says("mirror Cloud true");
}

#[test]
fn a_cycle_through_a_slot_names_its_members() {
    refused(
        faulty!("slot_cycle"),
        "\
error: providers need each other in a circle: Smtp -> Users -> Smtp
  --> tests/apps/faulty/slot_cycle.rs:10:1  Smtp
  --> tests/apps/faulty/slot_cycle.rs:21:1  Users
   = none of them can be built first
   = help: move what both need into a provider of its own
",
    );
}

#[test]
fn a_singleton_cannot_hold_what_belongs_to_a_request_through_a_slot() {
    refused(
        faulty!("slot_captive"),
        "\
error: the singleton `Schedule` cannot hold the request-scoped `RequestClock`
  --> tests/apps/faulty/slot_captive.rs:20:1  `Schedule` lives as long as the application
  --> tests/apps/faulty/slot_captive.rs:10:1  `RequestClock` lives as long as one request
   = it would keep the value of the first request for all that follow
   = help: mark `Schedule` with `#[inject(request)]`, or pass the value as an argument
",
    );
}

#[test]
fn an_order_that_nothing_settles_names_both_middleware_and_builds_nothing() {
    // The program writes a line when its provider is built: the message would not be the whole output.
    refused(
        faulty!("unsettled_middleware"),
        "\
error: nothing settles whether `audit` or `stamp` runs first
  --> tests/apps/faulty/unsettled_middleware.rs:5:1  `audit`, priority 5000
  --> tests/apps/faulty/unsettled_middleware.rs:10:1  `stamp`, priority 5000
   = both run on some path, and the order of declaration has no meaning
   = help: write `after = audit` on `stamp`, or give both a `priority`
",
    );
}

#[test]
fn a_circle_of_before_and_after_names_its_members_only() {
    refused(
        faulty!("mixed_middleware_cycle"),
        "\
error: the order of the middleware `first`, `second`, `third` and `fourth` runs in a circle
  --> tests/apps/faulty/mixed_middleware_cycle.rs:5:1  `first`
  --> tests/apps/faulty/mixed_middleware_cycle.rs:10:1  `second`
  --> tests/apps/faulty/mixed_middleware_cycle.rs:15:1  `third`
  --> tests/apps/faulty/mixed_middleware_cycle.rs:20:1  `fourth`
   = each of them must run inside of the next, and the last inside of the first
   = help: take one `before` or `after` away
",
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let found = faults(faulty!("many"));
    let first_lines: Vec<&str> = found.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(
        first_lines,
        [
            "error: `fixture_billing` registers 3 item(s), but `main` does not include it",
            "error: the included crate `fixture_silent` has nothing to register",
            "error: nothing is bound to `dyn Files`",
            "error: nothing settles whether `audit` or `stamp` runs first",
            "error: `when = \"shpo.open\"`: there is no section `shpo`",
            "error: two handlers serve `GET /twice`",
            "error: the application cannot start because of 6 faults; nothing was bound or built",
        ]
    );
}

#[test]
fn a_configuration_that_cannot_be_read_hides_no_fault_of_the_records() {
    let found = faults(|| faulty!("many")().env("VELITHON_SHOP__OPNE", "true"));
    for wanted in ["registers 3 item(s)", "`fixture_silent` has nothing", "VELITHON_SHOP__OPNE"] {
        assert!(found.contains(wanted), "`{wanted}` is not in:\n{found}");
    }
}

#[test]
fn a_route_that_missed_the_keys_of_its_module_is_refused() {
    let found = faults(faulty!("renamed_attribute"));
    let one = |what: &str, place: &str| {
        format!(
            "\
error: {what} stands in a `#[routes]` module but did not get its prefix `/api`
  --> tests/apps/faulty/renamed_attribute.rs:{place}  its attribute was imported under another name
  --> tests/apps/faulty/renamed_attribute.rs:5:1  the module
   = `#[routes]` finds the attributes inside by their names
   = help: write the attribute by its own name, such as `#[get(..)]` or `#[velithon::get(..)]`

"
        )
    };
    let expected = [
        one("`users`", "11:14"),
        one("`Orders::all`", "30:22"),
        "error: the application cannot start because of 2 faults; nothing was bound or built\n".to_owned(),
    ];
    assert_eq!(found, expected.concat());
}

#[test]
fn tasks_that_cannot_run_are_refused_with_every_place() {
    let told = faults(|| faulty!("faulty_tasks")().env("VELITHON_TASKS__WORKER__QUEUES", "[\"mail\"]"));
    for fault in [
        "\
error: two tasks are called `mail.digest`
  --> tests/apps/faulty/tasks.rs:16:10  `mail.digest`
  --> tests/apps/faulty/tasks.rs:19:10  `mail.other`
   = a worker finds the function by this name
   = help: give one of them another `name = \"..\"`
",
        "\
error: the task `booked` cannot hold a value of a request
  --> tests/apps/faulty/tasks.rs:31:10  it belongs to no request
  --> tests/apps/faulty/tasks.rs:9:1  `OneLedger`
   = a task runs after the request, or without one
   = help: bind the trait to a singleton or transient, or give the task what it needs as an argument
",
        "\
error: the schedule of `nightly` cannot be followed
  --> tests/apps/faulty/tasks.rs:28:10  has `cron`
   = `Mars/Olympus` is no time zone
   = help: name a time zone as the IANA does: `tz = \"Europe/Berlin\"`
",
        "\
error: the broker `celery` is not configured
  --> tests/apps/faulty/tasks.rs:25:10  `proj.add` goes through it
   = nothing says where it is
   = help: add `[tasks.brokers.celery]` with its `url` to the configuration
",
        "\
error: no worker serves the queue `reports`
  --> tests/apps/faulty/tasks.rs:22:10  `reports.yearly` waits in it
  --> VELITHON_TASKS__WORKER__QUEUES  serves `mail`
   = the task would wait for ever
   = help: add \"reports\" to `queues` of `[tasks.worker]`, or leave the key out to serve all
",
    ] {
        assert!(told.contains(fault), "expected:\n{fault}\nfound:\n{told}");
    }
    assert!(told.contains("because of 5 faults"), "{told}");
}
