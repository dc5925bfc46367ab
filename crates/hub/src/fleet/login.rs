//! Logging in and out.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Form,
    extract::{ConnectInfo, State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use gatepost_pass::Digest;
use gatepost_system::chain;
use log::Level;
use serde::Deserialize;
use serde_json::json;

use super::{
    denied::Denied,
    extract::{COOKIE, SessionForm, session_token},
    pages,
    state::{Fleet, FleetState},
};
use crate::{blocking::blocking, event_log::event, limits::network, refusal::Refusal};

/// How long an attempt waits for others to be checked.
const QUEUE_TIME: Duration = Duration::from_secs(5);

pub(super) async fn form() -> Response {
    pages::show(&pages::login(false))
}

#[derive(Deserialize)]
pub(super) struct LoginForm {
    name: String,
    password: String,
}

/// Checks the password and begins a session.
pub(super) async fn log_in(
    State(state): State<Arc<FleetState>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Result<Response, Denied> {
    let Form(form) = form.map_err(|_| Denied::InvalidForm(None))?;
    let now = state.hub.now();
    let Some(name) = check(&state, peer.ip(), form).await? else {
        event(Level::Warn, now, "login refused", json!({}));
        let code = [("gatepost-error", "login")];
        let page = pages::show(&pages::login(true));
        return Ok((StatusCode::FORBIDDEN, code, page).into_response());
    };
    let token = state.sessions.begin(name, now).map_err(|why| {
        let why = json!({ "why": chain(&why) });
        event(Level::Error, now, "login failed", why);
        Refusal::Storage
    })?;
    event(Level::Info, now, "login", json!({}));
    let cookie = set_cookie(&state.fleet, &token, "");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/fleet")).into_response())
}

/// The operator's name, if the attempt is within its budgets and the password is right.
async fn check(
    state: &Arc<FleetState>,
    address: IpAddr,
    form: LoginForm,
) -> Result<Option<String>, Refusal> {
    let account = Digest::of(form.name.as_bytes());
    // An address that has none left takes none of the account's.
    let budget = state.addresses.take(network(address));
    if budget.and_then(|()| state.accounts.take(account)).is_err() {
        return Ok(None);
    }
    let Ok(_permit) = tokio::time::timeout(QUEUE_TIME, state.checking.acquire()).await else {
        return Ok(None);
    };
    let state = state.clone();
    blocking(move || state.fleet.operators.check(&form.name, &form.password)).await
}

/// Only the token.
#[derive(Deserialize)]
pub(super) struct LogoutForm {}

/// Ends the session.
pub(super) async fn log_out(
    State(state): State<Arc<FleetState>>,
    headers: HeaderMap,
    _form: SessionForm<LogoutForm>,
) -> Response {
    if let Some(token) = session_token(&headers) {
        state.sessions.end(token);
    }
    let cookie = set_cookie(&state.fleet, "", "; Max-Age=0");
    let cookie = [(header::SET_COOKIE, cookie)];
    (cookie, Redirect::to("/fleet/login")).into_response()
}

fn set_cookie(fleet: &Fleet, token: &str, more: &str) -> String {
    let secure = if fleet.is_secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{more}")
}
