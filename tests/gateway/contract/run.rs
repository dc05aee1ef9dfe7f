//! One script against one proxy.

use std::process::Command;

use super::Script;
use super::proxy::Running;
use crate::gateway::recorder::Recorder;

/// How a script ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every assertion held.
    Passed,
    /// One did not, with the log of the exchange.
    Failed(String),
    /// The proxy has no equivalent of the script's configuration.
    NotOffered,
}

/// Seconds after which a script has hung.
const LIMIT: &str = "8";

pub(super) fn run(script: &Script, proxy: &Running) -> Verdict {
    let [u1, u2, u3] = proxy.upstreams;
    let _echo = match script.echo.then(|| Recorder::echo_on(u1)).transpose() {
        Ok(echo) => echo,
        Err(error) => return Verdict::Failed(format!("the upstream cannot listen: {error}")),
    };
    let mut varnishtest = Command::new("varnishtest");
    varnishtest.args(["-t", LIMIT]);
    let address = |name: &str, port: u16| format!("-D{name}=127.0.0.1:{port}");
    varnishtest.args([address("proxy", proxy.port), address("proxy_h2", proxy.h2_port)]);
    varnishtest.args([address("u1", u1), address("u2", u2), address("u3", u3)]);
    varnishtest.arg(format!("-Dport={}", proxy.port)).arg(&script.path);
    match varnishtest.output() {
        Ok(output) if output.status.success() => Verdict::Passed,
        Ok(output) => {
            let log = String::from_utf8_lossy(&output.stdout);
            Verdict::Failed(format!("{log}\nthe proxy wrote:\n{}", proxy.output()))
        }
        Err(error) => Verdict::Failed(format!("varnishtest (Debian package varnish): {error}")),
    }
}
