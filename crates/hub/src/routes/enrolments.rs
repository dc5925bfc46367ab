//! `POST /v1/enrolments`: a device's request, queued for the authority. `GET
//! /v1/enrolments/DEVICE`: its answer.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use gatepost_pass::DeviceId;
use log::Level;
use serde_json::json;

use super::body::Upload;
use crate::blocking::blocking;
use crate::enrolment_queue::EnrolmentError;
use crate::event_log::event;
use crate::hub::Hub;
use crate::refusal::Refusal;
use crate::store::whole_hour;

/// Queues a request.
pub(crate) async fn request(
    State(hub): State<Arc<Hub>>,
    Upload(request, _permit): Upload,
) -> Result<StatusCode, Refusal> {
    let queue = hub.clone();
    let queued = hub.on_a_core(move || put(&queue, &request));
    queued.await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a request into the folder. Blocks.
fn put(hub: &Hub, request: &[u8]) -> Result<(), Refusal> {
    let now = hub.now();
    let queue = hub.enrolments().ok_or(Refusal::NotFound)?;
    let device = queue.put(request, now).map_err(|why| match why {
        EnrolmentError::File(why) => hub.file_failed(&why),
        why => why.into(),
    })?;
    let device = json!({ "device": device.to_string() });
    event(Level::Info, whole_hour(now), "enrolment asked", device);
    Ok(())
}

/// The authority's answer, as it is in the folder: the device verifies it.
pub(crate) async fn answer(
    State(hub): State<Arc<Hub>>,
    device: Result<Path<String>, PathRejection>,
) -> Result<impl IntoResponse, Refusal> {
    let Path(device) = device.map_err(|_| Refusal::Address)?;
    // Only the canonical form of an identifier reaches the file system: no name from outside does.
    let device: DeviceId = device.parse().map_err(|_| Refusal::NotFound)?;
    let answer = blocking(move || find(&hub, device)).await??;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, answer))
}

/// Finds it. Blocks.
fn find(hub: &Hub, device: DeviceId) -> Result<Vec<u8>, Refusal> {
    let queue = hub.enrolments().ok_or(Refusal::NotFound)?;
    let answer = queue.answer(device);
    answer
        .map_err(|why| hub.file_failed(&why))?
        .ok_or(Refusal::NotFound)
}
