//! `POST /v1/enrolments`: a device's request, queued for the authority. `GET
//! /v1/enrolments/DEVICE`: its answer.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use gatepost_pass::DeviceId;

use super::body::Upload;
use crate::{blocking::blocking, hub::Hub, refusal::Refusal};

/// Queues a request.
pub(crate) async fn request(
    State(hub): State<Arc<Hub>>,
    Upload(request, _permit): Upload,
) -> Result<StatusCode, Refusal> {
    let queue = hub.clone();
    let queued = hub.on_a_core(move || queue.queue_enrolment(&request));
    queued.await??;
    Ok(StatusCode::NO_CONTENT)
}

/// The authority's answer, as it is in the folder: the device verifies it.
pub(crate) async fn answer(
    State(hub): State<Arc<Hub>>,
    device: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Path(device) = device.map_err(|_| Refusal::Address)?;
    // Only the canonical form of an identifier reaches the file system: no name from outside does.
    let device: DeviceId = device.parse().map_err(|_| Refusal::NotFound)?;
    let answer = blocking(move || hub.enrolment_answer(device)).await??;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, answer))
}
