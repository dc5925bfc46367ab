//! `POST /v1/batches`: a signed batch in, a signed receipt out. `POST /v1/status`: a device's word on itself.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};

use super::body;
use crate::{answer::Refusal, hub::Hub};

/// Takes a batch; the answer comes after the commit.
pub(crate) async fn take(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Refusal> {
    let _room = hub.room().await?;
    let came = body::read(&headers, body).await?;
    let signed = hub.check(move || came.unpack()).await??;
    // The work goes on when the device hangs up: what was checked is kept.
    let receipt = tokio::spawn({
        let hub = hub.clone();
        async move { hub.take(signed).await }
    });
    let receipt = receipt.await.map_err(|_| Refusal::Storage)??;
    Ok((
        [(header::CONTENT_TYPE, "application/octet-stream")],
        receipt,
    ))
}

/// Notes how a device is doing.
pub(crate) async fn status(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let _room = hub.room().await?;
    let came = body::read(&headers, body).await?;
    let signed = hub.check(move || came.unpack()).await??;
    hub.hear(signed).await?;
    Ok(StatusCode::NO_CONTENT)
}
