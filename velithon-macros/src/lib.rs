//! The attribute macros of velithon: each looks at one item, checks it and writes one constant record about it.
//!
//! Every macro has its own folder: `parse.rs` (tokens to a typed value with spans), `check.rs` (a small function per
//! rule), `emit.rs` (the value to tokens, no decisions left), `tests.rs` (expansions pinned as text).

mod case;
mod condition;
mod config;
mod duration;
#[cfg(test)]
mod expansion;
mod faults;
mod gateway;
mod grammar;
mod inject;
mod json;
mod keys;
mod literal;
mod main_attribute;
mod middleware;
mod path;
mod pattern;
mod place;
mod problem;
mod route;
mod signature;
mod size;
mod task;
mod text;

use proc_macro::TokenStream;

macro_rules! method_attribute {
    ($name:ident, $method:literal) => {
        #[doc = concat!("Serves ", $method, " requests for a path with the function below.")]
        ///
        /// See [`route`](macro@route) for how arguments are bound and for the keys.
        ///
        /// ```ignore
        #[doc = concat!("#[", stringify!($name), "(\"/users/{id}\")]")]
        /// async fn show(id: u64, users: Inject<Users>) -> Result<Json<Account>> { users.find(id).await.map(Json) }
        /// ```
        #[proc_macro_attribute]
        pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
            route::expand(Some($method), attribute.into(), item.into()).into()
        }
    };
}

method_attribute!(get, "GET");
method_attribute!(post, "POST");
method_attribute!(put, "PUT");
method_attribute!(patch, "PATCH");
method_attribute!(delete, "DELETE");
method_attribute!(head, "HEAD");
method_attribute!(options, "OPTIONS");

/// Serves requests of several methods for a path with the function below: `#[route("/x", methods = [GET, POST])]`.
///
/// The function stays an ordinary function, sync or async, private if you like. Its arguments are bound like this:
///
/// - a name that the path captures is that part of the path, of any type with `FromStr`;
/// - `#[query]`, `#[header("x-id")]` and `#[cookie]` bind one value, with `#[query(default = 0)]`, `Option<T>`, or
///   `Vec<T>` for repeated keys;
/// - every other type is an extractor of velithon or axum; one of them, in any position, may read the body.
///
/// What it returns is anything axum can reply with, or nothing.
///
/// | key | meaning |
/// |---|---|
/// | `methods = [GET, POST]` | of `#[route]` alone: the methods |
/// | `status = 201` | the status of a reply that would be 200 |
/// | `when = "features.reports"` | exists only under this condition on the configuration |
/// | `accept = "application/json"` | serves only requests that accept this media type |
/// | `header("x-api-version" = "2")` | serves only requests with this field |
/// | `body_limit = "10MiB"` | largest body that is buffered |
/// | `path_mismatch = 404` | a capture that does not parse is a 404 instead of a 400 |
/// | `blocking` | moves a function that is not `async` to a thread that may wait |
/// | `middleware = [audit]`, `skip = [web::compression]` | runs these, or not these, around this route; paths of functions marked `#[middleware]` |
/// | `tags = ["users"]` | groups of the OpenAPI document |
#[proc_macro_attribute]
pub fn route(attribute: TokenStream, item: TokenStream) -> TokenStream {
    route::expand(None, attribute.into(), item.into()).into()
}

/// Gives the routes of a module a prefix and more: `#[routes(prefix = "/api/v1", tags = ["users"])] mod users { .. }`.
///
/// The keys are `prefix`, `tags`, `when`, `middleware` and `skip`; each route keeps its own beside them. Modules nest,
/// with or without an attribute of their own. The module must have its body here: rustc gives attributes no body of
/// another file.
#[proc_macro_attribute]
pub fn routes(attribute: TokenStream, item: TokenStream) -> TokenStream {
    route::group::expand(attribute.into(), item.into()).into()
}

/// Serves methods of an injected value: `#[controller("/orders")] impl Orders { #[get("/{id}")] async fn show(&self, ..) }`.
///
/// `&self` is the injected value. Methods without a route attribute stay as they are. Behind the path stand the keys of
/// [`routes`](macro@routes), which go to every route of the block.
#[proc_macro_attribute]
pub fn controller(attribute: TokenStream, item: TokenStream) -> TokenStream {
    route::methods::expand(route::methods::Kind::Controller, attribute.into(), item.into()).into()
}

/// Serves create, read, update and delete by the names of methods: `#[resource("/products")] impl Products { .. }`.
///
/// | method | route | status |
/// |---|---|---|
/// | `list` | `GET /products` | 200 |
/// | `create` | `POST /products` | 201 |
/// | `get` | `GET /products/{id}` | 200 |
/// | `update` | `PUT /products/{id}` | 200 |
/// | `patch` | `PATCH /products/{id}` | 200 |
/// | `delete` | `DELETE /products/{id}` | 204 |
///
/// Those that are not written are not served. Other methods may carry a route attribute of their own.
#[proc_macro_attribute]
pub fn resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    route::methods::expand(route::methods::Kind::Resource, attribute.into(), item.into()).into()
}

/// Makes a struct hold a section of the configuration: `#[config("shop")]` reads `[shop]` of velithon.toml.
///
/// ```ignore
/// /// Settings under `[shop]`, overridden by VELITHON_SHOP__CACHE and so on.
/// #[config("shop")]
/// #[derive(Deserialize)]
/// struct ShopConfig {
///     #[serde(default)]
///     cache: CacheKind,
///     jwt_key: Secret<String>,
///     #[serde(default = "half_a_minute", with = "velithon::config::duration")]
///     timeout: Duration,
/// }
/// ```
///
/// The struct has named fields, a key each, and derives serde's `Deserialize`; what serde's attributes say (`default`,
/// `rename`, `rename_all`, `alias`, `with`) holds, except `flatten`, which would hide misspelt keys. A handler, task or
/// provider takes it as `Config<ShopConfig>`.
///
/// The section is read before any provider runs. A missing key, a wrong value and a key that no field takes are faults
/// with their place, all at once. A struct that derives garde's `Validate` is validated as well, with the default of its
/// context. Two structs may hold the same section: a key is known when one of them has it.
///
/// The name consists of small letters, digits and `_`, begins with a letter, and is none of `features`, `profile` and
/// `allow_plain_secrets`.
#[proc_macro_attribute]
pub fn config(attribute: TokenStream, item: TokenStream) -> TokenStream {
    config::expand(attribute.into(), item.into()).into()
}

/// Makes every value of an error type a problem document (RFC 9457).
///
/// ```ignore
/// #[derive(Debug, Problem)]
/// enum OrderError {
///     #[problem(status = 404, title = "no such order", detail = "there is no order {id}")]
///     Missing { id: u64 },
///     #[problem(status = 409, title = "sold out", type = "https://example.org/sold-out")]
///     SoldOut { #[problem(expose)] left: u32, wanted: u32 },
///     #[problem(status = 503, title = "the bank does not answer")]
///     Bank { #[problem(source)] cause: io::Error, host: String },
///     #[problem(transparent)]
///     Database(#[from] sqlx::Error),
/// }
/// ```
///
/// # On a variant, or on a struct
///
/// | key | |
/// |---|---|
/// | `status = 404` | 400 to 599; required |
/// | `title = ".."` | the kind of problem in words; required |
/// | `detail = ".."` | this occurrence in words: a format string over the fields (`{id}`, `{0}`, `{id:?}`). Without it there is none |
/// | `type = ".."` | a URI that names the kind |
/// | `transparent` | the one field is an error and decides the reply: the status of a `velithon::Error` or of another problem, otherwise 500. Stands alone |
///
/// # On a field
///
/// | attribute | |
/// |---|---|
/// | `#[problem(expose)]` | the field becomes a member of the document; it is `Serialize`. No other field is shown |
/// | `#[problem(source)]` | the field caused the error: logged with a 5xx, never shown |
/// | `#[from]` | `source`, and `?` makes this variant of that error; the only field of its variant |
///
/// A field named in the detail of a 4xx is shown by that. In the detail of a 5xx it must be `expose`d as well: what goes
/// wrong inside a service is no business of its clients.
///
/// # What it writes
///
/// `Display` (the detail, or the title), `std::error::Error`, `From` for `#[from]`, axum's `IntoResponse`, and
/// `velithon::reply::Problems` with the list of all kinds for OpenAPI. A 5xx is logged with its causes when it becomes a
/// response. `?` into a `velithon::Error` keeps status and document. `Debug` has to be derived beside it. Generic
/// types are fine; the kinds of a transparent variant of theirs are listed as one 500.
#[proc_macro_derive(Problem, attributes(problem, from))]
pub fn derive_problem(item: TokenStream) -> TokenStream {
    problem::expand(item.into()).into()
}

/// Writes a type as JSON by code made at compile time: `#[derive(Serialize, ToJson)]`.
///
/// The text is the one that serde_json makes of the type's `Serialize`, byte for byte, in a fraction of the time: keys
/// with their punctuation are constants, numbers and strings go straight into the reply's buffer.
///
/// It reads `#[serde(..)]`:
///
/// | where | honoured |
/// |---|---|
/// | struct | `rename`, `rename_all`, `tag`, `transparent` |
/// | enum | `rename`, `rename_all`, `tag`, `content`, `untagged` |
/// | variant | `rename`, `rename_all`, `skip`, `skip_serializing`, `untagged` |
/// | field | `rename`, `skip`, `skip_serializing`, `skip_serializing_if`, `flatten`, `with`, `serialize_with` |
///
/// Keys that concern reading alone (`default`, `alias`, `deny_unknown_fields` ..) are passed over. Any other key is a
/// compile error that names it, never another text: leave `ToJson` off, and the type is written through `Serialize`.
///
/// A field whose type has no `ToJson`, and one with `with` or `flatten`, is written through `Serialize`, into the same
/// buffer. Type parameters must have `ToJson`. An enum without data may also be the key of a map.
#[proc_macro_derive(ToJson, attributes(serde))]
pub fn derive_to_json(item: TokenStream) -> TokenStream {
    json::expand(item.into()).into()
}

/// Runs a function around handlers, or puts a `tower::Layer` there.
///
/// A function that takes `Next` is called for each request it applies to. It answers by itself, or runs the rest of the
/// chain and returns that reply, changed or not:
///
/// ```ignore
/// #[middleware(priority = LOGGING, except = "/health")]
/// async fn timing(request: Request, next: Next, metrics: Inject<Timings>) -> Response {
///     let begun = Instant::now();
///     let reply = next.run(request).await;
///     metrics.record(begun.elapsed());
///     reply
/// }
/// ```
///
/// Beside `Request` and `Next` it takes, in any order, `Inject<_>`, `Lazy<_>`, `Factory<_>`, `All<_>`, `Config<_>` and
/// every extractor that leaves the body alone; one that refuses the request answers in place of the function. It returns
/// anything axum can reply with, a `Result` included.
///
/// A function without `Next`, sync or async, is called once at start and returns a layer, or a `Result` of one; its
/// arguments are injected:
///
/// ```ignore
/// #[middleware(priority = COMPRESSION, path = "/api/**")]
/// fn compression() -> CompressionLayer {
///     CompressionLayer::new()
/// }
/// ```
///
/// | key | meaning |
/// |---|---|
/// | `priority = 40`, `priority = AUTHENTICATION` | the lower is further out; names are the bands of `velithon::middleware::band`, or constants of your own; without one it stands at `USER` |
/// | `after = audit`, `before = [audit, trace]` | runs inside of, or around, these |
/// | `path = "/api/**"`, `except = ["/health", "/docs/*"]` | for these paths, without those; `*` is one segment, `**` all below |
/// | `methods = [POST, PUT]` | for these methods; GET includes HEAD |
/// | `when = "shop.audit == full"` | exists only under this condition on the configuration |
///
/// The order follows from priorities, `after` and `before`, never from the order of declaration; two that can meet on
/// one path and whose order nothing settles are a fault at start. A circle of `after` or of `before`, and a priority that
/// contradicts them, do not compile.
///
/// The function stays an ordinary function. Beside it stands an empty enum of its name, which others name in `after` and
/// `before`, so a type of that name in the same module is a name that is defined twice.
#[proc_macro_attribute]
pub fn middleware(attribute: TokenStream, item: TokenStream) -> TokenStream {
    middleware::expand(attribute.into(), item.into()).into()
}

/// Begins a program: reads the configuration and the command line, and calls the function with the application.
///
/// ```ignore
/// #[velithon::main(include = [shop_billing])]
/// async fn main(app: App) -> velithon::Result<()> {
///     app.metrics("/metrics").run().await
/// }
/// ```
///
/// `include` names the crates that may add routes, providers, middleware and settings beside this one; it also links
/// them, since a crate that no code names would be left out. A package's own library counts as another crate.
///
/// The exit code is 0 when everything ended well, 1 when a provider failed or the grace period was over, 2 when the plan,
/// the configuration or the command line is wrong. A panic in the function itself ends the program as in any `main`, with
/// 101.
///
/// The command line is velithon's: a subcommand, `--config` and `--set`, which `--help` explains. It has no place for
/// arguments of your own, and no `--version`: what a service needs to know comes from its configuration.
#[proc_macro_attribute]
pub fn main(attribute: TokenStream, item: TokenStream) -> TokenStream {
    main_attribute::expand(main_attribute::Kind::Main, attribute.into(), item.into()).into()
}

/// A test with an application of its own, on a runtime of its own, without a port.
///
/// ```ignore
/// #[velithon::test(include = [shop])]
/// async fn a_missing_user_is_a_problem(app: TestApp) {
///     let app = app.with::<dyn Cache>(FakeCache::default()).start().await;
///     app.get("/api/v1/users/7").bearer("t").send().await.assert_status(404).assert_problem("no such user");
/// }
/// ```
///
/// `include` is that of [`main`](macro@main): a test under `tests/` includes the library it tests. The function may
/// return a `Result`, and `#[ignore]` and `#[should_panic]` mean what they mean on `#[test]`. What was started is stopped
/// when the function ends.
#[proc_macro_attribute]
pub fn test(attribute: TokenStream, item: TokenStream) -> TokenStream {
    main_attribute::expand(main_attribute::Kind::Test, attribute.into(), item.into()).into()
}

/// Makes a value a dependency, found by its type: on a struct, an `impl` block, a function or a trait.
///
/// Whoever needs it takes an argument or a field `Inject<_>`: a handler, a task, a middleware, another provider. What is
/// not provided, what needs itself, and what would outlive the request it belongs to, does not compile.
///
/// ```ignore
/// /// Built from its fields.
/// #[inject]
/// struct Users {
///     pool: Inject<pool>,
///     cache: Inject<dyn Cache>,
///     #[inject(default)]
///     log: Mutex<Vec<String>>,
///     #[inject(value = 50)]
///     page: usize,
/// }
///
/// /// Made by a constructor, which may be async and may fail.
/// #[inject]
/// impl Mailer {
///     async fn new(config: Config<MailConfig>) -> Result<Self> { Self::connect(&config).await }
/// }
///
/// /// Made by a function, whose name others ask for: `Inject<pool>` dereferences to `SqlitePool`.
/// #[inject(stop = close)]
/// async fn pool(config: Config<DbConfig>) -> Result<SqlitePool> { config.connect().await }
///
/// /// A slot: one of its bindings holds, in this crate or another; configuration chooses.
/// #[inject]
/// #[async_trait]
/// trait Cache: Send + Sync { async fn read(&self, key: &str) -> Option<Bytes>; }
///
/// #[inject(as = dyn Cache, when = "shop.cache == memory")]
/// #[derive(Default)]
/// struct MemoryCache;
/// ```
///
/// # Keys of a struct, `impl` block or function
///
/// | key | means |
/// |---|---|
/// | `singleton` | one for the application, built before the port is bound; what holds without a key |
/// | `request` | one for each request that asks; with [`Finish`](../velithon/trait.Finish.html) it is ended before the reply is sent |
/// | `transient` | a new one for each place that asks |
/// | `as = dyn Trait` | others ask for the trait: `Inject<dyn Trait>`; the type's own name is still good |
/// | `when = "shop.cache == memory"` | exists only if configuration says so |
/// | `stop = method` | a method `(&self)`, async or not, called when the application ends; it has five seconds |
/// | `provided` | on a struct: `main` brings the value by `app.provide(..)` |
///
/// # What a provider is made of
///
/// `Inject<T>`, `Lazy<T>` (built on first use), `Factory<T>` (a new transient for each call), `All<dyn Trait>` and
/// `Config<T>`. A field may also have `#[inject(default)]` or `#[inject(value = expression)]`; the attribute stands above
/// any `#[derive(..)]`, since rustc does not know it on a field. A function or `new` returns the value or a `Result` of
/// it (known by that name); an error at start is told with the provider, its place and the chain that needed it.
///
/// # Traits
///
/// With `#[inject]`, a trait is a slot: its bindings may be conditional and may stand in other crates, and exactly one
/// must hold. With `#[inject(all)]` it is a collection, read as `All<dyn Trait>` in the order of module path and line.
/// Without either, one `as = dyn Trait` in the trait's own crate binds it, checked by the compiler. The trait has
/// `Send + Sync` as supertraits; async methods need `#[async_trait]` below `#[inject]`.
///
/// # Limits
///
/// A provider function gets an empty enum of its name and visibility beside it, so no type or module may share the name,
/// a `pub` function cannot return a private type, and the crate cannot `forbid` the lint `non_camel_case_types`.
#[proc_macro_attribute]
pub fn inject(attribute: TokenStream, item: TokenStream) -> TokenStream {
    inject::expand(attribute.into(), item.into()).into()
}

/// Makes a struct the name of the targets that requests are forwarded to.
///
/// ```ignore
/// #[upstream(
///     targets = ["http://10.0.0.1:8080", "http://10.0.0.2:8080; weight=3", "http://10.0.0.9:8080; backup"],
///     balance = "p2c",
///     health = "/health",
///     timeout(connect = "2s", first_byte = "30s"),
///     retries = 2,
///     breaker = "default",
/// )]
/// struct Payments;
/// ```
///
/// The struct has no fields: nobody makes a value of it, others name it, in [`gateway`](macro@gateway), `Forward<Payments>`
/// and `Client<Payments>`. Every key may also stand in velithon.toml under `[upstream.payments]`, the name of the struct in
/// snake case, and replaces the one here; lists are replaced as a whole, parentheses key by key. Without an attribute's
/// parentheses everything is said there.
///
/// | key | meaning; what holds without it |
/// |---|---|
/// | `targets = [".."]` | `http://` or `https://`, host and port; behind it `; weight=3` (1 to 1000) and `; backup` |
/// | `discover = "dns:users.svc.local:8080"`, `"file:users.toml"`, `Consul` | where targets are found; a type implements `Discover` and is provided |
/// | `balance = ".."` | `p2c`, `round_robin`, `weighted`, `least`, `ewma`, `random`, `hash(header x-tenant)` (or `cookie id`, `query id`, `ip`, `path`), `sticky(cookie)`, or a type that implements `Balance`; `p2c` |
/// | `health = "/health"` | a path that is asked for regularly; off. `health(path, every, timeout, expect, up, down)` says the rest; a function `async fn (TargetInfo) -> Result<()>`, or a type that implements `HealthCheck`, asks in another way |
/// | `timeout(connect, tls, first_byte, idle, total, stream_idle, stream_close_delay)` | durations, or `"off"`; 2 s, 5 s, 30 s, 60 s, off, 10 min, 5 min |
/// | `retries = 2` | attempts after the first; `retries(count = 2, status = [502, 503, 504])` names the replies that are tried again |
/// | `retry_budget(ratio = "20%", per_second = 10)` | how many retries all requests together may cost |
/// | `retry_if = f` | `fn(&Outcome) -> bool`: what else is tried again |
/// | `breaker = "default"` | or `"classic"`, `"off"`, or `breaker(ratio, min, window, open = "5s..60s", probes, successes, count_500)` |
/// | `slow_start = "30s"` | how long a new target gets less; off |
/// | `max_in_flight = 1024`, `queue = 128`, `queue_timeout = "1s"` | what is sent at once, and what waits |
/// | `pool(connections, idle, idle_timeout, age, requests)` | connections to one target: 512, 64 for each worker, 4 s, 5 min, 10 000 |
/// | `http = "auto"` | or `"h1"`, `"h2"` over TLS, `"h2c"` without |
/// | `tls(ca, cert, key, sni, pin)` | whom to believe, and who we are; the roots of the system |
/// | `name = "payments"` | the section of velithon.toml |
#[proc_macro_attribute]
pub fn upstream(attribute: TokenStream, item: TokenStream) -> TokenStream {
    gateway::upstream(attribute.into(), &item.into()).into()
}

/// Forwards requests for a path to an upstream: on a struct a prefix without code, on a function a template with code
/// around.
///
/// ```ignore
/// #[gateway("/pay", upstream = Payments, strip_prefix, methods = [GET, POST],
///           request(set("x-tenant", "{header.host}"), remove("x-internal")), response(remove("server")))]
/// struct PayRoute;
///
/// #[gateway("/ledger/{*path}", upstream = Payments, rewrite = "/internal/{path}")]
/// async fn ledger(mut forward: Forward<Payments>, user: Inject<CurrentUser>) -> Result<Response> {
///     forward.header("x-user-id", user.id()).remove("cookie");
///     forward.send().await
/// }
/// ```
///
/// A struct's path takes what is below it too, whole segments: `/pay`, `/pay/`, `/pay/x`, not `/payx`; `/` takes everything.
/// A function's path is a template, as that of a route, and so are its arguments, beside one `Forward<_>` of the upstream.
/// A route that is more specific goes first, and has its methods to itself.
///
/// | key | meaning |
/// |---|---|
/// | `upstream = Payments` | where requests go: a struct marked [`upstream`](macro@upstream); required |
/// | `strip_prefix` | the path of the struct is taken off |
/// | `rewrite = "/internal/{path}"` | the path that the upstream sees; captures enter as they were sent, and `path` is what stands behind the prefix of a struct |
/// | `methods = [GET, POST]` | the methods that are taken, HEAD with GET; all without it |
/// | `request(..)` | `set(name, value)`, `append(name, value)`, `remove(name, ..)`, `query_set(name, value)`, `query_remove(name, ..)`, `path_regex(pattern, replacement)`, done in written order |
/// | `response(..)` | `set`, `append`, `remove`, `rewrite_location`, `body_json(max, with = f)` |
/// | `body_json(max = "1MiB", with = f)` | `fn(&mut serde_json::Value) -> Result<()>` edits the body of requests |
/// | `transform = Redact` | a type that implements `Transform` and is provided |
/// | `split(PaymentsV2 = "5%", key = "cookie id", if_header = "x-beta: 1", if_cookie = "beta=1")` | a share goes elsewhere; the key makes the choice stable, a mark forces it |
/// | `mirror(Shadow = "1%")` | a share is copied, and the reply dropped |
/// | `timeout(..)`, `retries` | as those of the upstream, which they replace key by key |
/// | `body_limit = "10MiB"` | the longest body of a request; none |
/// | `preserve_host`, `host = ".."` | the host that the upstream sees: the client's, this one; otherwise its own |
/// | `forwarded` | writes `Forwarded` (RFC 7239) beside `X-Forwarded-*` |
/// | `encoded_slash = "checked"` | or `"keep"`, `"reject"`: what becomes of `%2F` |
/// | `tags`, `when`, `middleware`, `skip` | as on every [`route`](macro@route) |
/// | `name = "pay_route"` | the section of velithon.toml: `[gateway.pay_route]` |
///
/// Values hold `{client_ip}`, `{request_id}`, `{uuid}`, `{path.name}` of a capture and `{header.name}` of the request.
#[proc_macro_attribute]
pub fn gateway(attribute: TokenStream, item: TokenStream) -> TokenStream {
    gateway::gateway(attribute.into(), item.into()).into()
}

/// Makes a function work that runs outside of the request: `#[task] async fn send_welcome(user_id: u64, mailer: Inject<dyn Mailer>)`.
///
/// The function stays an ordinary async function. `send_welcome::job(7)` makes a job of it, which `Tasks::enqueue` keeps for a
/// worker. `Inject<_>`, `Lazy<_>`, `Factory<_>`, `All<_>` and `Config<_>` come from the application, `TaskContext` from the
/// run; every other argument is payload, given to `job`, and is `Serialize + DeserializeOwned`.
///
/// | key | meaning |
/// |---|---|
/// | `name = "mail.digest"`, `alias = ["old.name"]` | the name on the wire, and names it had before; else module and function |
/// | `queue = "mail"` | the queue it waits in; `default` |
/// | `priority = High` | `Critical`, `High`, `Normal` or `Low` |
/// | `retries = 5`, `backoff = "1s..5m"` | attempts after the first (20), and the bounds of their waits (`2s..1h`) |
/// | `timeout = "30s"` | how long one attempt may take (`5m`); its context is cancelled at nine tenths of it |
/// | `max_crashes = 3` | how many lost workers make it dead |
/// | `unique`, `unique(by = "user_id", within = "10m")` | no second one with these arguments while it lives, or for this long |
/// | `result = "24h"` | what it returns is kept this long |
/// | `payload = "1MiB"` | the greatest payload (`256KiB`) |
/// | `cron = "0 3 * * *"`, `tz`, `missed`, `overlap` | a schedule |
/// | `broker = "celery"`, `remote` | carried by a broker; run by a worker elsewhere, and then without a body |
#[proc_macro_attribute]
pub fn task(attribute: TokenStream, item: TokenStream) -> TokenStream {
    task::expand(attribute.into(), item.into()).into()
}
