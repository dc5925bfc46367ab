//! `GET /v1/health` for devices; `GET /healthz` and `GET /metrics` for monitoring.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde_json::json;

use crate::{
    blocking::blocking,
    hub::{Hub, hour},
    refusal::Refusal,
};

/// `{"status":"ok","bundle":12}`; `null` without a valid bundle.
pub(crate) async fn health(State(hub): State<Arc<Hub>>) -> Result<impl IntoResponse, Refusal> {
    let version = blocking(move || hub.bundle().map(|bundle| bundle.version)).await?;
    let body = json!({ "status": "ok", "bundle": version });
    Ok((
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    ))
}

/// 200 when batches can be kept, 503 when not: queries the store, and checks that there is a
/// bundle.
pub(crate) async fn healthz(State(hub): State<Arc<Hub>>) -> Result<impl IntoResponse, Refusal> {
    let (store, bundle) = blocking(move || {
        let nobody = gatepost_pass::DeviceId([0; 16]);
        (hub.store().knows(nobody).is_ok(), hub.bundle().is_some())
    })
    .await?;
    let status = match store && bundle {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = json!({ "store": store, "bundle": bundle }).to_string();
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body))
}

/// Counters and gauges in Prometheus' text format.
pub(crate) async fn metrics(State(hub): State<Arc<Hub>>) -> Result<impl IntoResponse, Refusal> {
    let text = blocking(move || {
        let version = hub.bundle().map_or(0, |bundle| bundle.version);
        hub.metrics().to_text(
            hour(hub.now()),
            &[
                (
                    "bundle_version",
                    "Version of the bundle in use; 0 for none.",
                    version,
                ),
                (
                    "upload_bytes",
                    "Bytes of complete uploads in memory now.",
                    hub.uploads().in_use(),
                ),
                (
                    "paused_seconds",
                    "How long the operator's pause still lasts.",
                    hub.paused(),
                ),
            ],
        )
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
