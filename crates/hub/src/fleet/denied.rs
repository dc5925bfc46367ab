//! Why a page is not shown, and what is shown instead.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use gatepost_system::chain;

use super::{pages, sessions::OperatorSession};
use crate::{refusal::Refusal, store::HubStoreError};

/// Why a page is not shown.
pub(super) enum Denied {
    /// Nobody is logged in.
    NotLoggedIn,
    /// The form or address is invalid, or does not belong to this session.
    InvalidForm(Option<OperatorSession>),
    /// Refused as for a device.
    Refused(Refusal),
}

impl From<Refusal> for Denied {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl From<HubStoreError> for Denied {
    fn from(why: HubStoreError) -> Self {
        Self::Refused(why.into())
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        const FORM: &str =
            "This form is invalid or has expired: go back, reload the page and try again.";
        match self {
            Self::NotLoggedIn => Redirect::to("/fleet/login").into_response(),
            Self::InvalidForm(session) => {
                let code = [("gatepost-error", "form")];
                let page = pages::show(&pages::refused(session.as_ref(), FORM));
                (StatusCode::BAD_REQUEST, code, page).into_response()
            }
            Self::Refused(why) => {
                let code = [("gatepost-error", why.code())];
                let page = pages::show(&pages::refused(None, &chain(&why)));
                (why.status(), code, page).into_response()
            }
        }
    }
}
