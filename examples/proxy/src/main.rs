//! A reverse proxy and nothing else: every request goes to `origin`.
//!
//! `VELITHON_UPSTREAM__ORIGIN__TARGETS='["http://127.0.0.1:9000"]' cargo run -p proxy`

use velithon::gateway::{
    Attribute, AttributeValue, GatewayHooks, GatewayRecord, Shape, Upstream, UpstreamHooks, UpstreamKey, UpstreamRecord,
};
use velithon::prelude::*;
use velithon::route::RouteOptions;

struct Origin;

static ORIGIN: UpstreamKey = UpstreamKey::new("origin", "Client<Origin>");

impl Upstream for Origin {
    const NAME: &'static str = "origin";

    fn key() -> &'static UpstreamKey {
        &ORIGIN
    }
}

const TARGETS: AttributeValue = AttributeValue::List(&[AttributeValue::Text("http://127.0.0.1:9000")]);

velithon::__submit!(UpstreamRecord {
    key: Origin::key,
    type_name: "Origin",
    attributes: &[Attribute { key: "targets", value: TARGETS, line: line!(), column: column!() }],
    hooks: UpstreamHooks::NONE,
    dependencies: &[],
    origin: velithon::__origin!(),
});

velithon::__submit!(GatewayRecord {
    key: "everything",
    item: "Everything",
    path: "/",
    shape: Shape::Prefix,
    upstream: Origin::key,
    attributes: &[],
    hooks: GatewayHooks::NONE,
    call: None,
    dependencies: &[],
    options: RouteOptions::NONE,
    origin: velithon::__origin!(),
});

#[velithon::main]
async fn main(app: App) -> velithon::Result<()> {
    app.run().await
}
