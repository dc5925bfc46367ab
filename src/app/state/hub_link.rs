//! What is known of the hub: whether it is there, what it has, and how the last exchange went.

use gatepost_pass::{Now, Timestamp};

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
    /// When an exchange went through last, be it before a restart.
    last_sync: Option<Timestamp>,
    /// Why the last one failed.
    fault: Option<TroubleView>,
}

impl HubLink {
    pub(crate) fn new(data: &DataDir) -> Self {
        let last_sync = sync::last_sync(data);
        Self {
            online: match last_sync {
                Some(_) => OnlineView::Offline,
                None => OnlineView::NeverSynced,
            },
            backlog: sync::backlog(data).unwrap_or_default(),
            last_sync,
            fault: None,
        }
    }

    /// The hub answered, and this is still to be sent.
    pub(crate) fn reached(&mut self, backlog: Backlog, fault: Option<TroubleView>, now: Now) {
        self.online = OnlineView::Online;
        self.backlog = backlog;
        if fault.is_none() {
            self.last_sync = Some(now.time);
        }
        self.fault = fault;
    }

    /// It did not. Gives whether that is new.
    pub(crate) fn failed(&mut self, fault: TroubleView) -> bool {
        let first = self.fault.replace(fault).is_none();
        let before = std::mem::replace(&mut self.online, OnlineView::Offline);
        first || before != OnlineView::Offline
    }

    pub(crate) fn online(&self) -> OnlineView {
        self.online
    }

    /// Passages that the hub has not confirmed.
    pub(crate) fn unsent(&self) -> u64 {
        self.backlog.unsent
    }

    /// The last exchange in the window's words.
    pub(crate) fn last_exchange(&self, hub: &str, now: Now) -> SyncView {
        let minutes = |then| now.time.since(then) / 60;
        match (&self.fault, self.last_sync.map(minutes)) {
            _ if hub.is_empty() => SyncView::NoHub,
            (Some(why), last_minutes) => SyncView::Failed {
                why: why.clone(),
                last_minutes,
            },
            (None, Some(minutes)) => SyncView::Done { minutes },
            (None, None) => SyncView::Never,
        }
    }

    /// The oldest passage that has no receipt is younger than so many hours. Only its hour is
    /// known, and it may have come at the beginning of that as well as at its end.
    pub(crate) fn oldest_under_hours(&self, now: Now) -> Option<u64> {
        let oldest = u64::from(self.backlog.oldest_hour?);
        Some((now.time.0 / 3600).saturating_sub(oldest) + 1)
    }

    /// One passage more is on the disk.
    pub(crate) fn logged(&mut self, now: Now) {
        self.backlog.unsent += 1;
        let hour = u32::try_from(now.time.0 / 3600).unwrap_or(u32::MAX);
        self.backlog.oldest_hour.get_or_insert(hour);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::fs;

    use gatepost_pass::{ClockTrust, fixture::NOW};

    use super::*;
    use crate::ui::Trouble;

    fn at(time: Timestamp) -> Now {
        let clock = ClockTrust::Trusted;
        Now { time, clock }
    }

    fn trouble() -> TroubleView {
        TroubleView {
            what: Trouble::HubAway,
            detail: String::new(),
        }
    }

    #[test]
    fn the_last_success_is_known_after_a_restart_and_a_fault_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let last = |link: &HubLink, now| match link.last_exchange("hub", at(now)) {
            SyncView::Failed { last_minutes, .. } => last_minutes,
            other => panic!("{other:?}"),
        };
        let mut link = HubLink::new(&data);
        assert_eq!(link.online(), OnlineView::NeverSynced);
        assert!(link.failed(trouble()), "the first fault is news");
        assert!(!link.failed(trouble()));
        assert_eq!(last(&link, NOW), None);
        for damaged in ["", "yesterday", "\u{0}"] {
            fs::write(data.last_sync(), damaged).unwrap();
            assert_eq!(HubLink::new(&data).online(), OnlineView::NeverSynced);
        }
        fs::write(data.last_sync(), gatepost_system::clock::format_time(NOW)).unwrap();
        let mut link = HubLink::new(&data);
        assert_eq!(link.online(), OnlineView::Offline, "it was there once");
        assert!(link.failed(trouble()), "the first fault of this run");
        assert_eq!(last(&link, NOW.plus(63 * 60)), Some(63));
        link.reached(Backlog::default(), Some(trouble()), at(NOW.plus(3600)));
        assert_eq!(last(&link, NOW.plus(63 * 60)), Some(63), "not all of it");
        link.reached(Backlog::default(), None, at(NOW.plus(3600)));
        assert_eq!(
            link.last_exchange("hub", at(NOW.plus(63 * 60))),
            SyncView::Done { minutes: 3 }
        );
    }

    #[test]
    fn of_what_waits_only_the_hour_is_known_and_no_more_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let mut link = HubLink::new(&DataDir::open(folder.path()).unwrap());
        assert_eq!(link.oldest_under_hours(at(NOW)), None);
        let hour = NOW.minus(NOW.0 % 3600);
        // Whenever in this hour it was logged, the same is said, and it is true.
        for logged in [hour, hour.plus(3599)] {
            link.backlog.oldest_hour = None;
            link.logged(at(logged));
            for (seconds, under) in [(3599, 1), (3600, 2), (3600 + 180, 2), (7200, 3)] {
                let now = hour.plus(seconds);
                assert_eq!(link.oldest_under_hours(at(now)), Some(under), "{seconds}");
                assert!(now.since(logged) < 3600 * under);
            }
        }
    }
}
