//! What runs once a device is enrolled: the writer of the passage log, the exchange with the hub,
//! the check of its lists.

use std::{
    convert::Infallible,
    sync::{Arc, mpsc::Sender},
};

use super::log_writer::{LogWriter, StartError};
use crate::{
    app::event::Event,
    clock::Clock,
    config::Config,
    data::{DataDir, DataError, Identity},
    store::{
        BundleCache, Cap,
        bundles::scrub::{self, Scrubber},
    },
    sync,
};

/// What runs once a device is enrolled.
pub(crate) struct Enrolled {
    pub(crate) identity: Arc<Identity>,
    /// Wakes the exchange; nothing without a hub.
    pub(crate) sync: Option<Sender<()>>,
    /// Dropping it ends the background check of lists.
    _scrub: Sender<Infallible>,
}

impl Enrolled {
    /// Starts all of it, and the writer of the passage log; nothing for a device that is not
    /// enrolled.
    pub(crate) fn start(
        data: &DataDir,
        clock: &Arc<Clock>,
        config: &Config,
        events: &Sender<Event>,
    ) -> Result<Option<(Self, LogWriter)>, StartError> {
        let identity = match data.identity() {
            Ok(identity) => Arc::new(identity),
            Err(DataError::NotEnrolled) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if let Some(until) = identity.papers_end() {
            clock.papers_end(until);
        }
        let cap = Cap {
            bytes: config.log_bytes(),
        };
        let log = LogWriter::open(data, &identity, clock, cap, events.clone())?;
        let sync = identity.hub.is_some().then(|| {
            let events = events.clone();
            sync::spawn(
                data.clone(),
                identity.clone(),
                clock.clone(),
                config.sync_every(),
                config.program.as_ref().map(|it| sync::updater(data, it)),
                move |news| {
                    let _ = events.send(Event::Sync(news));
                },
            )
        });
        let cache = BundleCache::new(data.bundle());
        let scrubber = Scrubber::new(cache, identity.root.clone());
        let scrub = scrub::spawn(scrubber, clock.clone(), |damage| {
            log::warn!("{damage}");
        });
        let enrolled = Self {
            identity,
            sync,
            _scrub: scrub,
        };
        Ok(Some((enrolled, log)))
    }
}
