//! What the upstream says that it saw.

use serde_json::Value;
use velithon_tests::Reply;

/// A request as it reached the upstream.
pub(crate) struct Seen(Value);

impl Seen {
    /// Reads it out of the reply that came back through the gateway.
    #[track_caller]
    pub(crate) fn of(reply: Reply) -> Self {
        Self(reply.is(200).json())
    }

    pub(crate) fn method(&self) -> &str {
        self.0["method"].as_str().unwrap_or_default()
    }

    /// Path and query as they were sent.
    pub(crate) fn target(&self) -> &str {
        self.0["target"].as_str().unwrap_or_default()
    }

    pub(crate) fn body(&self) -> &str {
        self.0["body"].as_str().unwrap_or_default()
    }

    /// The values of a field, in their order.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let pairs = self.0["headers"].as_array().into_iter().flatten();
        pairs.filter(|pair| pair[0] == name).filter_map(|pair| pair[1].as_str()).collect()
    }
}
