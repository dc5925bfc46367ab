//! News from the exchange with the hub.

use std::time::Instant;

use gatepost_system::chain;

use crate::{
    app::{
        lane::Lane,
        present::trouble,
        state::{enrolment::EnrolmentState, hub_link::HubLink, run_once::RunOnce},
    },
    sync::SyncNews,
    ui::Notice,
};

/// The exchange with the hub went through, in part, or not.
pub(crate) fn synced(lane: &mut Lane, hub: &mut HubLink, once: &mut RunOnce, news: SyncNews) {
    let at = Instant::now();
    match news {
        // The loop has ended by then.
        SyncNews::Wipe => {}
        SyncNews::Reached { backlog, fault } => {
            if let Some(fault) = &fault {
                log::warn!("sync: {}", chain(fault));
            }
            let parked = fault.as_ref().filter(|fault| fault.is_about_the_batch());
            let parked = parked.map(|fault| Notice::ParkedBatch {
                why: trouble::of_sync(fault),
            });
            lane.notices.set_parked(parked);
            hub.reached(backlog, fault.as_ref().map(trouble::of_sync), lane.now());
            if backlog.unsent == 0 {
                once.exchanged(at);
            }
        }
        SyncNews::Failed(error) => {
            if hub.failed(trouble::of_sync(&error)) {
                log::warn!("sync: {}", chain(&error));
            }
            once.exchanged(at);
        }
    }
    lane.show_notices();
    lane.window.bar_soon();
}

/// The guard wants an exchange now.
pub(crate) fn sync_now(enrolment: &EnrolmentState) {
    if let Some(sync) = enrolment.sync() {
        // A worker that has ended says so by never answering.
        let _ = sync.send(());
    }
}
