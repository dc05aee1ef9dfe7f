//! What an idle connection costs, measured from outside: ten thousand of them, each of which has had a reply.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use velithon_tests::{PATIENCE, Program, Service};

const CONNECTIONS: usize = 10_000;

/// Bytes of memory that one of them may hold. They hold far less; the rest is what the busy ones left behind.
const BUDGET: usize = 10 * 1024;

/// Many clients in one process.
struct Clients {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Clients {
    fn new(address: &str) -> Self {
        let mut command = with_files(env!("CARGO_BIN_EXE_idle_clients"));
        let pipes = command.arg(address).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = pipes.spawn().expect("the clients start");
        let orders = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Self { process, orders, answers }
    }

    #[track_caller]
    fn obey(&mut self, order: &str) {
        writeln!(self.orders, "{order}").expect("the clients listen");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the clients answer");
        assert_eq!(answer, "done\n", "`{order}` failed");
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A program that may open enough files; most shells allow a process fewer.
fn with_files(path: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {} && exec \"$0\" \"$@\"", CONNECTIONS + 500), path]);
    command
}

/// Bytes of the service's memory that are resident.
fn resident(service: &Service) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it has a size");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("it is a number") * 1024
}

/// Waits until no more than `most` bytes are resident; says how many are, also when that does not come about.
///
/// The allocator gives memory back while it is asked for some, so the service gets something to do.
fn settled(service: &Service, most: usize) -> usize {
    let begun = Instant::now();
    loop {
        let now = resident(service);
        if now <= most || begun.elapsed() > PATIENCE / 2 {
            return now;
        }
        service.get("/").is(200);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn ten_thousand_idle_connections_are_small_are_served_and_give_their_memory_back() {
    // What the service frees is to be seen at once; by default the allocator keeps it for a while in case it is asked again.
    let service = Program::of(with_files(env!("CARGO_BIN_EXE_idle"))).env("MIMALLOC_PURGE_DELAY", "0").start();
    service.get("/").says("here");
    let before = resident(&service);
    let mut clients = Clients::new(service.address());

    clients.obey(&format!("open {CONNECTIONS}"));
    let idle = settled(&service, before + CONNECTIONS * BUDGET) - before;
    println!("{} bytes for each idle connection", idle / CONNECTIONS);
    assert!(idle <= CONNECTIONS * BUDGET, "{} bytes for each idle connection", idle / CONNECTIONS);

    clients.obey("ask all");
    clients.obey("close all");
    let left = settled(&service, before + idle / 2).saturating_sub(before);
    println!("{left} bytes are kept of {idle}");
    assert!(left <= idle / 2, "{left} bytes are kept of {idle}");
}
