//! Which address goes to which route, for devices and for operators: each has an address of its own to listen at.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use gatepost_protocol::routes::{BATCHES, ENROLMENTS, FILES, HEALTH, MANIFEST, REVOKED, STATUS};

use crate::{
    answer::Refusal,
    fleet::{self, Fleet},
    hub::Hub,
    routes::{batches, bundle, enrolments, health},
    server::Peer,
};

/// Whose word counts about where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The connection's.
    Connection,
    /// The last entry of `X-Forwarded-For`, which a server in front of the hub wrote.
    ForwardedFor,
}

/// The addresses for devices, as `gatepost_protocol::routes` names them.
pub fn router(hub: Arc<Hub>, caller: Caller) -> Router {
    Router::new()
        .route(MANIFEST, get(bundle::manifest))
        .route(&format!("{FILES}{{digest}}"), get(bundle::file))
        .route(REVOKED, get(bundle::revoked))
        .route(BATCHES, post(batches::take))
        .route(STATUS, post(batches::status))
        .route(ENROLMENTS, post(enrolments::ask))
        .route(&format!("{ENROLMENTS}/{{device}}"), get(enrolments::answer))
        .route(HEALTH, get(health::health))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn_with_state((hub.clone(), caller), admit))
        .with_state(hub)
}

/// The addresses for operators: health and metrics, and the fleet page for who is logged in. Not for the open
/// network.
pub fn operator_router(hub: Arc<Hub>, fleet: Option<Fleet>) -> Router {
    let router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/metrics", get(health::metrics))
        .with_state(hub.clone());
    let router = match fleet {
        Some(fleet) => router.merge(fleet::router(hub, fleet)),
        None => router,
    };
    router
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
}

/// What an address that speaks TLS says to whoever doesn't.
pub(crate) fn https_only() -> Router {
    Router::new().fallback(async || Refusal::HttpsOnly)
}

/// Counts a request and its answer.
async fn admit(
    State((hub, caller)): State<(Arc<Hub>, Caller)>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let address = address(&request, caller);
    let enrols = request.method() == Method::POST && request.uri().path() == ENROLMENTS;
    let admitted = address.map_or(Ok(()), |address| {
        hub.admit(address, begun)?;
        if enrols {
            hub.admit_enrolment(address, begun)
        } else {
            Ok(())
        }
    });
    let answer = match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let status = answer.status().as_u16();
    hub.metrics().answered(status, begun.elapsed());
    answer
}

fn address(request: &Request, caller: Caller) -> Option<IpAddr> {
    let Peer(peer) = request.extensions().get()?;
    let forwarded = |headers: &HeaderMap| {
        let last = headers.get_all("x-forwarded-for").into_iter().next_back()?;
        last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    match caller {
        Caller::Connection => Some(peer.ip()),
        Caller::ForwardedFor => forwarded(request.headers()).or(Some(peer.ip())),
    }
}
