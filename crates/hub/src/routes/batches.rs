//! `POST /v1/batches`: a signed batch in, a signed receipt out. `POST /v1/status`: a device's
//! status report.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};

use super::body::upload;
use crate::{hub::Hub, refusal::Refusal};

/// Takes a batch; the answer follows the commit.
pub(crate) async fn take(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Refusal> {
    let receipt = upload(&hub, &headers, body, async |signed| {
        let hub = hub.clone();
        // A task of its own, which ends in order when the device hangs up: what was checked is
        // kept.
        let receipt = tokio::spawn(async move { hub.take(signed).await });
        receipt.await.map_err(|_| Refusal::Storage)?
    });
    let media = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((media, receipt.await?))
}

/// Takes a status report.
pub(crate) async fn record_status(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let handle = async |signed| hub.record_status(signed).await;
    upload(&hub, &headers, body, handle).await?;
    Ok(StatusCode::NO_CONTENT)
}
