//! What the operating system and the runtime know about this process, read at each scrape.
//!
//! Linux only, by `/proc/self`; elsewhere these metrics are absent, not zero. Of the runtimes, the one that built the
//! application is seen: the control runtime, and under `runtime = "work_stealing"` the only one.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;

use super::registry::Kind;

/// One number of a scrape.
pub(super) struct Reading {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: Kind,
    pub(super) label: Option<[(&'static str, &'static str); 1]>,
    pub(super) value: f64,
}

/// Everything there is to read here.
pub(super) fn read(control: Option<&Handle>) -> Vec<Reading> {
    let mut readings = vec![Reading {
        name: "velithon_build_info",
        help: "The version of velithon that is linked; always 1.",
        kind: Kind::Gauge,
        label: Some([("version", env!("CARGO_PKG_VERSION"))]),
        value: 1.0,
    }];
    readings.extend(process());
    readings.extend(control.into_iter().flat_map(runtime));
    readings
}

/// The names of `/proc/self`, as the Prometheus clients of other languages have them.
fn process() -> impl Iterator<Item = Reading> {
    let proc = Path::new("/proc/self");
    let text = |file: &str| std::fs::read_to_string(proc.join(file)).unwrap_or_default();
    let (stat, status, limits) = (text("stat"), text("status"), text("limits"));
    let open = std::fs::read_dir(proc.join("fd")).ok().map(|entries| entries.count() as f64);
    let gauge = |name, help, value: Option<f64>| value.map(|value| (name, help, Kind::Gauge, value));
    [
        cpu_seconds(&stat).map(|seconds| {
            ("process_cpu_seconds", "Processor time of user and system in seconds.", Kind::Counter, seconds)
        }),
        gauge("process_resident_memory_bytes", "Memory that is resident.", bytes(&status, "VmRSS:")),
        gauge("process_virtual_memory_bytes", "Memory that is reserved.", bytes(&status, "VmSize:")),
        gauge("process_open_fds", "Open file descriptors.", open),
        gauge("process_max_fds", "File descriptors that may be open.", max_fds(&limits)),
        gauge("process_start_time_seconds", "When the process started, in seconds of Unix time.", started(&stat)),
    ]
    .into_iter()
    .flatten()
    .map(|(name, help, kind, value)| Reading { name, help, kind, label: None, value })
}

/// Ticks per second in `/proc`: a constant of the kernel's interface on every platform that tokio runs on.
const TICKS: f64 = 100.0;

/// The fields of `stat` after the name of the program, which may hold spaces and brackets itself.
fn after_name(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    let mut fields = after_name(stat).skip(11).map_while(|field| field.parse::<f64>().ok());
    Some((fields.next()? + fields.next()?) / TICKS)
}

/// A line of `status`: `VmRSS:     1234 kB`.
fn bytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0)
}

fn max_fds(limits: &str) -> Option<f64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Computed once: the clock may be set later, the start does not move.
fn started(stat: &str) -> Option<f64> {
    static STARTED: OnceLock<Option<f64>> = OnceLock::new();
    *STARTED.get_or_init(|| {
        let since_boot = after_name(stat).nth(19)?.parse::<f64>().ok()? / TICKS;
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
        // The kernel counts hundredths; what is finer is only the age of this reading.
        Some(((now - uptime + since_boot) * TICKS).round() / TICKS)
    })
}

fn runtime(handle: &Handle) -> [Reading; 3] {
    let metrics = handle.metrics();
    [
        ("tokio_workers", "Threads of the runtime.", metrics.num_workers()),
        ("tokio_alive_tasks", "Tasks of the runtime that have not ended.", metrics.num_alive_tasks()),
        ("tokio_global_queue_depth", "Tasks that wait in the runtime's common queue.", metrics.global_queue_depth()),
    ]
    .map(|(name, help, value)| Reading {
        name,
        help,
        kind: Kind::Gauge,
        label: Some([("runtime", "control")]),
        value: value as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_an_odd_name_is_still_measured() {
        let stat = "7 (a) (b c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0 4200 1 2";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(after_name(stat).nth(19), Some("4200"));
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(bytes("Name:\tx\nVmRSS:\t    1234 kB\n", "VmRSS:"), Some(1234.0 * 1024.0));
        assert_eq!(bytes("VmRSS:\t many\n", "VmRSS:"), None);
    }

    #[test]
    fn no_limit_is_no_number() {
        assert_eq!(max_fds("Max open files            1024                 524288               files"), Some(1024.0));
        assert_eq!(max_fds("Max open files            unlimited            unlimited            files"), None);
    }

    #[tokio::test]
    async fn what_stands_at_each_scrape_is_nobody_elses_name() {
        for reading in read(Some(&Handle::current())) {
            let own =
                reading.name.starts_with("velithon_") || super::super::registry::AT_SCRAPE.contains(&reading.name);
            assert!(own, "{}", reading.name);
        }
    }
}
