//! The errors that the hub answers with: a status, and `{"error":"code","message":"…"}`.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use axum::{
    Extension,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use gatepost_pass::FormatError;
use gatepost_protocol::{BatchError, RefusalReason, batch::MAX_BYTES, device::CertificateError};
use gatepost_system::chain;

use crate::{enrolment_queue::EnrolmentError, store::HubStoreError};

/// Seconds after which a device should try again when the hub cannot serve it.
const RETRY_AFTER: u32 = 30;

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error(transparent)]
    Request(CertificateError),
    #[error("the request names no enrolment code: take it to the authority on a USB stick")]
    NoCode,
    #[error("a batch has at most {MAX_BYTES} bytes: send fewer records at once")]
    TooLarge,
    #[error("content-encoding must be absent or zstd with a window of at most 8 MiB")]
    Encoding,
    #[error("the body cannot be decompressed")]
    Packed,
    #[error("a question for the time has exactly 32 bytes")]
    Question,
    #[error("the address is not percent-encoded UTF-8")]
    Address,
    #[error("too many requests: try again in {0} s")]
    TooMany(u32),
    #[error("the operator has paused uploads: try again in {0} s")]
    Paused(u32),
    #[error("the hub is overloaded: try again later")]
    Busy,
    #[error("the hub accepts no more devices: its operator must raise the limit")]
    TooManyDevices,
    #[error("the connection ended before the body was complete")]
    CutShort,
    #[error("the body took too long to arrive")]
    Timeout,
    #[error("this address accepts TLS only: use https://, with the hub's key pinned")]
    HttpsOnly,
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this address does not support that method")]
    Method,
    #[error("the range must be one part of this file of {0} bytes, as bytes=N- or bytes=N-M")]
    BadRange(u64),
    #[error("a record's number is beyond what can be stored")]
    Sequence,
    #[error("the hub has no valid bundle yet: try again later")]
    NoBundle,
    #[error("the hub's storage failed: try again later")]
    Storage,
}

impl Refusal {
    fn status_and_reason(&self) -> (StatusCode, RefusalReason) {
        match self {
            Self::Batch(BatchError::Format(FormatError::TooLarge { .. })) | Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, RefusalReason::TooLarge)
            }
            Self::Batch(BatchError::Format(_)) | Self::Question => {
                (StatusCode::BAD_REQUEST, RefusalReason::Malformed)
            }
            Self::CutShort => (StatusCode::BAD_REQUEST, RefusalReason::CutShort),
            Self::Batch(BatchError::Certificate(_)) => {
                (StatusCode::FORBIDDEN, RefusalReason::Certificate)
            }
            Self::Batch(BatchError::BadSignature) => {
                (StatusCode::FORBIDDEN, RefusalReason::Signature)
            }
            Self::Batch(BatchError::Sequence) | Self::Sequence => {
                (StatusCode::BAD_REQUEST, RefusalReason::Sequence)
            }
            Self::Request(CertificateError::Format(FormatError::TooLarge { .. })) => {
                (StatusCode::PAYLOAD_TOO_LARGE, RefusalReason::TooLarge)
            }
            Self::Request(CertificateError::Format(_)) => {
                (StatusCode::BAD_REQUEST, RefusalReason::Malformed)
            }
            Self::Request(_) => (StatusCode::FORBIDDEN, RefusalReason::Signature),
            Self::NoCode => (StatusCode::FORBIDDEN, RefusalReason::Code),
            Self::Encoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, RefusalReason::Encoding),
            Self::Packed | Self::Address => (StatusCode::BAD_REQUEST, RefusalReason::Malformed),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, RefusalReason::Rate),
            Self::Paused(_) => (StatusCode::SERVICE_UNAVAILABLE, RefusalReason::Paused),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, RefusalReason::Busy),
            Self::TooManyDevices => (StatusCode::SERVICE_UNAVAILABLE, RefusalReason::Devices),
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, RefusalReason::Timeout),
            Self::HttpsOnly => (StatusCode::FORBIDDEN, RefusalReason::HttpsOnly),
            Self::NotFound => (StatusCode::NOT_FOUND, RefusalReason::NotFound),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, RefusalReason::Method),
            Self::BadRange(_) => (StatusCode::RANGE_NOT_SATISFIABLE, RefusalReason::BadRange),
            Self::NoBundle => (StatusCode::SERVICE_UNAVAILABLE, RefusalReason::NoBundle),
            Self::Storage => (StatusCode::SERVICE_UNAVAILABLE, RefusalReason::Storage),
        }
    }

    /// Seconds until the device should try again.
    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooMany(wait) | Self::Paused(wait) => Some(wait.saturating_add(spread() % 10)),
            Self::Busy | Self::NoBundle | Self::Storage | Self::TooManyDevices => {
                Some(RETRY_AFTER + spread())
            }
            _ => None,
        }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status_and_reason().0
    }

    /// The error code for programs.
    pub(crate) fn code(&self) -> &'static str {
        self.status_and_reason().1.name()
    }
}

/// Up to 30 s, different each time, so that devices that are put off together do not come back
/// together.
fn spread() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(7, Relaxed) % 31
}

impl From<HubStoreError> for Refusal {
    /// The storage's own error goes into the log, not to the device.
    fn from(why: HubStoreError) -> Self {
        match why {
            HubStoreError::Sequence => Self::Sequence,
            _ => Self::Storage,
        }
    }
}

impl From<EnrolmentError> for Refusal {
    /// As above: a file's own error goes into the log.
    fn from(why: EnrolmentError) -> Self {
        match why {
            EnrolmentError::Request(why) => Self::Request(why),
            EnrolmentError::NoCode => Self::NoCode,
            EnrolmentError::Full => Self::Busy,
            EnrolmentError::File(_) => Self::Storage,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, reason) = self.status_and_reason();
        let body = serde_json::json!({ "error": reason.name(), "message": chain(&self) });
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        if let Some(wait) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, wait.into());
        }
        if let Self::BadRange(length) = self
            && let Ok(range) = format!("bytes */{length}").try_into()
        {
            headers.insert(header::CONTENT_RANGE, range);
        }
        // For whoever marks the answer (`answer_mark`).
        let reason = Extension(reason);
        (status, headers, reason, body.to_string()).into_response()
    }
}
