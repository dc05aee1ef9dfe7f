//! The keys of `#[upstream]` and `#[gateway]`: what each takes and how it is written.
//!
//! They are the keys of `[upstream.name]` and `[gateway.name]` in `velithon.toml`, where the same values are read again;
//! those of every route (`tags`, `when`, `middleware`, `skip`) are read by `route::options`.

use super::schema::Form::{Edits, Flag, Methods, Shares, Table, Text, Texts, Whole, Wholes};
use super::schema::{Edit, Form, Hook, Key, Takes};
use super::text;

const fn key(name: &'static str, forms: &'static [Form], example: &'static str) -> Key {
    Key { name, forms, example }
}

const fn edit(name: &'static str, takes: Takes, example: &'static str) -> Edit {
    Edit { name, takes, example }
}

/// What a counter holds.
const MANY: i64 = u32::MAX as i64;

/// `#[upstream(..)]`
pub(super) static UPSTREAM: &[Key] = &[
    key("targets", &[Texts(target)], "`targets = [\"http://10.0.0.1:8080\", \"http://10.0.0.2:8080; weight=3\"]`"),
    key("balance", &[Text(text::balance), Form::Name(Hook::Balance)], "`balance = \"p2c\"`, or `balance = ByTenant`"),
    key(
        "health",
        &[Text(text::path), Table(HEALTH), Form::Name(Hook::Health)],
        "`health = \"/health\"`, `health(path = \"/health\", every = \"5s\")`, or `health = check_ledger`",
    ),
    key("timeout", &[Table(TIMEOUT)], TIMEOUT_EXAMPLE),
    key("retries", RETRIES, RETRIES_EXAMPLE),
    key("breaker", &[Text(text::breaker), Table(BREAKER)], "`breaker = \"default\"`, or `breaker(ratio = \"50%\")`"),
    key(
        "discover",
        &[Text(text::discover), Form::Name(Hook::Discover)],
        "`discover = \"dns:users.svc:8080\"`, or `discover = Consul`",
    ),
    key("slow_start", &[Text(text::duration)], "`slow_start = \"30s\"`"),
    key("max_in_flight", &[Whole(1, MANY)], "`max_in_flight = 1024`"),
    key("queue", &[Whole(0, MANY)], "`queue = 128`"),
    key("queue_timeout", &[Text(text::duration)], "`queue_timeout = \"1s\"`"),
    key("retry_budget", &[Table(RETRY_BUDGET)], "`retry_budget(ratio = \"20%\", per_second = 10)`"),
    key("pool", &[Table(POOL)], "`pool(connections = 512, idle = 64)`"),
    key("http", &[Text(text::protocol)], "`http = \"h2c\"`"),
    key("tls", &[Table(TLS)], "`tls(ca = \"ca.pem\", cert = \"client.pem\", key = \"client.key\")`"),
    key("retry_if", &[Form::Name(Hook::RetryIf)], "`retry_if = refused_politely`"),
    NAME,
];

const NAME: Key = key("name", &[Text(text::section)], "`name = \"payments\"`");

const TIMEOUT_EXAMPLE: &str = "`timeout(connect = \"2s\", first_byte = \"30s\")`";

static TIMEOUT: &[Key] = &[
    key("connect", &[Text(text::duration_or_off)], "`connect = \"2s\"`"),
    key("tls", &[Text(text::duration_or_off)], "`tls = \"5s\"`"),
    key("first_byte", &[Text(text::duration_or_off)], "`first_byte = \"30s\"`, or `first_byte = \"off\"`"),
    key("idle", &[Text(text::duration_or_off)], "`idle = \"60s\"`"),
    key("total", &[Text(text::duration_or_off)], "`total = \"2m\"`"),
    key("stream_idle", &[Text(text::duration_or_off)], "`stream_idle = \"10m\"`"),
    key("stream_close_delay", &[Text(text::duration_or_off)], "`stream_close_delay = \"5m\"`"),
];

const RETRIES: &[Form] = &[Whole(0, 100), Table(RETRY)];
const RETRIES_EXAMPLE: &str = "`retries = 2`, or `retries(count = 2, status = [502, 503])`";

static RETRY: &[Key] =
    &[key("count", &[Whole(0, 100)], "`count = 2`"), key("status", &[Wholes(400, 599)], "`status = [502, 503]`")];

static RETRY_BUDGET: &[Key] = &[
    key("ratio", &[Text(text::percentage)], "`ratio = \"20%\"`"),
    key("per_second", &[Whole(0, MANY)], "`per_second = 10`"),
];

static POOL: &[Key] = &[
    key("connections", &[Whole(1, MANY)], "`connections = 512`"),
    key("idle", &[Whole(0, MANY)], "`idle = 64`"),
    key("idle_timeout", &[Text(text::duration)], "`idle_timeout = \"4s\"`"),
    key("age", &[Text(text::duration)], "`age = \"5m\"`"),
    key("requests", &[Whole(1, MANY)], "`requests = 10000`"),
];

static HEALTH: &[Key] = &[
    key("path", &[Text(text::path)], "`path = \"/health\"`"),
    key("every", &[Text(text::duration)], "`every = \"10s\"`"),
    key("timeout", &[Text(text::duration)], "`timeout = \"2s\"`"),
    key("expect", &[Text(text::statuses), Whole(100, 599)], "`expect = \"200..=299\"`, or `expect = 204`"),
    key("up", &[Whole(1, 100)], "`up = 2`"),
    key("down", &[Whole(1, 100)], "`down = 3`"),
];

static BREAKER: &[Key] = &[
    key("ratio", &[Text(text::percentage)], "`ratio = \"50%\"`"),
    key("min", &[Whole(1, MANY)], "`min = 20`"),
    key("window", &[Text(text::duration)], "`window = \"10s\"`"),
    key("open", &[Text(text::durations)], "`open = \"5s..60s\"`"),
    key("probes", &[Whole(1, 255)], "`probes = 3`"),
    key("successes", &[Whole(1, 255)], "`successes = 2`"),
    key("count_500", &[Flag], "`count_500`"),
];

static TLS: &[Key] = &[
    key("ca", &[Text(text::some)], "`ca = \"ca.pem\"`"),
    key("cert", &[Text(text::some)], "`cert = \"client.pem\"`"),
    key("key", &[Text(text::some)], "`key = \"client.key\"`"),
    key("sni", &[Text(text::host)], "`sni = \"api.internal\"`"),
    key("pin", &[Text(text::some)], "`pin = \"sha256/..\"`"),
];

/// `#[gateway(..)]`, behind the path and `upstream`.
pub(super) static GATEWAY: &[Key] = &[
    key("methods", &[Methods], "`methods = [GET, POST]`"),
    key("strip_prefix", &[Flag], "`strip_prefix` alone; what it takes away is the path of the gateway"),
    key("rewrite", &[Text(rewrite)], "`rewrite = \"/internal/{path}\"`"),
    key("request", &[Edits(REQUEST)], "`request(set(\"x-tenant\", \"{header.host}\"), remove(\"x-internal\"))`"),
    key("response", &[Edits(RESPONSE)], "`response(remove(\"server\"), rewrite_location)`"),
    key("body_json", &[Table(BODY)], "`body_json(max = \"1MiB\", with = redact)`"),
    key("split", &[Shares(SPLIT)], "`split(PaymentsV2 = \"5%\", if_header = \"x-beta: 1\")`"),
    key("mirror", &[Shares(&[])], "`mirror(Shadow = \"1%\")`"),
    key("timeout", &[Table(TIMEOUT)], TIMEOUT_EXAMPLE),
    key("retries", RETRIES, RETRIES_EXAMPLE),
    key("body_limit", &[Text(text::size)], "`body_limit = \"10MiB\"`"),
    key("preserve_host", &[Flag], "`preserve_host`"),
    key("host", &[Text(text::host)], "`host = \"api.internal\"`"),
    key("forwarded", &[Flag], "`forwarded`"),
    key("encoded_slash", &[Text(text::encoded_slash)], "`encoded_slash = \"checked\"`"),
    key("transform", &[Form::Name(Hook::Transform)], "`transform = Redact`"),
    NAME,
];

static REQUEST: &[Edit] = &[
    edit("set", Takes::Pair(text::field_name, text::value), "`set(\"x-tenant\", \"{header.host}\")`"),
    edit("append", Takes::Pair(text::field_name, text::value), "`append(\"x-tag\", \"beta\")`"),
    edit("remove", Takes::Names(text::field_name), "`remove(\"x-internal\")`"),
    edit("query_set", Takes::Pair(text::parameter_name, text::value), "`query_set(\"version\", \"2\")`"),
    edit("query_remove", Takes::Names(text::parameter_name), "`query_remove(\"debug\")`"),
    edit("path_regex", Takes::Pair(text::pattern, text::some), "`path_regex(\"^/v1/(.*)$\", \"/v2/$1\")`"),
];

static RESPONSE: &[Edit] = &[
    edit("set", Takes::Pair(text::field_name, text::value), "`set(\"cache-control\", \"no-store\")`"),
    edit("append", Takes::Pair(text::field_name, text::value), "`append(\"vary\", \"x-tenant\")`"),
    edit("remove", Takes::Names(text::field_name), "`remove(\"server\")`"),
    edit("rewrite_location", Takes::Nothing, "`rewrite_location`"),
    edit("body_json", Takes::Keys(REPLY_BODY), "`body_json(max = \"1MiB\", with = redact)`"),
];

static BODY: &[Key] = &[
    key("max", &[Text(text::size)], "`max = \"1MiB\"`"),
    key("with", &[Form::Name(Hook::RequestBody)], "`with = redact`"),
];

static REPLY_BODY: &[Key] = &[
    key("max", &[Text(text::size)], "`max = \"1MiB\"`"),
    key("with", &[Form::Name(Hook::ResponseBody)], "`with = redact`"),
];

static SPLIT: &[Key] = &[
    key("key", &[Text(text::share_key)], "`key = \"cookie id\"`"),
    key("if_header", &[Text(text::header_mark)], "`if_header = \"x-beta: 1\"`"),
    key("if_cookie", &[Text(text::cookie_mark)], "`if_cookie = \"beta=1\"`"),
];

fn rewrite(literal: &syn::LitStr) -> syn::Result<()> {
    text::rewrite(literal).map(drop)
}

fn target(literal: &syn::LitStr) -> syn::Result<()> {
    text::target(literal).map(drop)
}
