//! The operator's pages: who is in the fleet, how it is doing, what does not fit. Rendered here, without script.

mod chart;
mod enrolment;
mod page;
mod session;

use std::{io, path::PathBuf, sync::Arc, time::Instant};

use axum::{
    Form, Router,
    extract::{
        DefaultBodyLimit, FromRequestParts, Query, Request, State,
        rejection::{FormRejection, QueryRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::{Next, from_fn},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use gatepost_pass::DeviceId;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

pub use session::{Operators, OperatorsError};

use crate::{
    answer::Refusal,
    enrolments::Enrolments,
    hub::Hub,
    limits::{Buckets, Rate},
    log,
    routes::blocking,
    store::Page,
};
use page::{Overview, ROWS};
use session::{Session, Sessions};

const COOKIE: &str = "gatepost-session";
/// Largest form, in bytes.
const MAX_FORM: usize = 8 * 1024;
/// Attempts to log in, of everybody together: a guess costs 19 MiB and some tens of milliseconds.
const LOGINS: Rate = Rate {
    per_second: 1,
    burst: 10,
};
/// Nothing but our own style and pictures; no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// What the pages need besides the hub.
#[derive(Debug)]
pub struct Fleet {
    /// Who may look.
    pub operators: Operators,
    /// Where the authority puts enrolment codes.
    pub enrolments: Option<PathBuf>,
    /// Whether the cookie is for TLS only; not on the loopback address, where there is none.
    pub is_secure: bool,
}

struct Pages {
    hub: Arc<Hub>,
    fleet: Fleet,
    sessions: Sessions,
    logins: Buckets<()>,
    checking: Semaphore,
}

type Shared = Arc<Pages>;

pub(crate) fn router(hub: Arc<Hub>, fleet: Fleet) -> Router {
    let pages = Pages {
        hub,
        fleet,
        sessions: Sessions::default(),
        logins: Buckets::new(LOGINS),
        checking: Semaphore::new(1),
    };
    Router::new()
        .route("/", get(async || Redirect::to("/fleet")))
        .route("/fleet", get(devices))
        .route("/fleet/passages", get(passages))
        .route("/fleet/findings", get(findings))
        .route("/fleet/enrolment", get(enrolment))
        .route("/fleet/revoke", get(ask_revoke).post(revoke))
        .route("/fleet/pause", post(pause))
        .route("/fleet/login", get(show_login).post(login))
        .route("/fleet/logout", post(logout))
        .route("/fleet/style.css", get(style))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(secure))
        .with_state(Arc::new(pages))
}

/// Headers of every answer.
async fn secure(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    answer
}

/// Why a page is not shown.
enum Denied {
    /// Nobody is logged in here.
    Stranger,
    /// The form is not one of ours, or not of this session.
    Form(Option<Session>),
    /// As for devices.
    Refused(Option<Session>, Refusal),
}

impl From<Refusal> for Denied {
    fn from(why: Refusal) -> Self {
        Self::Refused(None, why)
    }
}

impl From<crate::StoreError> for Denied {
    fn from(why: crate::StoreError) -> Self {
        Refusal::from(why).into()
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        const FORM: &str =
            "This form is not valid, or no longer: go back, load the page again and try once more.";
        match self {
            Self::Stranger => Redirect::to("/fleet/login").into_response(),
            Self::Form(session) => {
                let answer = show(&page::refused(session.as_ref(), FORM));
                (
                    StatusCode::BAD_REQUEST,
                    [("gatepost-error", "form")],
                    answer,
                )
                    .into_response()
            }
            Self::Refused(session, why) => {
                let code = [("gatepost-error", why.code())];
                let answer = show(&page::refused(session.as_ref(), &why.to_string()));
                (why.status(), code, answer).into_response()
            }
        }
    }
}

fn show(page: &Markup) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (html, page.0.clone()).into_response()
}

impl FromRequestParts<Shared> for Session {
    type Rejection = Denied;

    async fn from_request_parts(parts: &mut Parts, pages: &Shared) -> Result<Self, Denied> {
        let token = session_token(&parts.headers).ok_or(Denied::Stranger)?;
        let session = pages.sessions.find(token, pages.hub.now());
        session.ok_or(Denied::Stranger)
    }
}

fn session_token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let mut cookies = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'));
    cookies.find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

#[derive(Deserialize)]
struct Where {
    #[serde(default)]
    page: u16,
}

impl Where {
    fn page(&self) -> Page {
        Page {
            skip: u32::from(self.page) * ROWS,
            take: ROWS,
        }
    }
}

async fn devices(
    State(pages): State<Shared>,
    session: Session,
    at: Result<Query<Where>, QueryRejection>,
) -> Result<Response, Denied> {
    let Query(at) = at.map_err(|_| Denied::Form(Some(session.clone())))?;
    let view = blocking(move || -> Result<_, crate::StoreError> {
        let hub = &pages.hub;
        Ok(Overview {
            totals: hub.store().totals()?,
            devices: hub.store().devices(at.page())?,
            bundle: hub.announced().map(|bundle| bundle.version),
            paused: hub.paused(),
            page: u32::from(at.page),
            now: hub.now(),
        })
    });
    Ok(show(&page::devices(&session, &view.await??)))
}

async fn passages(State(pages): State<Shared>, session: Session) -> Result<Response, Denied> {
    let now = pages.hub.now();
    // The first hour of the oldest day that is shown.
    let from = u32::try_from(now.0 / 86_400)
        .unwrap_or(0)
        .saturating_sub(14)
        * 24;
    let hours = blocking(move || pages.hub.store().hours(from)).await??;
    Ok(show(&page::passages(&session, &hours, now)))
}

async fn findings(
    State(pages): State<Shared>,
    session: Session,
    at: Result<Query<Where>, QueryRejection>,
) -> Result<Response, Denied> {
    let Query(at) = at.map_err(|_| Denied::Form(Some(session.clone())))?;
    let number = u32::from(at.page);
    let found = blocking(move || pages.hub.store().findings(at.page())).await??;
    Ok(show(&page::findings(&session, &found, number)))
}

async fn enrolment(State(pages): State<Shared>, session: Session) -> Result<Response, Denied> {
    let read = blocking(move || -> io::Result<_> {
        let folder = pages.fleet.enrolments.as_deref();
        let queue = pages.hub.enrolments();
        let codes = folder.map(enrolment::read).transpose()?;
        Ok((codes, queue.map(Enrolments::waiting).transpose()?))
    });
    let (codes, waiting) = read.await?.map_err(|_| Refusal::Storage)?;
    Ok(show(&page::enrolment(
        &session,
        codes.as_deref(),
        waiting.as_deref(),
    )))
}

#[derive(Deserialize)]
struct Which {
    device: String,
}

async fn ask_revoke(
    session: Session,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Denied> {
    let invalid = || Denied::Form(Some(session.clone()));
    let Query(which) = which.map_err(|_| invalid())?;
    let device: DeviceId = which.device.parse().map_err(|_| invalid())?;
    Ok(show(&page::revoke(&session, &device.to_string())))
}

#[derive(Deserialize)]
struct Revoke {
    token: String,
    device: String,
}

async fn revoke(
    State(pages): State<Shared>,
    session: Session,
    form: Result<Form<Revoke>, FormRejection>,
) -> Result<Response, Denied> {
    let form = of_session(&session, form, |form| &form.token)?;
    let device: Result<DeviceId, _> = form.device.parse();
    let device = device.map_err(|_| Denied::Form(Some(session.clone())))?;
    let now = pages.hub.now();
    let asked = blocking(move || pages.hub.store().ask_revocation(device, now)).await??;
    log::event(
        now,
        "revocation asked for",
        json!({ "device": device.to_string() }),
    );
    Ok(show(&page::revoked(&session, &device.to_string(), asked)))
}

#[derive(Deserialize)]
struct Pause {
    token: String,
    minutes: u8,
}

async fn pause(
    State(pages): State<Shared>,
    session: Session,
    form: Result<Form<Pause>, FormRejection>,
) -> Result<Redirect, Denied> {
    let form = of_session(&session, form, |form| &form.token)?;
    pages.hub.pause(u64::from(form.minutes) * 60);
    Ok(Redirect::to("/fleet"))
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

async fn show_login() -> Response {
    show(&page::login(false))
}

async fn login(
    State(pages): State<Shared>,
    form: Result<Form<Login>, FormRejection>,
) -> Result<Response, Denied> {
    let Form(form) = form.map_err(|_| Denied::Form(None))?;
    let now = pages.hub.now();
    let name = match pages.logins.take((), Instant::now()) {
        Err(_) => None,
        Ok(()) => {
            let _permit = pages.checking.acquire().await;
            let pages = pages.clone();
            blocking(move || pages.fleet.operators.check(&form.name, &form.password)).await?
        }
    };
    let Some(name) = name else {
        log::event(now, "login refused", json!({}));
        let code = [("gatepost-error", "login")];
        return Ok((StatusCode::FORBIDDEN, code, show(&page::login(true))).into_response());
    };
    let token = pages.sessions.begin(name, now).ok_or(Refusal::Storage)?;
    log::event(now, "login", json!({}));
    let cookie = set_cookie(&pages.fleet, &token, "");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/fleet")).into_response())
}

#[derive(Deserialize)]
struct Logout {
    token: String,
}

async fn logout(
    State(pages): State<Shared>,
    session: Session,
    headers: HeaderMap,
    form: Result<Form<Logout>, FormRejection>,
) -> Result<Response, Denied> {
    of_session(&session, form, |form| &form.token)?;
    if let Some(token) = session_token(&headers) {
        pages.sessions.end(token);
    }
    let cookie = set_cookie(&pages.fleet, "", "; Max-Age=0");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/fleet/login")).into_response())
}

fn set_cookie(fleet: &Fleet, token: &str, more: &str) -> String {
    let secure = if fleet.is_secure { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{more}")
}

/// A form that this session's own page made.
fn of_session<T>(
    session: &Session,
    form: Result<Form<T>, FormRejection>,
    token: impl Fn(&T) -> &str,
) -> Result<T, Denied> {
    let invalid = || Denied::Form(Some(session.clone()));
    let Form(form) = form.map_err(|_| invalid())?;
    // 256 random bits of this session: nothing is learned from how long a wrong guess takes.
    match token(&form) == session.form_token {
        true => Ok(form),
        false => Err(invalid()),
    }
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, include_str!("style.css")).into_response()
}
