//! The named bands of middleware order: a lower number is further out.
//!
//! Use them as priorities: `#[middleware(priority = AUTHENTICATION)]`. Numbers between them are free.

/// Gives each request its id; the outermost band.
pub const REQUEST_ID: i32 = 100;
/// Access log and trace spans.
pub const TRACE: i32 = 200;
/// Request counts and durations.
pub const METRICS: i32 = 300;
/// The catcher of panics; request-scoped values are finished here.
pub const PANIC: i32 = 350;
/// Security headers.
pub const SECURITY: i32 = 400;
/// Cross-origin rules.
pub const CORS: i32 = 500;
/// Load shedding.
pub const SHED: i32 = 550;
/// Limits by address.
pub const RATE_LIMIT: i32 = 600;
/// Sessions.
pub const SESSION: i32 = 650;
/// Cross-site request forgery.
pub const CSRF: i32 = 660;
/// Who is asking.
pub const AUTHENTICATION: i32 = 700;
/// Whether they may.
pub const AUTHORIZATION: i32 = 800;
/// Stored replies.
pub const CACHE: i32 = 1000;
/// Compression of replies.
pub const COMPRESSION: i32 = 1100;
/// Limits of request bodies.
pub const BODY_LIMIT: i32 = 1150;
/// Decompression of request bodies.
pub const DECOMPRESSION: i32 = 1160;
/// Limits of time.
pub const TIMEOUT: i32 = 1200;
/// A log of your own beside the handler; the built-in access log belongs to [`TRACE`].
pub const LOGGING: i32 = 1300;
/// Where a middleware without a priority stands; the innermost band.
pub const USER: i32 = 5000;
