//! What is changed of a message on its way through, and how its body passes.

mod body;
mod forwarded;
mod head;
mod hop;
mod path;
mod response;

pub(crate) use body::{Finish, Outgoing, Progress, Received};
pub(crate) use head::{Client, Heading, prepare};
pub(crate) use path::PathRule;
pub(crate) use response::{Accepted, accept};
