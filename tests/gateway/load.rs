//! A little load for tests of failure: a few callers, each with a connection, who note what they got and when.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Connection;

/// One request that has ended.
#[derive(Debug, Clone)]
pub struct Sample {
    /// When its reply was whole, since the load began.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// The body of a 200; what went wrong otherwise.
    pub outcome: Result<String, String>,
}

/// Callers that go on until they are stopped.
pub struct Load {
    begun: Instant,
    stop: Arc<AtomicBool>,
    samples: Arc<Mutex<Vec<Sample>>>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts so many callers, who send GET again and again.
    pub fn start(callers: usize, address: &str, path: &str) -> Self {
        let begun = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let samples = Arc::new(Mutex::new(Vec::new()));
        let caller = |_| {
            let (address, path, stop, samples) = (address.to_owned(), path.to_owned(), stop.clone(), samples.clone());
            thread::spawn(move || call(&address, &path, begun, &stop, &samples))
        };
        let callers = (0..callers).map(caller).collect();
        Self { begun, stop, samples, callers }
    }

    /// How long it has been running.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Ends it and gives everything that was noted, in order of time.
    pub fn stop(self) -> Vec<Sample> {
        self.stop.store(true, Ordering::Relaxed);
        for caller in self.callers {
            let _ = caller.join();
        }
        let mut samples = std::mem::take(&mut *self.samples.lock().unwrap_or_else(PoisonError::into_inner));
        samples.sort_by_key(|sample| sample.at);
        samples
    }
}

fn call(address: &str, path: &str, begun: Instant, stop: &AtomicBool, samples: &Mutex<Vec<Sample>>) {
    let mut connection = None;
    while !stop.load(Ordering::Relaxed) {
        let sent = Instant::now();
        let outcome = once(&mut connection, address, path);
        let failed = outcome.is_err();
        let sample = Sample { at: begun.elapsed(), took: sent.elapsed(), outcome };
        samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
        if failed {
            connection = None;
            // A proxy that refuses at once must not be asked in a tight loop.
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn once(connection: &mut Option<Connection>, address: &str, path: &str) -> Result<String, String> {
    if connection.is_none() {
        *connection = Some(Connection::open(address).map_err(|error| format!("connecting: {error}"))?);
    }
    let Some(connection) = connection else { return Err("no connection".to_owned()) };
    let reply = connection.exchange("GET", path).map_err(|error| format!("the exchange broke: {error}"))?;
    if reply.status == 200 { Ok(reply.text()) } else { Err(format!("{} {}", reply.status, reply.text())) }
}

/// How many replies of each name came in each step, and how many errors, as a table.
pub fn table(samples: &[Sample], names: &[&str], step: Duration) -> String {
    let steps = samples.last().map_or(0, |last| (last.at.as_millis() / step.as_millis()) as usize + 1);
    let per_second = |count: usize| count as f64 / step.as_secs_f64();
    let mut text =
        format!("  second  {}   errors\n", names.iter().map(|name| format!("{name:>7}/s")).collect::<String>());
    for number in 0..steps {
        let within = |sample: &&Sample| (sample.at.as_millis() / step.as_millis()) as usize == number;
        let own: Vec<&Sample> = samples.iter().filter(within).collect();
        let of = |name: &&str| own.iter().filter(|one| one.outcome.as_deref() == Ok(*name)).count();
        let cells: String = names.iter().map(|name| format!("{:>9.0}", per_second(of(name)))).collect();
        let errors = own.iter().filter(|one| one.outcome.is_err()).count();
        text.push_str(&format!("{:>8.2}  {cells}  {errors:>7}\n", number as f64 * step.as_secs_f64()));
    }
    text
}
