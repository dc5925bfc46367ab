//! Which address goes to which route.

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use gatepost_protocol::routes::{BATCHES, FILES, HEALTH, MANIFEST};

use crate::{
    answer::Refusal,
    hub::Hub,
    routes::{batches, bundle, health},
};

/// The hub's addresses, as `gatepost_protocol::routes` names them.
pub fn router(hub: Arc<Hub>) -> Router {
    Router::new()
        .route(MANIFEST, get(bundle::manifest))
        .route(&format!("{FILES}{{digest}}"), get(bundle::file))
        .route(BATCHES, post(batches::take))
        .route(HEALTH, get(health::health))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(hub)
}
