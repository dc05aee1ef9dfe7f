//! Upstreams while the service runs: reloads, checks, discovery, targets that die and come back.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use velithon_tests::{Program, Scratch, Service};

/// A server that says its name, and what it was asked.
struct Target {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    name: &'static str,
    status: AtomicU16,
    health: AtomicU16,
    requests: AtomicUsize,
    checks: AtomicUsize,
    over: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
    /// How long a reply takes, in milliseconds.
    delay: AtomicU16,
}

impl Target {
    fn new(name: &'static str) -> Self {
        Self::at(name, "127.0.0.1:0".parse().expect("an address"))
    }

    fn at(name: &'static str, address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let state = Arc::new(State {
            name,
            status: AtomicU16::new(200),
            health: AtomicU16::new(200),
            requests: AtomicUsize::new(0),
            checks: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            open: Mutex::default(),
            delay: AtomicU16::new(0),
        });
        let target = Self { address: listener.local_addr().expect("an address"), state: Arc::clone(&state) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if state.over.load(SeqCst) {
                    return;
                }
                state.open.lock().expect("the list").push(stream.try_clone().expect("a copy"));
                let state = Arc::clone(&state);
                thread::spawn(move || state.serve(stream));
            }
        });
        target
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn requests(&self) -> usize {
        self.state.requests.load(SeqCst)
    }

    /// Dies as a killed process does: nobody listens, and every connection is gone.
    fn kill(&self) {
        self.state.over.store(true, SeqCst);
        // Wakes the accepting thread, which drops the listener.
        let _ = TcpStream::connect(self.address);
        eventually("nobody listens any longer", || TcpStream::connect(self.address).is_err());
        for stream in self.state.open.lock().expect("the list").drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.state.over.store(true, SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    fn serve(&self, stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().expect("a copy")).lines();
        let mut stream = stream;
        while let Some(Ok(first)) = lines.next() {
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let is_check = first.starts_with("GET /health ");
            let (count, status) = if is_check { (&self.checks, &self.health) } else { (&self.requests, &self.status) };
            count.fetch_add(1, SeqCst);
            thread::sleep(Duration::from_millis(self.delay.load(SeqCst).into()));
            let (status, name) = (status.load(SeqCst), self.name);
            let reply = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n\r\n{name}", name.len());
            if stream.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    }
}

#[track_caller]
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "after 20 seconds it is not so that {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A service whose configuration can be written anew.
struct Running {
    service: Service,
    file: Scratch,
}

impl Running {
    fn new(upstream: &str) -> Self {
        let file = Scratch::file("toml", &section(upstream));
        let program = Program::new(env!("CARGO_BIN_EXE_upkeep")).env("VELITHON_CONFIG", file.name());
        Self { service: program.start(), file }
    }

    fn write(&self, text: &str) {
        std::fs::write(self.file.name(), text).expect("a file");
    }

    fn reload(&self, upstream: &str) {
        self.write(&section(upstream));
        self.service.hang_up();
    }

    fn get(&self) -> u16 {
        self.service.get("/shop/shelf").status
    }
}

fn section(upstream: &str) -> String {
    format!("[upstream.shop]\n{upstream}\n")
}

fn weights(a: (&Target, u32), b: (&Target, u32)) -> String {
    format!("balance = 'weighted'\ntargets = ['{}; weight={}', '{}; weight={}']", a.0.url(), a.1, b.0.url(), b.1)
}

#[test]
fn weights_change_under_load_and_no_request_is_lost() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    let running = Running::new(&weights((&a, 1), (&b, 1)));
    let (over, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = running.service.connect();
                while !over.load(SeqCst) {
                    connection.request("GET", "/shop/shelf", &[], b"");
                    connection.reply().is(200);
                    asked.fetch_add(1, SeqCst);
                }
            });
        }
        for weight in [2, 3, 9, 1, 4] {
            let before = asked.load(SeqCst);
            eventually("requests go on", || asked.load(SeqCst) > before + 50);
            running.reload(&weights((&a, 1), (&b, weight)));
        }
        eventually("the last reload is done", || {
            running.service.stderr().text().matches("go on with the configuration").count() == 5
        });
        over.store(true, SeqCst);
    });
    assert_eq!(a.requests() + b.requests(), asked.load(SeqCst));
    let (first, second) = (a.requests(), b.requests());
    (0..50).for_each(|_| assert_eq!(running.get(), 200));
    assert_eq!((a.requests() - first, b.requests() - second), (10, 40));
}

#[test]
fn what_is_under_way_at_a_target_that_is_taken_out_is_let_finish() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    a.state.delay.store(2000, SeqCst);
    let running = Running::new(&format!("targets = ['{}']", a.url()));
    thread::scope(|scope| {
        let under_way = scope.spawn(|| running.service.get("/shop/shelf"));
        eventually("the request is at its target", || a.requests() == 1);
        running.reload(&format!("targets = ['{}']", b.url()));
        running.service.stderr().wait_for("go on with the configuration");
        running.service.get("/shop/shelf").says("b");
        assert!(!under_way.is_finished(), "the target that is out has answered already: the test shows nothing");
        under_way.join().expect("no panic").says("a");
    });
    (0..10).for_each(|_| assert_eq!(running.get(), 200));
    assert_eq!(a.requests(), 1);
}

#[test]
fn a_target_that_is_back_gets_a_growing_share() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    b.state.health.store(503, SeqCst);
    let keys = "balance = 'weighted'\nslow_start = '8s'\nhealth = { path = '/health', every = '100ms' }";
    let running = Running::new(&format!("targets = ['{}', '{}']\n{keys}", a.url(), b.url()));
    (0..20).for_each(|_| assert_eq!(running.get(), 200));
    // The other one has been there for longer than its own slow start.
    thread::sleep(Duration::from_secs(8));
    assert_eq!(b.requests(), 0);
    b.state.health.store(200, SeqCst);
    eventually("it is taken back", || running.get() == 200 && b.requests() > 0);
    let share = || {
        let before = b.requests();
        (0..40).for_each(|_| assert_eq!(running.get(), 200));
        b.requests() - before
    };
    let first = share();
    assert!((1..=14).contains(&first), "{first} of 40 at once");
    eventually("it has its whole share", || share() == 20);
}

#[test]
fn a_faulty_configuration_changes_nothing_and_is_told() {
    let a = Target::new("a");
    let running = Running::new(&format!("targets = ['{}']", a.url()));
    running.reload("targets = ['http://127.0.0.1:1']\nbalance = 'wieghted'");
    running.service.stderr().wait_for("the service goes on as before");
    let told = running.service.stderr().text();
    assert!(told.contains("did you mean `weighted`?"), "{told}");
    assert_eq!(running.get(), 200);
}

#[test]
fn what_needs_a_restart_is_refused_by_name() {
    let a = Target::new("a");
    let running = Running::new(&format!("targets = ['{}']", a.url()));
    running.write(
        "[upstream.shop]\ntargets = ['http://127.0.0.1:1']\n\
         [gateway.shop_route]\nmethods = ['POST']\n\
         [gateway.legacy]\npath = '/legacy'\nupstream = 'shop'\n",
    );
    running.service.hang_up();
    running.service.stderr().wait_for("the service goes on as before");
    let told = running.service.stderr().text();
    assert!(told.contains("`methods` of the gateway `shop_route` has changed; that needs a restart"), "{told}");
    assert!(told.contains("the new gateway `legacy` needs a restart"), "{told}");
    assert_eq!(running.get(), 200);
}

#[test]
fn a_gateway_goes_on_with_its_new_settings() {
    let a = Target::new("a");
    let upstream = format!("[upstream.shop]\ntargets = ['{}']\n", a.url());
    let running = Running::new(&format!("targets = ['{}']", a.url()));
    assert_eq!(running.service.get("/shop/shelf").header("x-shop"), None);
    running.write(&format!("{upstream}[gateway.shop_route]\nresponse = {{ set = {{ x-shop = 'open' }} }}\n"));
    running.service.hang_up();
    eventually("replies have the new field", || running.service.get("/shop/shelf").header("x-shop") == Some("open"));
}

#[test]
fn the_file_is_looked_at_when_the_service_is_told_so() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    let text =
        |target: &Target| format!("[server]\nreload = '50ms'\n[upstream.shop]\ntargets = ['{}']\n", target.url());
    let file = Scratch::file("toml", &text(&a));
    let service = Program::new(env!("CARGO_BIN_EXE_upkeep")).env("VELITHON_CONFIG", file.name()).start();
    service.get("/shop/shelf").says("a");
    // The other port may be as long as the first one: then the time of the change tells them apart.
    std::fs::write(file.name(), format!("{}# changed\n", text(&b))).expect("a file");
    eventually("the other target answers", || service.get("/shop/shelf").text() == "b");
}

// Regression 31: a dead target stops receiving traffic, and recovery is noticed.
#[test]
fn a_target_that_dies_costs_no_request_and_is_used_again_when_it_is_back() {
    let (a, b, c) = (Target::new("a"), Target::new("b"), Target::new("c"));
    let targets = format!("targets = ['{}', '{}', '{}']", a.url(), b.url(), c.url());
    let running = Running::new(&format!("{targets}\nhealth = {{ path = '/health', every = '300ms' }}"));
    (0..60).for_each(|_| assert_eq!(running.get(), 200));
    assert_eq!(a.requests() + b.requests() + c.requests(), 60);
    b.kill();
    (0..200).for_each(|_| assert_eq!(running.get(), 200));
    running.service.stderr().wait_for("a target is down");
    let back = Target::at("b again", b.address);
    let returned = Instant::now();
    eventually("the target that is back has traffic", || running.get() == 200 && back.requests() > 0);
    assert!(returned.elapsed() < Duration::from_secs(2), "{:?}", returned.elapsed());
}

#[test]
fn a_target_whose_first_check_fails_gets_no_request() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    b.state.health.store(503, SeqCst);
    let running = Running::new(&format!("targets = ['{}', '{}']\nhealth = '/health'", a.url(), b.url()));
    assert!(a.state.checks.load(SeqCst) > 0 && b.state.checks.load(SeqCst) > 0);
    (0..40).for_each(|_| assert_eq!(running.get(), 200));
    assert_eq!((a.requests(), b.requests()), (40, 0));
}

#[test]
fn without_checks_a_target_that_fails_is_left_out_by_what_requests_see() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    b.state.status.store(503, SeqCst);
    let running = Running::new(&format!("balance = 'round_robin'\ntargets = ['{}', '{}']", a.url(), b.url()));
    (0..40).for_each(|_| assert_eq!(running.get(), 200));
    assert_eq!(b.requests(), 5);
    b.state.status.store(200, SeqCst);
    eventually("the target is used again", || running.get() == 200 && b.requests() > 5);
}

// Regression 30 and D7: 5xx opens the breaker, and recovery is no stampede.
#[test]
fn three_probes_of_fifty_callers_reach_an_upstream_that_failed() {
    let a = Target::new("a");
    a.state.status.store(503, SeqCst);
    let breaker = "breaker = { min = 5, open = '600ms' }\nretries = 0";
    let running = Running::new(&format!("targets = ['{}']\n{breaker}", a.url()));
    (0..5).for_each(|_| assert_eq!(running.get(), 503));
    let refused = running.service.get("/shop/shelf");
    assert_eq!(a.requests(), 5);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(refused.is_problem(503)["reason"], "circuit_open");
    a.state.status.store(200, SeqCst);
    a.state.delay.store(1500, SeqCst);
    // Open for 600 ms, a fifth more or less.
    thread::sleep(Duration::from_millis(800));
    let (passed, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| match running.get() {
                200 => passed.fetch_add(1, SeqCst),
                _ => refused.fetch_add(1, SeqCst),
            });
        }
    });
    assert_eq!((passed.load(SeqCst), refused.load(SeqCst), a.requests()), (3, 47, 8));
    a.state.delay.store(0, SeqCst);
    (0..20).for_each(|_| assert_eq!(running.get(), 200));
}

#[test]
fn a_file_says_which_targets_there_are() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    let list = Scratch::file("toml", &format!("targets = ['{}']", a.url()));
    let running = Running::new(&format!("targets = []\ndiscover = 'file:{}'", list.name()));
    running.service.get("/shop/shelf").says("a");
    std::fs::write(list.name(), format!("targets = ['{}'] # moved", b.url())).expect("a file");
    eventually("the new target answers", || running.service.get("/shop/shelf").text() == "b");
    std::fs::write(list.name(), "targets = ['nonsense'] # to be told, not followed").expect("a file");
    running.service.stderr().wait_for("discovery failed");
    running.service.get("/shop/shelf").says("b");
}

#[test]
fn an_operator_drains_a_target_and_takes_it_back() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    let text = format!(
        "[mount]\ndashboard = '/_velithon'\n[upstream.shop]\nbalance = 'round_robin'\ntargets = ['{}', '{}']\n",
        a.url(),
        b.url()
    );
    let program = Program::new(env!("CARGO_BIN_EXE_upkeep")).toml(&text);
    let service = program.env("VELITHON_MOUNT__DASHBOARD_TOKEN", "sesame").start();
    let bearer = [("authorization", "Bearer sesame")];
    let post = |path: &str, headers: &[(&str, &str)]| {
        service.request("POST", &format!("/_velithon/gateway/shop/{path}"), headers, "").status
    };
    let drain = format!("{}/drain", b.address);
    assert_eq!(post(&drain, &[]), 401);
    assert_eq!(post(&drain, &[("authorization", "Bearer open")]), 401);
    assert_eq!(post("127.0.0.1:1/drain", &bearer), 404);
    assert_eq!(post(&drain, &bearer), 204);
    (0..10).for_each(|_| drop(service.get("/shop/shelf").says("a")));
    let state = service.get_with("/_velithon/gateway.json", &bearer).json();
    let shop = &state["upstreams"][0];
    assert_eq!((&shop["name"], &shop["breaker"]), (&"shop".into(), &"closed".into()));
    assert_eq!((&shop["targets"][0]["state"], &shop["targets"][1]["state"]), (&"eligible".into(), &"draining".into()));
    assert_eq!(post(&format!("{}/undrain", b.address), &bearer), 204);
    eventually("both are used", || service.get("/shop/shelf").text() == "b");
    assert_eq!(post("breaker/reset", &bearer), 204);
}

#[test]
fn without_a_token_the_dashboard_shows_itself_to_this_machine_and_changes_nothing() {
    let a = Target::new("a");
    let running = Running::new(&format!("targets = ['{}']\n[mount]\ndashboard = '/_velithon/'", a.url()));
    running.service.get("/_velithon/gateway.json").is(200);
    running.service.get_with("/_velithon/gateway.json", &[("x-forwarded-for", "1.2.3.4")]).is(404);
    let path = format!("/_velithon/gateway/shop/{}/drain", a.address);
    let refused = running.service.request("POST", &path, &[], "").is_problem(403);
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("dashboard_token")), "{refused}");
    assert_eq!(running.get(), 200);
}

#[test]
fn a_client_with_a_cookie_stays_at_its_target() {
    let (a, b) = (Target::new("a"), Target::new("b"));
    let running = Running::new(&format!("balance = 'sticky(cookie)'\ntargets = ['{}', '{}']", a.url(), b.url()));
    let first = running.service.get("/shop/shelf");
    let cookie = first.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
    for _ in 0..20 {
        let again = running.service.get_with("/shop/shelf", &[("cookie", &cookie)]);
        assert_eq!(again.text(), first.text());
        assert_eq!(again.header("set-cookie"), None);
    }
}
