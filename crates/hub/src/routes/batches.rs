//! `POST /v1/uploads`: a padded batch in, a padded receipt out, and filler for filler. `POST
//! /v1/batches`: the same without padding. `POST /v1/status`: a device's status report.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use gatepost_protocol::padding::{self, pad};
use tokio::time::{Instant, sleep_until};

use super::body::{PaddedBatch, PaddedStatus, Upload};
use crate::{hub::Hub, refusal::Refusal};

const MEDIA: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/octet-stream")];

/// Takes a batch; the answer follows the commit.
pub(crate) async fn take(
    State(hub): State<Arc<Hub>>,
    Upload(signed, _permit): Upload,
) -> Result<impl IntoResponse, Refusal> {
    Ok((MEDIA, keep(hub, signed).await?))
}

/// A padded upload is answered a whole multiple of this after it came: a batch waits for the disk,
/// and filler does not.
const BEAT: Duration = Duration::from_millis(250);

/// Takes a padded batch. Filler, which devices send when nothing waits, is answered alike, and as
/// late: whoever sees the answer learns nothing from it either.
pub(crate) async fn take_padded(
    State(hub): State<Arc<Hub>>,
    PaddedBatch(signed, permit): PaddedBatch,
) -> Result<impl IntoResponse, Refusal> {
    let came = Instant::now();
    let receipt = match signed.is_empty() {
        true => Ok(Vec::new()),
        false => keep(hub, signed).await,
    };
    drop(permit);
    let beats = came.elapsed().as_millis() / BEAT.as_millis() + 1;
    sleep_until(came + BEAT * u32::try_from(beats).unwrap_or(u32::MAX)).await;
    let answer = pad(&receipt?, &padding::ANSWER).map_err(|_| Refusal::Storage)?;
    Ok((MEDIA, answer))
}

async fn keep(hub: Arc<Hub>, signed: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    // A task of its own, which does not end when the device hangs up: what was checked is kept.
    let receipt = tokio::spawn(async move { hub.take(signed).await });
    receipt.await.map_err(|_| Refusal::Storage)?
}

/// Takes a status report.
pub(crate) async fn record_status(
    State(hub): State<Arc<Hub>>,
    PaddedStatus(signed, _permit): PaddedStatus,
) -> Result<StatusCode, Refusal> {
    hub.record_status(signed).await?;
    Ok(StatusCode::NO_CONTENT)
}
