//! The service in axum, behind the loop that velithon's server runs.

use hyper_util::service::TowerToHyperService;
use velithon_load::{address, axum_app, tuned};

fn main() -> std::io::Result<()> {
    tuned::serve(address(), || TowerToHyperService::new(axum_app::router()))
}
