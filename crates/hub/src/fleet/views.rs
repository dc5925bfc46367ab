//! The pages that only show something.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use gatepost_system::files::FileError;
use serde::Deserialize;

use super::{
    codes,
    denied::Denied,
    extract::SessionQuery,
    pages::{self, DevicesView, ROWS},
    sessions::OperatorSession,
    state::FleetState,
};
use crate::blocking::blocking;
use crate::enrolment_queue::EnrolmentQueue;
use crate::store::{HubStoreError, Paging};

/// Which page of a list is shown.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    #[serde(default)]
    page: u16,
}

impl ListQuery {
    fn paging(&self) -> Paging {
        Paging {
            skip: u32::from(self.page) * ROWS,
            take: ROWS,
        }
    }
}

pub(super) async fn devices(
    State(state): State<Arc<FleetState>>,
    SessionQuery(session, query): SessionQuery<ListQuery>,
) -> Result<Response, Denied> {
    let view = blocking(move || -> Result<_, HubStoreError> {
        let hub = &state.hub;
        Ok(DevicesView {
            totals: hub.store().totals()?,
            devices: hub.store().devices(query.paging())?,
            bundle: hub.bundle().map(|bundle| bundle.id()),
            paused: hub.paused(),
            page: u32::from(query.page),
            now: hub.now(),
        })
    });
    Ok(pages::show(&pages::devices(&session, &view.await??)))
}

pub(super) async fn passages(
    State(state): State<Arc<FleetState>>,
    session: OperatorSession,
) -> Result<Response, Denied> {
    let now = state.hub.now();
    let today = u32::try_from(now.0 / 86_400).unwrap_or(0);
    let first_hour = today.saturating_sub(14) * 24;
    let hours = blocking(move || state.hub.store().hours(first_hour)).await??;
    Ok(pages::show(&pages::passages(&session, &hours, now)))
}

pub(super) async fn findings(
    State(state): State<Arc<FleetState>>,
    SessionQuery(session, query): SessionQuery<ListQuery>,
) -> Result<Response, Denied> {
    let page = u32::from(query.page);
    let findings = blocking(move || state.hub.store().findings(query.paging())).await??;
    Ok(pages::show(&pages::findings(&session, &findings, page)))
}

pub(super) async fn enrolment(
    State(state): State<Arc<FleetState>>,
    session: OperatorSession,
) -> Result<Response, Denied> {
    let read = blocking(move || {
        let read = || -> Result<_, FileError> {
            let folder = state.fleet.enrolments.as_deref();
            let codes = folder.map(codes::read).transpose()?;
            let queue = state.hub.enrolments();
            Ok((codes, queue.map(EnrolmentQueue::waiting).transpose()?))
        };
        read().map_err(|why| state.hub.file_failed(&why))
    });
    let (codes, waiting) = read.await??;
    let page = pages::enrolment(&session, codes.as_deref(), waiting.as_deref());
    Ok(pages::show(&page))
}
