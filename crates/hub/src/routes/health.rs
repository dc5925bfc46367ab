//! `GET /v1/health`: alive, and which bundle is in use.

use std::sync::Arc;

use axum::{extract::State, http::header, response::IntoResponse};

use super::blocking;
use crate::{answer::Refusal, hub::Hub};

/// `{"status":"ok","bundle":12}`; `null` without a usable bundle.
pub(crate) async fn health(State(hub): State<Arc<Hub>>) -> Result<impl IntoResponse, Refusal> {
    let version = blocking(move || hub.announced().map(|bundle| bundle.version)).await?;
    let body = serde_json::json!({ "status": "ok", "bundle": version });
    Ok((
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    ))
}
