//! What a gateway does besides passing a request on: choosing another upstream, copying, and changing whole bodies.
//!
//! Most gateways do none of it, which costs them one look.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use http::request::Parts;
use http_body::Body as _;

use super::balance::Head;
use super::custom::Transform;
use super::error::GatewayError;
use super::exchange::{Outbound, Rules, run};
use super::extract::{BUFFERED, read};
use super::forward::{Heading, Snapshot};
use super::policy::mirror::{Copy, Mirror};
use super::policy::split::Split;
use super::random;
use super::record::{EditJson, GatewayHooks};
use super::route::GatewayRoute;
use super::settings::{Edit, GatewaySettings};
use super::upstream::{Hub, UpstreamState};
use crate::reply::Result;

/// What a gateway does besides.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    split: Split,
    others: Box<[Arc<UpstreamState>]>,
    mirrors: Box<[(Mirror, Arc<UpstreamState>)]>,
    request_json: Option<Json>,
    response_json: Option<Json>,
    /// Built out of the container, once it is there.
    transform: OnceLock<Arc<dyn Transform>>,
}

/// A function that edits JSON, and how long a body it gets.
#[derive(Debug, Clone, Copy)]
struct Json {
    edit: EditJson,
    most: u64,
}

impl Passage {
    /// What the settings and hooks of a gateway say.
    ///
    /// # Errors
    /// Shares beyond the whole, and an upstream that is not there.
    pub(crate) fn new(settings: &GatewaySettings, hooks: &GatewayHooks, hub: &Hub) -> Result<Self, String> {
        let upstream = |name: &String| {
            hub.named(name).cloned().ok_or_else(|| format!("there is no upstream `{name}` in this program"))
        };
        let split = Split {
            shares: settings.split.to.iter().map(|(_, share)| *share).collect(),
            key: settings.split.key.clone(),
            force: settings.split.force.clone(),
        };
        split.check().map_err(|error| error.to_string())?;
        let mirror = |(name, share): &(String, f64)| Ok((Mirror::new(*share), upstream(name)?));
        let limit = settings.body_limit.map(|limit| limit.bytes());
        let json = |edit: Option<EditJson>, max: Option<crate::config::Size>| {
            edit.map(|edit| Json { edit, most: max.map(|max| max.bytes()).or(limit).unwrap_or(BUFFERED) })
        };
        let of_reply = settings.response.0.iter().find_map(|edit| match edit {
            Edit::BodyJson(limit) => limit.max,
            _ => None,
        });
        Ok(Self {
            others: settings.split.to.iter().map(|(name, _)| upstream(name)).collect::<Result<_, _>>()?,
            split,
            mirrors: settings.mirror.to.iter().map(mirror).collect::<Result<_, String>>()?,
            request_json: json(hooks.request_body, settings.body_json.max),
            response_json: json(hooks.response_body, of_reply),
            transform: OnceLock::new(),
        })
    }

    pub(crate) fn set_transform(&self, transform: Arc<dyn Transform>) {
        // Once for each application.
        let _ = self.transform.set(transform);
    }

    pub(crate) fn transform(&self) -> Option<&Arc<dyn Transform>> {
        self.transform.get()
    }

    /// Whether it does nothing.
    #[inline]
    fn is_plain(&self) -> bool {
        self.others.is_empty()
            && self.mirrors.is_empty()
            && self.request_json.is_none()
            && self.response_json.is_none()
            && self.transform.get().is_none()
    }
}

/// Sends a request as its route says, and gives the reply its last form.
///
/// # Errors
/// Why there is no reply to pass on.
#[inline]
pub(crate) async fn send(
    route: &GatewayRoute,
    rules: &Rules,
    outbound: &mut Outbound,
    snapshot: Option<&Snapshot>,
) -> Result<Response, GatewayError> {
    let reply = match route.passage.is_plain() {
        true => run(&route.upstream, rules, outbound).await?,
        false => Box::pin(pass(route, rules, outbound)).await?,
    };
    match snapshot.filter(|_| !route.response.is_empty()) {
        Some(snapshot) => route.edit_reply(reply, snapshot),
        None => Ok(reply),
    }
}

async fn pass(route: &GatewayRoute, rules: &Rules, outbound: &mut Outbound) -> Result<Response, GatewayError> {
    let passage = &route.passage;
    let upstream = chosen(route, outbound);
    if let Some(json) = passage.request_json {
        let body = std::mem::take(&mut outbound.body);
        let edited = edited(&outbound.parts.headers, body, json, "body_json").await?;
        if edited.changed {
            outbound.parts.headers.remove(CONTENT_LENGTH);
        }
        outbound.body = edited.body;
    }
    if let Some(transform) = passage.transform.get() {
        let parts = std::mem::replace(&mut outbound.parts, http::Request::new(()).into_parts().0);
        let request = axum::extract::Request::from_parts(parts, std::mem::take(&mut outbound.body));
        let request =
            transform.request(request).await.map_err(|error| GatewayError::Refused(Box::new(error.to_problem())))?;
        (outbound.parts, outbound.body) = request.into_parts();
    }
    for (mirror, other) in &passage.mirrors {
        let body = std::mem::take(&mut outbound.body);
        outbound.body = copied(mirror, other, &outbound.parts, body).await?;
    }
    let reply = run(upstream, rules, outbound).await?;
    finished(passage, reply).await
}

/// The upstream that the shares fall on.
fn chosen<'r>(route: &'r GatewayRoute, outbound: &Outbound) -> &'r Arc<UpstreamState> {
    let parts = &outbound.parts;
    let head =
        Head { path: parts.uri.path(), query: parts.uri.query(), headers: &parts.headers, client: outbound.client };
    let choice = route.passage.split.choose(&head, &mut random::of_thread());
    let chosen = choice.and_then(|index| route.passage.others.get(index)).unwrap_or(&route.upstream);
    if let Some(series) = chosen.series().filter(|_| !route.passage.others.is_empty()) {
        series.chosen(&route.key);
    }
    chosen
}

/// Sends a copy of a request to another upstream, whose reply nobody gets; a body that is too long, or of no known length,
/// is not copied.
async fn copied(mirror: &Mirror, other: &Arc<UpstreamState>, parts: &Parts, body: Body) -> Result<Body, GatewayError> {
    let length = body.size_hint().upper().unwrap_or(u64::MAX);
    let copy = mirror.draw(length, &mut random::of_thread());
    if let Some(series) = other.series().filter(|_| !matches!(copy, Copy::None)) {
        series.mirrored(matches!(copy, Copy::Made(_)));
    }
    let Copy::Made(copying) = copy else { return Ok(body) };
    let bytes = read(body, length, "mirror").await?;
    let mut copy = http::Request::new(()).into_parts().0;
    (copy.method, copy.uri, copy.headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let (body, heading) = (Body::from(bytes.clone()), Heading::default());
    let mut outbound = Outbound { parts: copy, body, heading, client: None, notes: None };
    let other = Arc::clone(other);
    tokio::spawn(async move {
        let _copying = copying;
        // Whatever becomes of it is of no consequence here.
        if let Ok(reply) = run(&other, &Rules::of_copy(), &mut outbound).await {
            let _ = read(reply.into_body(), BUFFERED, "mirror").await;
        }
    });
    Ok(Body::from(bytes))
}

/// What a service does to replies.
async fn finished(passage: &Passage, reply: Response) -> Result<Response, GatewayError> {
    let mut reply = reply;
    if let Some(json) = passage.response_json {
        let (mut parts, body) = reply.into_parts();
        let edited = edited(&parts.headers, body, json, "body_json").await.map_err(|error| match error {
            GatewayError::TooLarge { .. } => GatewayError::Reply("its body is longer than `body_json` reads"),
            GatewayError::Body => GatewayError::Reset,
            other => other,
        })?;
        if edited.changed {
            parts.headers.remove(CONTENT_LENGTH);
            // The entity is another one (RFC 9110, section 8.8.3).
            parts.headers.remove(ETAG);
        }
        reply = Response::from_parts(parts, edited.body);
    }
    match passage.transform.get() {
        Some(transform) => {
            transform.response(reply).await.map_err(|error| GatewayError::Refused(Box::new(error.to_problem())))
        }
        None => Ok(reply),
    }
}

struct Edited {
    body: Body,
    changed: bool,
}

/// A JSON body after its edit; one that is no JSON, or encoded, passes as it is.
async fn edited(headers: &HeaderMap, body: Body, json: Json, key: &'static str) -> Result<Edited, GatewayError> {
    if body.is_end_stream() || !is_json(headers) {
        return Ok(Edited { body, changed: false });
    }
    let bytes = read(body, json.most, key).await?;
    let Ok(mut value) = serde_json::from_slice(&bytes) else {
        return Ok(Edited { body: Body::from(bytes), changed: false });
    };
    (json.edit)(&mut value).map_err(|error| GatewayError::Refused(Box::new(error.to_problem())))?;
    let bytes =
        serde_json::to_vec(&value).map_err(|_| GatewayError::Reply("an edit made something that is no JSON"))?;
    Ok(Edited { body: Body::from(bytes), changed: true })
}

/// Whether a body is JSON as it stands (RFC 6839 for `+json`).
fn is_json(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    !headers.contains_key(CONTENT_ENCODING) && (essence == "application/json" || essence.ends_with("+json"))
}
