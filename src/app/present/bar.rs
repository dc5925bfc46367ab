//! The bar at the top of every page.

use gatepost_pass::{ClockTrust, Freshness, Now};

use crate::{
    app::state::{checkpoint::Checkpoint, hub_link::HubLink},
    readable_time::format_hour,
    ui::{FreshnessView, StatusView},
};

/// The bar: hub, lists, time, place, direction, guard.
pub(crate) fn view(checkpoint: &Checkpoint, hub: &HubLink, guard: String, now: Now) -> StatusView {
    let Checkpoint {
        installed, station, ..
    } = checkpoint;
    let signed = installed.freshness(now.time);
    StatusView {
        online: hub.online(),
        freshness: signed.map_or(FreshnessView::NotSetUp, |(state, _)| freshness(state)),
        list_age_minutes: signed.map(|(_, signed)| now.time.since(signed) / 60),
        clock: format_hour(now.time, installed.utc_offset()),
        clock_trusted: now.clock == ClockTrust::Trusted,
        place: station.place().name.clone(),
        direction: station.direction(),
        guard,
    }
}

pub(super) fn freshness(freshness: Freshness) -> FreshnessView {
    match freshness {
        Freshness::Fresh => FreshnessView::Fresh,
        Freshness::Stale => FreshnessView::Stale,
        Freshness::Expired => FreshnessView::Expired,
    }
}
