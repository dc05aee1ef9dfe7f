//! The same target for the same client, by a cookie that holds the hash of the target's name.
//!
//! A client without the cookie, or whose target is not eligible, gets a target by power of two choices, and a new cookie.

use http::HeaderValue;

use super::{Choice, Head, p2c};
use crate::gateway::random::Random;
use crate::gateway::target::TargetSet;

/// The place of the client's target, or of a new one.
pub(super) fn pick(choice: &Choice<'_>, name: &str, head: &Head<'_>, random: &mut impl Random) -> usize {
    let bound = bound_to(name, choice.set, head).and_then(|index| choice.eligible.place(index));
    bound.unwrap_or_else(|| p2c::pick(choice, random))
}

/// The `Set-Cookie` that binds the client to `chosen`, unless it is bound already.
pub(super) fn cookie(name: &str, set: &TargetSet, head: &Head<'_>, chosen: usize, secure: bool) -> Option<HeaderValue> {
    if bound_to(name, set, head) == Some(chosen) {
        return None;
    }
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={:016x}; Path=/; HttpOnly; SameSite=Lax{secure}", set.target(chosen).hash());
    HeaderValue::from_str(&text).ok()
}

/// The target that the client's cookie names, whether eligible or not.
fn bound_to(name: &str, set: &TargetSet, head: &Head<'_>) -> Option<usize> {
    let value = std::str::from_utf8(head.cookie(name)?).ok()?;
    let hash = u64::from_str_radix(value, 16).ok()?;
    set.members().iter().position(|member| member.target.hash() == hash)
}
