//! Process runs of devices: how many a device may begin, and which are known.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use gatepost_pass::DeviceId;
use gatepost_protocol::Epoch;

use crate::limits::{Rate, TokenBuckets};

/// Most runs that are remembered, some 50 bytes each; the store knows the others.
const MOST: usize = 200_000;

/// The runs of all devices.
#[derive(Debug)]
pub(crate) struct Runs {
    begun: TokenBuckets<DeviceId>,
    known: Mutex<HashSet<(DeviceId, Epoch)>>,
}

impl Runs {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            begun: TokenBuckets::new(rate),
            known: Mutex::default(),
        }
    }

    /// Whether a run is remembered.
    pub(crate) fn is_known(&self, device: DeviceId, run: Epoch) -> bool {
        self.known().contains(&(device, run))
    }

    /// Remembers a run that is in the store.
    pub(crate) fn remember(&self, device: DeviceId, run: Epoch) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((device, run));
    }

    /// Whether a device may begin another run; if not, how long until it may.
    pub(crate) fn begin(&self, device: DeviceId) -> Result<(), Duration> {
        self.begun.take(device)
    }

    fn known(&self) -> MutexGuard<'_, HashSet<(DeviceId, Epoch)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
