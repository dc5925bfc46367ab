//! What is known of the hub: whether it is there, what it has, and how the last exchange went.

use std::time::Instant;

use gatepost_pass::Now;

use crate::{
    data::DataDir,
    store::Backlog,
    sync,
    ui::{OnlineView, SyncView, TroubleView},
};

/// What is known of the hub.
#[derive(Debug)]
pub(crate) struct HubLink {
    online: OnlineView,
    backlog: Backlog,
    /// When an exchange went through last.
    reached: Option<Instant>,
    /// Why the last one failed.
    fault: Option<TroubleView>,
}

impl HubLink {
    pub(crate) fn new(data: &DataDir) -> Self {
        Self {
            online: OnlineView::NeverSynced,
            backlog: sync::backlog(data).unwrap_or_default(),
            reached: None,
            fault: None,
        }
    }

    /// The hub answered, and this is still to be sent.
    pub(crate) fn reached(&mut self, backlog: Backlog, fault: Option<TroubleView>, at: Instant) {
        self.online = OnlineView::Online;
        self.backlog = backlog;
        self.reached = Some(at);
        self.fault = fault;
    }

    /// It did not. Gives whether that is new.
    pub(crate) fn failed(&mut self, fault: TroubleView) -> bool {
        self.fault = Some(fault);
        let before = std::mem::replace(&mut self.online, OnlineView::Offline);
        before != OnlineView::Offline
    }

    pub(crate) fn online(&self) -> OnlineView {
        self.online
    }

    /// Passages that the hub has not confirmed.
    pub(crate) fn unsent(&self) -> u64 {
        self.backlog.unsent
    }

    /// The last exchange in the window's words.
    pub(crate) fn last_exchange(&self, hub: &str, at: Instant) -> SyncView {
        let minutes = |reached| at.saturating_duration_since(reached).as_secs() / 60;
        match (&self.fault, self.reached.map(minutes)) {
            _ if hub.is_empty() => SyncView::NoHub,
            (Some(why), last_minutes) => SyncView::Failed {
                why: why.clone(),
                last_minutes,
            },
            (None, Some(minutes)) => SyncView::Done { minutes },
            (None, None) => SyncView::Never,
        }
    }

    /// Age of the oldest passage that has no receipt, in minutes.
    pub(crate) fn oldest_minutes(&self, now: Now) -> Option<u64> {
        let oldest = u64::from(self.backlog.oldest_hour?) * 3600;
        Some(now.time.0.saturating_sub(oldest) / 60)
    }

    /// One passage more is on the disk.
    pub(crate) fn logged(&mut self, now: Now) {
        self.backlog.unsent += 1;
        let hour = u32::try_from(now.time.0 / 3600).unwrap_or(u32::MAX);
        self.backlog.oldest_hour.get_or_insert(hour);
    }
}
