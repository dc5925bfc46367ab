//! What handlers get out of a request: the session, a query, a form.

use std::{str::FromStr, sync::Arc};

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{denied::Denied, sessions::OperatorSession, state::FleetState};

/// The cookie that holds a session's token.
pub(super) const COOKIE: &str = "gatepost-session";

impl FromRequestParts<Arc<FleetState>> for OperatorSession {
    type Rejection = Denied;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<FleetState>,
    ) -> Result<Self, Denied> {
        let token = session_token(&parts.headers).ok_or(Denied::NotLoggedIn)?;
        let session = state.sessions.find(token, state.hub.now());
        session.ok_or(Denied::NotLoggedIn)
    }
}

/// The session's token in a request's cookies.
pub(super) fn session_token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let mut cookies = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'));
    cookies.find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

/// A query of an operator who is logged in.
pub(super) struct SessionQuery<T>(pub(super) OperatorSession, pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<FleetState>> for SessionQuery<T> {
    type Rejection = Denied;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<FleetState>,
    ) -> Result<Self, Denied> {
        let session = OperatorSession::from_request_parts(parts, state).await?;
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(session, query)),
            Err(_) => Err(Denied::InvalidForm(Some(session))),
        }
    }
}

/// A form with the token of the session whose page it is on.
#[derive(Deserialize)]
struct WithToken<T> {
    token: String,
    #[serde(flatten)]
    fields: T,
}

/// A form from a page of the session that sends it. Its fields must be text.
pub(super) struct SessionForm<T>(pub(super) OperatorSession, pub(super) T);

impl<T: DeserializeOwned + Send> FromRequest<Arc<FleetState>> for SessionForm<T> {
    type Rejection = Denied;

    async fn from_request(request: Request, state: &Arc<FleetState>) -> Result<Self, Denied> {
        let (mut parts, body) = request.into_parts();
        let session = OperatorSession::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        match Form::<WithToken<T>>::from_request(request, state).await {
            // 256 random bits of this session: the time that a wrong guess takes reveals nothing.
            Ok(Form(form)) if form.token == session.form_token => Ok(Self(session, form.fields)),
            _ => Err(Denied::InvalidForm(Some(session))),
        }
    }
}

/// A field of a session's form or query.
pub(super) fn parse_field<T: FromStr>(session: &OperatorSession, text: &str) -> Result<T, Denied> {
    let parsed = text.parse();
    parsed.map_err(|_| Denied::InvalidForm(Some(session.clone())))
}
