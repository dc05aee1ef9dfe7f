//! Faults that were seen elsewhere and must never appear here, one test each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use velithon_tests::Service;
use velithon_tests::gateway::chaos::{Chaos, Mode};

use crate::{everything_to, program, proxy_to, within};

fn several(count: usize, mode: Mode) -> Vec<Chaos> {
    (0..count).map(|_| Chaos::start(mode).unwrap()).collect()
}

fn proxy_of(targets: &[Chaos], keys: &str) -> Service {
    proxy_to(&targets.iter().map(Chaos::address).collect::<Vec<_>>(), keys)
}

fn ask(proxy: &Service, method: &str, count: usize) -> Vec<u16> {
    let mut connection = proxy.connect();
    let mut status = || {
        connection.request(method, "/", &[], b"");
        connection.reply().status
    };
    (0..count).map(|_| status()).collect()
}

/// Regression 28.
#[test]
fn one_target_and_several_keep_their_connections() {
    for count in [1, 3] {
        let targets = several(count, Mode::Answer);
        let proxy = proxy_of(&targets, "");
        assert!(ask(&proxy, "GET", 200).iter().all(|status| *status == 200));
        let opened: u64 = targets.iter().map(Chaos::accepted).sum();
        assert!(opened <= 2 * count as u64, "{opened} connections for 200 requests one after another");
    }
}

/// Regression 28.
#[test]
fn one_target_and_several_share_one_breaker() {
    for count in [1, 3] {
        let targets = several(count, Mode::Garbage);
        let proxy = proxy_of(&targets, "retries = 0\nbreaker = \"classic\"");
        assert_eq!(ask(&proxy, "GET", 8), [502, 502, 502, 502, 502, 503, 503, 503]);
        let met: u64 = targets.iter().map(Chaos::requests).sum();
        assert_eq!(met, 5, "an open breaker lets nothing through");
    }
}

/// Regression 29.
#[test]
fn post_is_never_sent_twice_after_a_byte_of_it_was_written() {
    for mode in [Mode::EndAfter(0), Mode::ResetAfter(0), Mode::Garbage, Mode::CloseUnread] {
        let targets = several(3, mode);
        let proxy = proxy_of(&targets, "breaker = \"off\"");
        proxy.request("POST", "/pay", &[], "an order").is(502);
        let met: u64 = targets.iter().map(Chaos::requests).sum();
        assert_eq!(met, 1, "{mode:?}");
    }
}

/// Regression 29, on a connection that was used before: only what was not written may be sent again.
#[test]
fn post_on_a_dying_connection_is_met_once() {
    let target = Chaos::start(Mode::Answer).unwrap();
    let proxy = proxy_to(&[target.address()], "breaker = \"off\"");
    assert_eq!(ask(&proxy, "GET", 1), [200]);
    target.become_(Mode::EndAfter(0));
    proxy.request("POST", "/pay", &[], "an order").is(502);
    assert_eq!(target.requests(), 2);
}

/// Regression 30.
#[test]
fn a_breaker_lets_three_of_fifty_callers_probe() {
    let target = Chaos::start(Mode::Garbage).unwrap();
    let keys = "retries = 0\nbreaker = { ratio = \"50%\", min = 5, window = \"10s\", open = \"1s..1s\", probes = 3, successes = 2 }";
    let proxy = Arc::new(proxy_to(&[target.address()], keys));
    assert!(within(Duration::from_secs(5), || ask(&proxy, "GET", 1) == [503]).is_some(), "it never opens");
    target.become_(Mode::Slow(Duration::from_millis(500)));
    // Until the open time is over every caller is refused; the one that finds it over is the first probe.
    thread::sleep(Duration::from_millis(1500));
    let before = target.requests();
    let passed = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let (proxy, passed) = (proxy.clone(), passed.clone());
            thread::spawn(move || {
                let status = proxy.get("/").status;
                assert!(matches!(status, 200 | 503), "{status}");
                passed.fetch_add(usize::from(status == 200), Ordering::Relaxed);
            })
        })
        .collect();
    callers.into_iter().for_each(|caller| caller.join().unwrap());
    let (met, passed) = (target.requests() - before, passed.load(Ordering::Relaxed));
    assert!((1..=3).contains(&met), "{met} of 50 reached the upstream");
    assert_eq!(passed as u64, met);
    assert_eq!(ask(&proxy, "GET", 3), [200, 200, 200], "it closes again");
}

/// Regression 31.
#[test]
fn a_target_that_fails_is_taken_out_and_noticed_when_it_is_well() {
    let targets = several(2, Mode::Answer);
    targets[0].become_(Mode::Garbage);
    let proxy = proxy_of(&targets, "breaker = \"off\"\nbalance = \"round_robin\"");
    assert!(ask(&proxy, "GET", 40).iter().all(|status| matches!(status, 200 | 502)));
    let met = targets[0].requests();
    assert!(met < 20, "{met} of 40 requests went to a target that fails each");
    targets[0].become_(Mode::Answer);
    let back = within(Duration::from_secs(20), || {
        ask(&proxy, "GET", 2);
        targets[0].requests() > met
    });
    assert!(back.is_some(), "it never comes back");
}

/// Regression 31.
#[test]
fn the_last_target_is_never_taken_out() {
    let target = Chaos::start(Mode::Garbage).unwrap();
    let proxy = proxy_to(&[target.address()], "retries = 0\nbreaker = \"off\"");
    assert_eq!(ask(&proxy, "GET", 30), [502; 30]);
    assert_eq!(target.requests(), 30);
    target.become_(Mode::Answer);
    assert_eq!(ask(&proxy, "GET", 1), [200]);
}

/// Regression 32.
#[test]
fn weights_are_smooth_over_each_round() {
    let targets = several(3, Mode::Answer);
    let [a, b, c] = [0, 1, 2].map(|number: usize| targets[number].address());
    let text = format!(
        "[upstream.origin]\ntargets = [\"http://{a}; weight=5\", \"http://{b}\", \"http://{c}\"]\nbalance = \"weighted\"\n\n\
         [gateway.everything]\npath = \"/\"\nupstream = \"origin\"\n"
    );
    // One worker: each has counters of its own.
    let proxy = program().env("VELITHON_SERVER__THREADS", "1").toml(&text).start();
    let mut sequence = String::new();
    let mut met = [0; 3];
    for _ in 0..7 {
        proxy.get("/").is(200);
        let now = [0, 1, 2].map(|number: usize| targets[number].requests());
        let changed = (0..3).find(|number| now[*number] > met[*number]).unwrap();
        sequence.push(['a', 'b', 'c'][changed]);
        met = now;
    }
    assert_eq!(sequence, "aabacaa");
}

/// Regression 32.
#[test]
fn a_weight_of_zero_is_told_at_start() {
    let text = everything_to(&[], "").replace("targets = []", "targets = [\"http://127.0.0.1:9; weight=0\"]");
    program().toml(&text).run().exits(2).complains("weight");
}

/// Regressions 34 and 26: the scripts 31 to 38, 42, 50 and 56 look at single fields; this looks at a whole request.
#[test]
fn a_request_passes_unchanged_but_for_what_a_proxy_must_say() {
    let upstream = velithon_tests::gateway::recorder::Recorder::echo();
    let proxy = proxy_to(&[upstream.address()], "");
    let mut connection = proxy.connect();
    connection.send(
        "GET /a%2Fb//c?x=1&x=2&y=%2B+ HTTP/1.1\r\nhost: shop.example\r\naccept: a\r\naccept: b\r\nX-Odd: \t v \r\n\r\n",
    );
    let reply = connection.reply().is(200);
    let request = reply.text();
    let mut lines: Vec<&str> = request.trim_end().split("\r\n").collect();
    assert_eq!(lines.remove(0), "GET /a%2Fb//c?x=1&x=2&y=%2B+ HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: {}", upstream.address());
    let port = proxy.address().rsplit(':').next().unwrap().to_owned();
    let port = format!("x-forwarded-port: {port}");
    let mut expected = vec![
        "accept: a",
        "accept: b",
        host.as_str(),
        "via: 1.1 velithon",
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-host: shop.example",
        port.as_str(),
        "x-forwarded-proto: http",
        "x-odd: v",
    ];
    expected.sort_unstable();
    let without_port = |lines: &[&str]| -> Vec<String> {
        let kept = lines.iter().filter(|line| !line.starts_with("x-forwarded-port:"));
        kept.map(|line| (*line).to_owned()).collect()
    };
    assert_eq!(without_port(&lines), without_port(&expected));
}
