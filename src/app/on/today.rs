//! The page of the day: its passages are counted beside the loop.

use std::time::Instant;

use gatepost_system::chain;

use crate::{
    app::{
        context::DeviceContext, event::Event, lane::Lane, present, state::day_counts::DayCounts,
        threads::beside,
    },
    store::{HourCount, LogError, counts_by_hour},
    ui::{Page, UiUpdate},
};

/// Shows what was counted last, and counts again where it is time: a log may hold half a million.
pub(crate) fn show(lane: &Lane, day: &mut DayCounts, context: &DeviceContext, at: Instant) {
    if day.begin(at) {
        let (path, events) = (context.data.passages(), context.events.clone());
        // Whatever the offset, the local day began less than two days ago.
        let from = (lane.now().time.0 / 3600).saturating_sub(48);
        let from = u32::try_from(from).unwrap_or(u32::MAX);
        beside::run(move || {
            // A loop that has ended needs no answer.
            let _ = events.send(Event::Counted(counts_by_hour(&path, from)));
        });
    }
    present(lane, day);
}

/// The day's passages were counted.
pub(crate) fn counted(lane: &Lane, day: &mut DayCounts, counts: Result<Vec<HourCount>, LogError>) {
    day.counted(counts.unwrap_or_else(|why| {
        log::warn!("the day's passages can't be counted: {}", chain(&why));
        Vec::new()
    }));
    if lane.window.page() == Page::Today {
        present(lane, day);
    }
}

fn present(lane: &Lane, day: &DayCounts) {
    let offset = lane.checkpoint.installed.utc_offset();
    let view = present::today::view(day.counts(), &lane.inside, lane.now().time, offset);
    lane.window.send(UiUpdate::Today(view));
}
