//! Reverse proxies beside each other: what each costs per request, and what it adds to the time of one.
//!
//! The proxy has a core to itself; the load and the upstream share another one. All run throughout, one at a time has
//! work, and a round gives each its turn on each case, the next round beginning with another. The load straight at the
//! upstream is measured as if it were a proxy: what a proxy adds is its time less that one.

mod case;
mod proxy;

use std::time::Duration;

use serde_json::{Value, json};

use self::case::Case;
use self::proxy::Proxies;
pub(crate) use self::proxy::Proxy;
use crate::Result;
use crate::build::Programs;
use crate::cli::Cli;
use crate::closed::Closed;
use crate::table::{Table, write};

/// What the turns of one proxy on one case brought, a figure of each turn beside the others.
#[derive(Debug, Clone, Default)]
struct Figures {
    /// CPU time of the proxy per request, in microseconds.
    cpu: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    per_second: Vec<f64>,
    errors: u64,
}

pub(crate) fn run(cli: &Cli, programs: &Programs) -> Result<()> {
    let proxies = Proxies::start(programs)?;
    let all = proxies.all();
    let mut figures = vec![vec![Figures::default(); all.len()]; Case::ALL.len()];
    for round in 0..cli.rounds {
        for (case, figures) in Case::ALL.iter().zip(&mut figures) {
            for turn in 0..all.len() {
                let number = (round + turn) % all.len();
                measure(cli, &proxies, all[number], *case, &mut figures[number])?;
            }
        }
    }
    for (case, figures) in Case::ALL.iter().zip(&figures) {
        print(*case, all, figures);
    }
    let json = Case::ALL.iter().zip(&figures).map(|(case, figures)| as_json(*case, all, figures));
    write(&cli.out, "gateway", &Value::Array(json.collect()))
}

/// One turn: a tenth of it to warm up, then what the clock of the proxy's processes says about the rest.
fn measure(cli: &Cli, proxies: &Proxies, proxy: Proxy, case: Case, figures: &mut Figures) -> Result<()> {
    let server = proxies.server(proxy);
    let mut load = Closed::open(server.address(), case.request(), case.connections())?.sharing();
    load.run(cli.turn() / 10)?;
    let before = server.cpu()?;
    let mut turn = load.run(cli.turn())?;
    let cpu = server.cpu()? - before;
    // The last requests of the loop are in both or in neither, but for those under way at the end.
    figures.cpu.push(micros(cpu) / (turn.requests + case.connections() as u64) as f64);
    figures.p50.push(micros(turn.quantile(0.5)));
    figures.p99.push(micros(turn.quantile(0.99)));
    figures.per_second.push(turn.per_second());
    figures.errors += turn.errors;
    Ok(())
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 0 => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
        count => sorted[count / 2],
    }
}

/// How far the turns lie apart, in percent of their median.
fn spread(values: &[f64]) -> f64 {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    (most - least) / median(values) * 100.0
}

fn print(case: Case, all: &[Proxy], figures: &[Figures]) {
    let head = ["", "CPU us/request", "spread", "velithon is", "added p50 us", "added p99 us", "requests/s", "errors"];
    let mut table = Table::new(&head);
    let of = |wanted: Proxy| all.iter().position(|proxy| *proxy == wanted).map(|number| &figures[number]);
    let (Some(direct), Some(ours)) = (of(Proxy::Direct), of(Proxy::Velithon)) else { return };
    for (proxy, own) in all.iter().zip(figures) {
        let is_direct = *proxy == Proxy::Direct;
        let unless_direct = |text: String| if is_direct { "-".to_owned() } else { text };
        table.row(vec![
            proxy.name().to_owned(),
            unless_direct(format!("{:.2}", median(&own.cpu))),
            unless_direct(format!("{:.0} %", spread(&own.cpu))),
            unless_direct(format!("{:.2} x", median(&ours.cpu) / median(&own.cpu))),
            unless_direct(format!("{:.1}", median(&own.p50) - median(&direct.p50))),
            unless_direct(format!("{:.1}", median(&own.p99) - median(&direct.p99))),
            format!("{:.0}", median(&own.per_second)),
            own.errors.to_string(),
        ]);
    }
    table.print(case.title());
}

fn as_json(case: Case, all: &[Proxy], figures: &[Figures]) -> Value {
    let of = |(proxy, own): (&Proxy, &Figures)| {
        json!({
            "proxy": proxy.name(),
            "cpu_us_per_request": own.cpu,
            "p50_us": own.p50,
            "p99_us": own.p99,
            "requests_per_second": own.per_second,
            "errors": own.errors,
        })
    };
    json!({ "case": case.title(), "proxies": all.iter().zip(figures).map(of).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_and_the_spread_is_told_by_it() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(spread(&[9.0, 10.0, 11.0]), 20.0);
    }
}
