//! The bar at the top of every page.

use gatepost_pass::{ClockTrust, Freshness, Now, RulesHere};

use crate::{
    app::state::{checkpoint::Checkpoint, hub_link::HubLink, supplies::Supplies},
    readable_time::format_hour,
    ui::{FreshnessView, PlaceRulesView, StatusView},
};

/// The bar: hub, network, battery, lists, time, place, direction, guard.
pub(crate) fn view(
    checkpoint: &Checkpoint,
    hub: &HubLink,
    supplies: Supplies,
    guard: String,
    now: Now,
) -> StatusView {
    let Checkpoint {
        installed, station, ..
    } = checkpoint;
    let signed = installed.freshness(now.time);
    StatusView {
        online: hub.online(),
        network: supplies.network,
        battery: supplies.battery,
        freshness: signed.map_or(FreshnessView::NotSetUp, |(state, _)| freshness(state)),
        list_age_minutes: signed.map(|(_, signed)| now.time.since(signed) / 60),
        clock: format_hour(now.time, installed.utc_offset()),
        clock_trusted: now.clock == ClockTrust::Trusted,
        place: station.place().name.clone(),
        rules: checkpoint.rules_here(now).and_then(|here| rules(&here)),
        direction: station.direction(),
        guard,
    }
}

/// What holds here; nothing where it is the same at all places.
pub(super) fn rules(here: &RulesHere<'_>) -> Option<PlaceRulesView> {
    let differ = here.policy().places.as_map().len() > 1;
    let special = here.risk().is_some() || !here.rules().ways.is_empty();
    (differ || special).then(|| PlaceRulesView {
        class: here.class().map(|class| class.name.clone()),
        risk: here.risk(),
        stops_nobody: here.stops_nobody(),
        ways: here.rules().ways.clone(),
    })
}

pub(super) fn freshness(freshness: Freshness) -> FreshnessView {
    match freshness {
        Freshness::Fresh => FreshnessView::Fresh,
        Freshness::Stale => FreshnessView::Stale,
        Freshness::Expired => FreshnessView::Expired,
    }
}
