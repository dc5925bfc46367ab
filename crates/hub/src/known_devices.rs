//! How many devices there are, and whether the hub takes one more.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use gatepost_pass::DeviceId;

use crate::store::{HubStore, HubStoreError};

/// The devices that the store knows, up to a limit.
pub(crate) struct KnownDevices {
    store: Arc<dyn HubStore>,
    most: u64,
    /// An estimate: failed attempts are counted too, until the store is asked.
    number: AtomicU64,
}

impl KnownDevices {
    /// Those of a store, which takes at most so many. Blocks.
    pub(crate) fn of(store: Arc<dyn HubStore>, most: u64) -> Self {
        // If the store fails now, it is asked again at the first new device.
        let number = store.totals().map_or(most, |totals| totals.devices);
        Self {
            store,
            most,
            number: AtomicU64::new(number),
        }
    }

    /// Whether a device is known, or one more is allowed. Requests in progress at the same time may
    /// exceed the limit. Blocks.
    pub(crate) fn admit(&self, device: DeviceId) -> Result<bool, HubStoreError> {
        if self.store.knows(device)? || self.number.fetch_add(1, Relaxed) < self.most {
            return Ok(true);
        }
        // The estimate may be too high: the store may have failed, or a device was counted twice.
        // The store knows.
        let stored = self.store.totals()?.devices;
        let admitted = stored < self.most;
        let number = stored.saturating_add(u64::from(admitted));
        self.number.store(number, Relaxed);
        Ok(admitted)
    }
}
