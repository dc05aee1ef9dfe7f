//! Routes: what a path template is, how a request finds its handler, and how the handler gets its arguments.
#![doc = include_str!("../docs/routes.md")]

mod call;
pub(crate) mod current;
mod dispatch;
mod ending;
mod extract;
mod fault;
mod find;
mod grammar;
mod guard;
mod handle;
mod live;
mod normal;
pub mod params;
mod pattern;
mod receiver;
mod record;
mod rejected;
mod returned;
mod table;
mod template;
mod waiting;

pub use call::{Call, Exchange};
pub(crate) use dispatch::{REQUEST_ID_FIELD, dispatch};
pub(crate) use ending::End;
#[cfg(feature = "gateway")]
pub(crate) use ending::Notes;
pub(crate) use extract::from_body;
pub use extract::{
    Argument, Extractor, FromBody, FromCall, Head, OtherArgument, OtherHead, OwnArgument, OwnHead, PartsHead, Readable,
    Ruled, StateExtractor, resolution, via,
};
pub use fault::TargetFault;
pub(crate) use guard::Guard;
pub(crate) use handle::{Running, handle, outcome, panicked};
pub use handle::{blocking, reply, serve, serve_sync, served, status};
#[cfg(feature = "gateway")]
pub(crate) use live::Behind;
pub use live::Live;
pub(crate) use live::{Answer, Candidate, Core, Methods, NOT_FOUND, Parcel, REFUSED, SERVER_OPTIONS, Target};
pub(crate) use normal::merged;
pub use normal::{HiddenSeparators, with_open_slashes};
pub use pattern::{Coverage, Pattern};
#[doc(hidden)]
pub use receiver::{AnyReceiver, Receiver, ReceiverOf};
pub use record::{Endpoint, GroupRecord, RouteOptions, RouteRecord};
pub use rejected::Rejected;
#[doc(hidden)]
pub use returned::{AnyReturned, ErrorReply, Fallible, Returned, ReturnedReply, replies};
pub use table::{Captures, Conflict, Found, InvalidUtf8, Table, decode};
pub use template::{Template, TemplateFault};

/// Keeps a program from being built that gets here for some `T`.
///
/// It asks for the size of `T`, which only that program knows: a plain panic is evaluated where velithon itself is
/// optimised, and velithon would not be built.
const fn not_built<T>(why: &'static str) -> ! {
    assert!(size_of::<T>() == usize::MAX, "{}", why);
    panic!("no type is that large")
}
