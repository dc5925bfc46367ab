//! `POST /v1/batches`: a signed batch in, a signed receipt out.

use std::{future::poll_fn, pin::Pin, sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody as _},
    extract::State,
    http::header,
    response::IntoResponse,
};
use gatepost_protocol::batch::MAX_BYTES;

use super::blocking;
use crate::{answer::Refusal, hub::Hub};

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How much of a body is read in all. What is over [`MAX_BYTES`] is thrown away; reading it lets a
/// sender that is only a little over finish, and see the answer.
const MAX_READ: usize = 4 * MAX_BYTES;

/// Takes a batch; the answer comes after the commit.
pub(crate) async fn take(
    State(hub): State<Arc<Hub>>,
    body: Body,
) -> Result<impl IntoResponse, Refusal> {
    let read = tokio::time::timeout(BODY_TIME, read(body)).await;
    let signed = read.map_err(|_| Refusal::Timeout)??;
    let receipt = blocking(move || hub.take(&signed)).await??;
    Ok((
        [(header::CONTENT_TYPE, "application/octet-stream")],
        receipt,
    ))
}

async fn read(mut body: Body) -> Result<Vec<u8>, Refusal> {
    if body.size_hint().lower() > MAX_READ as u64 {
        return Err(Refusal::TooLarge);
    }
    let mut bytes = Vec::new();
    let mut total = 0;
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| Refusal::CutShort)?.into_data() else {
            continue;
        };
        total += data.len();
        if total > MAX_READ {
            break;
        }
        if total <= MAX_BYTES {
            bytes.extend_from_slice(&data);
        }
    }
    if total > MAX_BYTES {
        return Err(Refusal::TooLarge);
    }
    Ok(bytes)
}
