//! `[gateway.<key>]`: every key, with what holds when it is not written.

use serde::Deserialize;

use super::retries::Retries;
use super::{Edits, JsonLimit, MirrorSettings, Overrides, ReplyEdits, SplitSettings};
use crate::config::Size;

/// `[gateway.<key>]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct GatewaySettings {
    /// The prefix of a gateway that is no item.
    pub(crate) path: Option<String>,
    /// The key of the upstream; it replaces that of an item.
    pub(crate) upstream: Option<String>,
    /// The methods that are taken; all when there is none.
    pub(crate) methods: Vec<String>,
    /// Whether the prefix is taken off the path.
    pub(crate) strip_prefix: bool,
    /// The path that the upstream sees: `"/internal/{path}"`.
    pub(crate) rewrite: Option<String>,
    /// Whether the upstream sees the host that the client asked for.
    pub(crate) preserve_host: bool,
    /// The host that the upstream sees.
    pub(crate) host: Option<String>,
    /// Whether `Forwarded` is written beside `X-Forwarded-*`.
    pub(crate) forwarded: bool,
    /// What becomes of `%2F` in a path.
    pub(crate) encoded_slash: Slash,
    /// Replaces limits of the upstream.
    pub(crate) timeout: Overrides,
    /// Replaces the rules of the upstream.
    pub(crate) retries: Option<Retries>,
    /// The longest body of a request.
    pub(crate) body_limit: Option<Size>,
    /// What is changed of requests, in this order.
    pub(crate) request: Edits,
    /// What is changed of replies, in this order.
    pub(crate) response: ReplyEdits,
    /// How long a body may be that a function edits.
    pub(crate) body_json: JsonLimit,
    /// Which requests go elsewhere.
    pub(crate) split: SplitSettings,
    /// Which requests are copied, and to where.
    pub(crate) mirror: MirrorSettings,
}

/// `encoded_slash = "checked"`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Slash {
    /// A path is refused if it would be another route's with its `%2F` read as slashes.
    #[default]
    Checked,
    /// It passes, and so does `%5C`.
    Keep,
    /// A path that has it is refused.
    Reject,
}
