//! The operators' pages: which devices there are, how they are doing, which findings there are.
//! Rendered here, without script.

mod actions;
mod chart;
mod codes;
mod denied;
mod extract;
mod login;
mod operators;
mod pages;
mod sessions;
mod state;
mod views;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

pub use operators::{Operators, OperatorsError};
pub use state::Fleet;

use crate::hub::Hub;
use state::FleetState;

/// Largest form, in bytes.
const MAX_FORM: usize = 8 * 1024;
/// Only our own style and pictures; no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

pub(crate) fn router(hub: Arc<Hub>, fleet: Fleet) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to("/fleet")))
        .route("/fleet", get(views::devices))
        .route("/fleet/passages", get(views::passages))
        .route("/fleet/findings", get(views::findings))
        .route("/fleet/enrolment", get(views::enrolment))
        .route(
            "/fleet/revoke",
            get(actions::ask_to_revoke).post(actions::revoke),
        )
        .route("/fleet/pause", post(actions::pause))
        .route("/fleet/login", get(login::form).post(login::log_in))
        .route("/fleet/logout", post(login::log_out))
        .route("/fleet/style.css", get(style))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(add_security_headers))
        .with_state(Arc::new(FleetState::new(hub, fleet)))
}

async fn add_security_headers(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    answer
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, include_str!("style.css")).into_response()
}
