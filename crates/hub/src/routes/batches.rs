//! `POST /v1/batches`: a signed batch in, a signed receipt out. `POST /v1/status`: a device's
//! status report.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::body::Upload;
use crate::{hub::Hub, refusal::Refusal};

/// Takes a batch; the answer follows the commit.
pub(crate) async fn take(
    State(hub): State<Arc<Hub>>,
    Upload(signed, _permit): Upload,
) -> Result<impl IntoResponse, Refusal> {
    // A task of its own, which does not end when the device hangs up: what was checked is kept.
    let receipt = tokio::spawn(async move { hub.take(signed).await });
    let receipt = receipt.await.map_err(|_| Refusal::Storage)??;
    let media = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((media, receipt))
}

/// Takes a status report.
pub(crate) async fn record_status(
    State(hub): State<Arc<Hub>>,
    Upload(signed, _permit): Upload,
) -> Result<StatusCode, Refusal> {
    hub.record_status(signed).await?;
    Ok(StatusCode::NO_CONTENT)
}
