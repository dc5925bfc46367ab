//! How many devices there are, and whether the hub takes one more.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use gatepost_pass::DeviceId;

use crate::store::{HubStore, HubStoreError};

/// The number of devices that the store knows, up to a limit.
#[derive(Debug)]
pub(crate) struct KnownDevices {
    most: u64,
    /// An estimate: failed attempts are counted too, until the store is asked.
    number: AtomicU64,
}

impl KnownDevices {
    /// Those of a store, which takes at most so many. Blocks.
    pub(crate) fn of(store: &dyn HubStore, most: u64) -> Self {
        // If the store fails now, it is asked again at the first new device.
        let number = store.totals().map_or(most, |totals| totals.devices);
        Self {
            most,
            number: AtomicU64::new(number),
        }
    }

    /// Whether a device is known, or one more is allowed. Requests in progress at the same time may
    /// exceed the limit. Blocks.
    pub(crate) fn admit(
        &self,
        store: &dyn HubStore,
        device: DeviceId,
    ) -> Result<bool, HubStoreError> {
        if store.knows(device)? || self.number.fetch_add(1, Relaxed) < self.most {
            return Ok(true);
        }
        // The estimate may be too high: the store may have failed, or a device was counted twice.
        // The store knows.
        let stored = store.totals()?.devices;
        let admitted = stored < self.most;
        let number = stored.saturating_add(u64::from(admitted));
        self.number.store(number, Relaxed);
        Ok(admitted)
    }
}
