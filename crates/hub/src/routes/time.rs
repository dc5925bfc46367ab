//! `POST /v1/time`: a device's question, answered with the signed time.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::State,
    http::header,
    response::IntoResponse,
};
use gatepost_protocol::TimeNonce;

use crate::{hub::Hub, refusal::Refusal};

/// How long a question may take to arrive: an answer that comes later is no use to its device.
const QUESTION_TIME: Duration = Duration::from_secs(10);

/// Answers a question. It is too small to need a permit to hold it in memory.
pub(crate) async fn answer(
    State(hub): State<Arc<Hub>>,
    question: Body,
) -> Result<impl IntoResponse, Refusal> {
    let read = tokio::time::timeout(QUESTION_TIME, to_bytes(question, TimeNonce::LENGTH)).await;
    let bytes = read.map_err(|_| Refusal::Timeout)?;
    let nonce = bytes.ok().as_deref().and_then(TimeNonce::from_bytes);
    let nonce = nonce.ok_or(Refusal::Question)?;
    let asked = hub.clone();
    let answer = hub.on_a_core(move || asked.time(nonce)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, answer))
}
