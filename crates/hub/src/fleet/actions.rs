//! What an operator can do: ask to revoke a device, pause uploads.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{Redirect, Response},
};
use gatepost_pass::DeviceId;
use log::Level;
use serde::Deserialize;
use serde_json::json;

use super::{
    denied::Denied,
    extract::{FormFields, SessionForm, SessionQuery},
    pages,
    state::FleetState,
};
use crate::{blocking::blocking, event_log::event};

#[derive(Deserialize)]
pub(super) struct DeviceQuery {
    device: String,
}

/// Asks for confirmation.
pub(super) async fn ask_to_revoke(
    SessionQuery(session, query): SessionQuery<DeviceQuery>,
) -> Result<Response, Denied> {
    match query.device.parse::<DeviceId>() {
        Ok(device) => Ok(pages::show(&pages::revoke(&session, &device.to_string()))),
        Err(_) => Err(Denied::InvalidForm(Some(session))),
    }
}

#[derive(Deserialize)]
pub(super) struct RevokeForm {
    token: String,
    device: String,
}

impl FormFields for RevokeForm {
    fn token(&self) -> &str {
        &self.token
    }
}

/// Notes that the operator asks the authority to revoke a device.
pub(super) async fn revoke(
    State(state): State<Arc<FleetState>>,
    SessionForm(session, form): SessionForm<RevokeForm>,
) -> Result<Response, Denied> {
    let Ok(device) = form.device.parse::<DeviceId>() else {
        return Err(Denied::InvalidForm(Some(session)));
    };
    let now = state.hub.now();
    let request = blocking(move || state.hub.store().request_revocation(device, now)).await??;
    let device = device.to_string();
    let fields = json!({ "device": device });
    event(Level::Warn, now, "revocation asked for", fields);
    Ok(pages::show(&pages::revoked(&session, &device, request)))
}

#[derive(Deserialize)]
pub(super) struct PauseForm {
    token: String,
    minutes: u8,
}

impl FormFields for PauseForm {
    fn token(&self) -> &str {
        &self.token
    }
}

/// Pauses uploads; 0 minutes end a pause.
pub(super) async fn pause(
    State(state): State<Arc<FleetState>>,
    SessionForm(_, form): SessionForm<PauseForm>,
) -> Redirect {
    state.hub.pause(u64::from(form.minutes) * 60);
    Redirect::to("/fleet")
}
