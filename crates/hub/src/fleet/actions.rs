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
    extract::{SessionForm, SessionQuery, parse_field},
    pages,
    state::FleetState,
};
use crate::{blocking::blocking, event_log::event};

/// The device that a query or form names.
#[derive(Deserialize)]
pub(super) struct NamedDevice {
    device: String,
}

/// Asks for confirmation.
pub(super) async fn ask_to_revoke(
    SessionQuery(session, named): SessionQuery<NamedDevice>,
) -> Result<Response, Denied> {
    let device: DeviceId = parse_field(&session, &named.device)?;
    Ok(pages::show(&pages::revoke(&session, &device.to_string())))
}

/// Notes that the operator asks the authority to revoke a device.
pub(super) async fn revoke(
    State(state): State<Arc<FleetState>>,
    SessionForm(session, named): SessionForm<NamedDevice>,
) -> Result<Response, Denied> {
    let device: DeviceId = parse_field(&session, &named.device)?;
    let now = state.hub.now();
    let request = blocking(move || state.hub.store().request_revocation(device, now)).await??;
    let device = device.to_string();
    let fields = json!({ "device": device });
    event(Level::Warn, now, "revocation asked for", fields);
    Ok(pages::show(&pages::revoked(&session, &device, request)))
}

#[derive(Deserialize)]
pub(super) struct PauseForm {
    minutes: String,
}

/// Pauses uploads; 0 minutes end a pause.
pub(super) async fn pause(
    State(state): State<Arc<FleetState>>,
    SessionForm(session, form): SessionForm<PauseForm>,
) -> Result<Redirect, Denied> {
    let minutes: u8 = parse_field(&session, &form.minutes)?;
    state.hub.pause(u64::from(minutes) * 60);
    Ok(Redirect::to("/fleet"))
}
