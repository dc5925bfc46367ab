//! What an enrolled device has besides: the passage log, the exchange with the hub, the check of its lists.

use std::{
    convert::Infallible,
    sync::{Arc, mpsc::Sender},
    time::Instant,
};

use gatepost_pass::Now;

use super::{AppError, Event, log_writer::LogWriter, scanner::App, trouble};
use crate::{
    clock::Clock,
    config::Config,
    data::{DataDir, DataError, Identity},
    store::{
        Backlog, BundleCache, Cap,
        bundles::scrub::{self, Scrubber},
    },
    sync::{self, SyncNews},
    ui::{Notice, OnlineView, SyncView, TroubleView},
};

/// What runs once a device is enrolled.
pub(super) struct Enrolled {
    pub(super) identity: Arc<Identity>,
    /// Dropping it waits until everything sent is on the disk.
    pub(super) log: LogWriter,
    /// Wakes the exchange; nothing without a hub.
    pub(super) sync: Option<Sender<()>>,
    /// Dropping it ends the background check of lists.
    _scrub: Sender<Infallible>,
}

impl Enrolled {
    /// Starts all of it; nothing for a device that is not enrolled.
    pub(super) fn start(
        data: &DataDir,
        clock: &Arc<Clock>,
        config: &Config,
        events: &Sender<Event>,
    ) -> Result<Option<Self>, AppError> {
        let identity = match data.identity() {
            Ok(identity) => Arc::new(identity),
            Err(DataError::NotEnrolled) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let cap = Cap {
            bytes: config.log_bytes(),
        };
        let log = LogWriter::open(data, &identity, clock, cap, events.clone())?;
        let sync = (!identity.hub.is_empty()).then(|| {
            let events = events.clone();
            sync::spawn(
                data.clone(),
                identity.clone(),
                clock.clone(),
                config.sync_every(),
                move |news| {
                    let _ = events.send(Event::Sync(news));
                },
            )
        });
        let cache = BundleCache::new(data.bundle());
        let (root, time) = (identity.root.clone(), clock.clone());
        let now = move || time.now().time;
        let scrub = scrub::spawn(Scrubber::new(cache, root), now, |damage| {
            eprintln!("gatepost: {damage}");
        });
        Ok(Some(Self {
            identity,
            log,
            sync,
            _scrub: scrub,
        }))
    }
}

/// What is known of the hub.
#[derive(Debug)]
pub(super) struct HubLink {
    pub(super) online: OnlineView,
    pub(super) backlog: Backlog,
    /// When an exchange went through last.
    reached: Option<Instant>,
    /// Why the last one failed.
    fault: Option<TroubleView>,
}

impl HubLink {
    pub(super) fn new(data: &DataDir) -> Self {
        Self {
            online: OnlineView::NeverSynced,
            backlog: sync::backlog(data).unwrap_or_default(),
            reached: None,
            fault: None,
        }
    }

    /// The last exchange in the window's words.
    pub(super) fn view(&self, hub: &str, at: Instant) -> SyncView {
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
    pub(super) fn oldest_minutes(&self, now: Now) -> Option<u64> {
        let oldest = u64::from(self.backlog.oldest_hour?) * 3600;
        Some(now.time.0.saturating_sub(oldest) / 60)
    }

    /// One passage more is on the disk.
    pub(super) fn logged(&mut self, now: Now) {
        self.backlog.unsent += 1;
        let hour = u32::try_from(now.time.0 / 3600).unwrap_or(u32::MAX);
        self.backlog.oldest_hour.get_or_insert(hour);
    }
}

impl App {
    /// The exchange with the hub went through, in part, or not.
    pub(super) fn synced(&mut self, news: SyncNews) {
        match news {
            // `run` handles it.
            SyncNews::Wipe => {}
            SyncNews::Reached { backlog, fault } => {
                self.hub.online = OnlineView::Online;
                self.hub.backlog = backlog;
                self.hub.reached = Some(Instant::now());
                let parked = fault.as_ref().filter(|fault| fault.is_about_the_batch());
                let parked = parked.map(|fault| Notice::ParkedBatch {
                    why: trouble::of_sync(fault),
                });
                self.notices.parked = parked;
                if let Some(fault) = &fault {
                    eprintln!("gatepost: sync: {fault}");
                }
                self.hub.fault = fault.as_ref().map(trouble::of_sync);
                if self.asked_last() && backlog.unsent == 0 {
                    self.end_now();
                }
            }
            SyncNews::Failed(error) => {
                if self.hub.online != OnlineView::Offline {
                    eprintln!("gatepost: sync: {error}");
                }
                self.hub.online = OnlineView::Offline;
                self.hub.fault = Some(trouble::of_sync(&error));
                if self.asked_last() {
                    self.end_now();
                }
            }
        }
        self.show_notices();
        self.status_soon();
    }

    /// The guard wants an exchange now.
    pub(super) fn sync_now(&self) {
        if let Some(sync) = self.enrolled.as_ref().and_then(|known| known.sync.as_ref()) {
            // A worker that has ended says so by never answering.
            let _ = sync.send(());
        }
    }
}
