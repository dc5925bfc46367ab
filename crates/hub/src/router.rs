//! Which path goes to which handler, for devices and for operators: each have a listening address
//! of their own.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use gatepost_protocol::routes::{
    BATCHES, ENROLMENTS, FILES, HEALTH, MANIFEST, PROGRAM, REVOKED, STATUS, TIME, UPLOADS,
};

use crate::{
    answer_mark,
    fleet::{self, Fleet},
    hub::Hub,
    refusal::Refusal,
    routes::{batches, body::ClientAddress, bundle, enrolments, health, time},
};

/// What is taken as the address that a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The other end of the connection.
    Connection,
    /// The last entry of `X-Forwarded-For`, which a reverse proxy in front of the hub wrote.
    ForwardedFor,
}

/// The paths for devices, as `gatepost_protocol::routes` names them.
pub fn router(hub: Arc<Hub>, caller: Caller) -> Router {
    Router::new()
        .route(MANIFEST, get(bundle::manifest))
        .route(&format!("{FILES}{{digest}}"), get(bundle::file))
        .route(REVOKED, get(bundle::revoked))
        .route(&format!("{PROGRAM}{{target}}"), get(bundle::release))
        .route(UPLOADS, post(batches::take_padded))
        .route(BATCHES, post(batches::take))
        .route(STATUS, post(batches::record_status))
        .route(TIME, post(time::answer))
        .route(ENROLMENTS, post(enrolments::request))
        .route(&format!("{ENROLMENTS}/{{device}}"), get(enrolments::answer))
        .route(HEALTH, get(health::health))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn_with_state((hub.clone(), caller), limit_and_measure))
        .layer(from_fn(answer_mark::add))
        .with_state(hub)
}

/// The paths for operators: health and metrics, and the fleet pages for those who are logged in.
/// Not for the open network.
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

/// Checks the rate of the request's address, and measures the answer.
async fn limit_and_measure(
    State((hub, caller)): State<(Arc<Hub>, Caller)>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let address = address(&request, caller);
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    let enrols = request.method() == Method::POST && request.uri().path() == ENROLMENTS;
    let admitted = address.map_or(Ok(()), |address| {
        hub.limit_address(address)?;
        match enrols {
            true => hub.limit_enrolments(address),
            false => Ok(()),
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
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let forwarded = |headers: &HeaderMap| {
        let last = headers.get_all("x-forwarded-for").into_iter().next_back()?;
        last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    match caller {
        Caller::Connection => Some(peer.ip()),
        Caller::ForwardedFor => forwarded(request.headers()).or(Some(peer.ip())),
    }
}
