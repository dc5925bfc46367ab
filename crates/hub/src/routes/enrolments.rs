//! `POST /v1/enrolments`: a device's request, queued for the authority. `GET /v1/enrolments/DEVICE`: its answer.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use gatepost_pass::DeviceId;

use super::{blocking, body};
use crate::{answer::Refusal, hub::Hub};

/// Queues a request.
pub(crate) async fn ask(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let _room = hub.room().await?;
    let came = body::read(&headers, body).await?;
    let queue = hub.clone();
    hub.check(move || queue.ask(&came.unpack()?)).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the answer, as the authority made it: the device checks it.
pub(crate) async fn answer(
    State(hub): State<Arc<Hub>>,
    device: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Path(device) = device.map_err(|_| Refusal::Address)?;
    // Only a device's own writing reaches the file system: no name from outside does.
    let device: DeviceId = device.parse().map_err(|_| Refusal::NotFound)?;
    let answer = blocking(move || hub.answer(device)).await??;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, answer))
}
