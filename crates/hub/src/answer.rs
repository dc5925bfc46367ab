//! Every error that the hub answers with: a status, and `{"error":"code","message":"…"}`.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use gatepost_pass::FormatError;
use gatepost_protocol::{BatchError, batch::MAX_BYTES, device::CertificateError};

use crate::store::StoreError;

/// Seconds after which a device should try again when the hub can't serve.
const RETRY_AFTER: u32 = 30;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error("{0}")]
    Request(CertificateError),
    #[error("the request names no enrolment code: bring it to the authority by USB stick")]
    NoCode,
    #[error("a batch is at most {MAX_BYTES} bytes: send fewer records at once")]
    TooLarge,
    #[error("a body comes as it is or with content-encoding: zstd, window at most 8 MiB")]
    Encoding,
    #[error("the packed body does not unpack")]
    Packed,
    #[error("the address is not readable: percent-encoded UTF-8 is")]
    Address,
    #[error("too many requests: try again in {0} s")]
    TooMany(u32),
    #[error("the operator has paused uploads: try again in {0} s")]
    Paused(u32),
    #[error("the hub has no room right now: try again later")]
    Busy,
    #[error("the hub takes no more devices: its operator has to raise the limit")]
    TooManyDevices,
    #[error("the request ended before its body did")]
    CutShort,
    #[error("the body took too long to arrive")]
    Timeout,
    #[error("this address speaks TLS only: use https://, with the hub's key pinned")]
    HttpsOnly,
    #[error("there is nothing at this address")]
    NotFound,
    #[error("this address does not take that method")]
    Method,
    #[error("the range is not one part of this file of {0} bytes, written bytes=N- or bytes=N-M")]
    BadRange(u64),
    #[error("a record's number is beyond what can be stored")]
    Sequence,
    #[error("the hub has no usable bundle yet: try again later")]
    NoBundle,
    #[error("the hub can't store or read anything right now: try again later")]
    Storage,
}

impl Refusal {
    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Batch(BatchError::Format(FormatError::TooLarge { .. })) | Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
            }
            Self::Batch(BatchError::Format(_)) | Self::CutShort => {
                (StatusCode::BAD_REQUEST, "malformed")
            }
            Self::Batch(BatchError::Certificate(_)) => (StatusCode::FORBIDDEN, "certificate"),
            Self::Batch(BatchError::BadSignature) => (StatusCode::FORBIDDEN, "signature"),
            Self::Batch(BatchError::Sequence) | Self::Sequence => {
                (StatusCode::BAD_REQUEST, "sequence")
            }
            Self::Request(CertificateError::Format(FormatError::TooLarge { .. })) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
            }
            Self::Request(CertificateError::Format(_)) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::Request(_) => (StatusCode::FORBIDDEN, "signature"),
            Self::NoCode => (StatusCode::FORBIDDEN, "code"),
            Self::Encoding => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding"),
            Self::Packed | Self::Address => (StatusCode::BAD_REQUEST, "malformed"),
            Self::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "rate"),
            Self::Paused(_) => (StatusCode::SERVICE_UNAVAILABLE, "paused"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::TooManyDevices => (StatusCode::SERVICE_UNAVAILABLE, "devices"),
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "timeout"),
            // Not a status for which a device parks what it sent: its settings are wrong, not its batch.
            Self::HttpsOnly => (StatusCode::FORBIDDEN, "https_only"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method"),
            Self::BadRange(_) => (StatusCode::RANGE_NOT_SATISFIABLE, "bad_range"),
            Self::NoBundle => (StatusCode::SERVICE_UNAVAILABLE, "no_bundle"),
            Self::Storage => (StatusCode::SERVICE_UNAVAILABLE, "storage"),
        }
    }

    /// Seconds until it is worth trying again.
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
        self.status_and_code().0
    }

    /// The word that programs go by.
    pub(crate) fn code(&self) -> &'static str {
        self.status_and_code().1
    }
}

/// Up to half a minute, another one each time: those who are sent away together don't come back together.
fn spread() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(7, Relaxed) % 31
}

impl From<StoreError> for Refusal {
    /// What the storage said goes to the log, not to the device.
    fn from(why: StoreError) -> Self {
        match why {
            StoreError::Sequence => Self::Sequence,
            _ => Self::Storage,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = self.status_and_code();
        let body = serde_json::json!({ "error": error, "message": self.to_string() });
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
        (status, headers, body.to_string()).into_response()
    }
}
