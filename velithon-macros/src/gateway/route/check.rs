//! The rules of a gateway as a whole; those of single texts are told by now.

use syn::spanned::Spanned;
use syn::{Path as TypePath, Type};

use super::captures;
use super::parse::{Gateway, Shape};
use crate::faults::{Faults, message};
use crate::gateway::settings::Data;
use crate::gateway::text;
use crate::route::check::Bound;
use crate::signature::{Signature, inner_of, last_segment};

/// A gateway whose arguments all have a source.
pub(super) struct Checked {
    pub(super) gateway: Parts,
    pub(super) bound: Bound,
}

/// What is a gateway's own.
pub(super) struct Parts {
    pub(super) shape: Shape,
    pub(super) key: syn::LitStr,
    pub(super) upstream: TypePath,
    pub(super) read: crate::gateway::read::Read,
}

pub(super) fn check(gateway: Gateway, faults: &mut Faults) -> Option<Checked> {
    strip_prefix(&gateway, faults);
    host(&gateway, faults);
    captures::check(&gateway, faults);
    shares(&gateway, faults);
    if gateway.shape == Shape::Template {
        forward(&gateway, faults);
    }
    let Gateway { shape, key, upstream, read, route } = gateway;
    let bound = crate::route::check::check(route, faults)?;
    Some(Checked { gateway: Parts { shape, key, upstream: upstream?, read }, bound })
}

/// The upstream of the argument `Forward<Payments>`.
pub(super) fn forwards(signature: &Signature) -> Option<&Type> {
    signature.arguments.iter().find_map(|argument| inner_of(&argument.ty, "Forward"))
}

fn strip_prefix(gateway: &Gateway, faults: &mut Faults) {
    let Some(strip) = gateway.read.get("strip_prefix").filter(|strip| matches!(strip.value, Data::Bool(true))) else {
        return;
    };
    let path = gateway.route.path.as_str();
    if gateway.shape == Shape::Template {
        let what = format!("`strip_prefix` takes a prefix away, and the path of `{}` is a template", gateway.name());
        let rest = gateway.route.path.captures().find(|capture| capture.rest).map_or("path", |capture| capture.name);
        let help = format!("write the path that the upstream sees, such as `rewrite = \"/{{{rest}}}\"`");
        faults.push(strip.span, message(what, "a function serves what its template describes, not all below it", help));
    } else if path == "/" {
        let why = "the path `/` takes every request, and has nothing that could be taken away";
        faults.push(strip.span, message("there is no prefix to strip", why, "take `strip_prefix` away"));
    } else if let Some(rewrite) = gateway.read.get("rewrite") {
        let why = "a rewrite says the whole path, so what is stripped first would not be seen";
        let help = "keep one of them; `{path}` in a rewrite is what stands behind the prefix";
        faults.push(rewrite.span, message("`strip_prefix` and `rewrite` exclude each other", why, help));
    }
}

fn host(gateway: &Gateway, faults: &mut Faults) {
    if let (Some(host), Some(_)) = (gateway.read.get("host"), gateway.read.get("preserve_host")) {
        let what = "`host` and `preserve_host` exclude each other";
        let why = "an upstream sees one host: this one, that of the client, or its own";
        faults.push(host.span, message(what, why, "keep one of them, or none for the target's own"));
    }
}

/// All shares of a split together are at most the whole.
fn shares(gateway: &Gateway, faults: &mut Faults) {
    let Some(split) = gateway.read.get("split") else { return };
    let Data::Table(settings) = &split.value else { return };
    let shares = settings.iter().filter_map(|setting| match (&setting.key, &setting.value) {
        (crate::gateway::settings::Name::Upstream(_), Data::Text(share)) => text::share(share),
        _ => None,
    });
    let sum: f64 = shares.sum();
    if sum > 100.0 {
        let what = format!("the shares of this split are {sum}% together");
        faults.push(split.span, message(what, "", "write shares that leave a rest for `upstream`, at most 100%"));
    }
}

/// A function sends what it is given to the upstream of its attribute.
fn forward(gateway: &Gateway, faults: &mut Faults) {
    let name = gateway.name();
    let upstream = gateway.upstream.as_ref().map_or_else(|| "Payments".to_owned(), crate::text::of);
    let Some(forwarded) = forwards(&gateway.route.signature) else {
        let what = format!("`{name}` takes no `Forward<_>`, so nothing could be sent to `{upstream}`");
        let help = format!("add an argument `forward: Forward<{upstream}>` and end with `forward.send().await`");
        faults.push(gateway.route.signature.name.span(), message(what, "", help));
        return;
    };
    let differs = gateway.upstream.as_ref().is_some_and(|upstream| {
        let named = last_segment(forwarded).map(|last| &last.ident);
        named.is_some() && named != upstream.segments.last().map(|last| &last.ident)
    });
    if differs {
        let other = crate::text::of(forwarded);
        let what = format!("`{name}` leads to `{upstream}`, and forwards to `{other}`");
        let why = "a request that enters by a gateway goes to its upstream; `Client<_>` reaches others";
        let help = format!("write `Forward<{upstream}>`, or `upstream = {other}`");
        faults.push(forwarded.span(), message(what, why, help));
    }
    if !gateway.route.signature.is_async {
        let what = format!("`{name}` is not `async`");
        let why = "the reply of the upstream has to be waited for";
        let help = format!("write `async fn {name}`");
        faults.push(gateway.route.signature.name.span(), message(what, why, help));
    }
}

impl Gateway {
    /// The item's name, for messages.
    pub(super) fn name(&self) -> String {
        self.route.signature.name.to_string()
    }
}
