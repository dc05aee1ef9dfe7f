//! A gateway before two versions of a service: a canary, a breaker, and an answer of its own while the circuit is open.
//!
//! `cargo run -p gateway` starts all three: this program, twice as an upstream and once as the gateway in front of them.
//!
//! ```text
//! curl http://127.0.0.1:8000/orders/7                      # the first version, for one in twenty the next
//! curl -H 'x-beta: 1' http://127.0.0.1:8000/orders/7       # the next version, always
//! curl -X POST http://127.0.0.1:8000/control/fail          # from now on the first version fails ..
//! for n in $(seq 20); do curl -s http://127.0.0.1:8000/orders/7; done   # .. and soon the gateway answers by itself
//! curl -X POST http://127.0.0.1:8000/control/recover
//! ```

use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use velithon::gateway::{Forward, GatewayError};
use velithon::prelude::*;

/// The service as it is; five failures among ten requests open its circuit for two seconds.
#[upstream(
    targets = ["http://127.0.0.1:8101"],
    retries = 0,
    breaker(ratio = "50%", min = 5, window = "10s", open = "2s..10s")
)]
struct Orders;

/// The service as it will be.
#[upstream(targets = ["http://127.0.0.1:8102"])]
struct OrdersNext;

/// Orders, with code around the way there: while the circuit is open, what is known is answered at once.
#[gateway(
    "/orders/{*path}",
    upstream = Orders,
    rewrite = "/orders/{path}",
    split(OrdersNext = "5%", if_header = "x-beta: 1"),
    when = "!features.upstream"
)]
async fn orders(forward: Forward<Orders>) -> Result<Response> {
    match forward.send().await {
        Err(GatewayError::CircuitOpen { .. }) => Ok(Json(Order { id: 0, served_by: "the gateway" }).into_response()),
        other => Ok(other?),
    }
}

/// The same program, asked for its switches: they are reached while the circuit of the orders is open.
#[upstream(targets = ["http://127.0.0.1:8101"], breaker = "off")]
struct Switches;

/// What makes the first version fail and recover, without code.
#[gateway("/control", upstream = Switches, strip_prefix, methods = [POST], when = "!features.upstream")]
struct Control;

#[derive(Serialize)]
struct Order {
    id: u64,
    served_by: &'static str,
}

/// Whether this upstream fails.
static FAILS: AtomicBool = AtomicBool::new(false);

/// An order, as an upstream answers.
#[get("/orders/{id}", when = "features.upstream")]
async fn order(id: u64) -> Result<Json<Order>> {
    if FAILS.load(Ordering::Relaxed) {
        return Err(Error::new(StatusCode::SERVICE_UNAVAILABLE, "told to fail"));
    }
    let next = std::env::var_os("NEXT").is_some();
    Ok(Json(Order { id, served_by: if next { "the next version" } else { "the first version" } }))
}

/// Lets every order fail.
#[post("/fail", when = "features.upstream")]
async fn fail() -> &'static str {
    FAILS.store(true, Ordering::Relaxed);
    "failing\n"
}

/// Lets orders be served again.
#[post("/recover", when = "features.upstream")]
async fn recover() -> &'static str {
    FAILS.store(false, Ordering::Relaxed);
    "serving\n"
}

/// An upstream of this example: this program once more, ended with the gateway.
struct Upstream(Child);

impl Upstream {
    fn start(port: u16, next: bool) -> std::io::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.env("VELITHON_FEATURES__UPSTREAM", "true").env("VELITHON_SERVER__PORT", port.to_string());
        if next {
            command.env("NEXT", "1");
        }
        command.spawn().map(Self)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[velithon::main]
async fn main(app: App) -> Result<()> {
    // An upstream, or one of the commands that only look at the program, starts no others.
    let alone = std::env::var_os("VELITHON_FEATURES__UPSTREAM").is_some() || std::env::args().count() > 1;
    let _upstreams = if alone { None } else { Some((Upstream::start(8101, false)?, Upstream::start(8102, true)?)) };
    app.run().await
}
