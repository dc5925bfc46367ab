//! Which bundles devices have, beside those that the hub serves: a difference is a finding.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gatepost_pass::{DeviceId, ManifestId, Timestamp};
use log::Level;
use serde_json::json;

use crate::{
    event_log::event,
    store::{FindingKind, HubStore, HubStoreError, ManifestMatch, OtherBundle, whole_hour},
};

/// Most devices whose bundle is remembered, some 60 bytes each; others are compared again.
const MOST: usize = 200_000;

/// The bundles of devices, and what of them was compared since the hub's own bundle changed.
pub(crate) struct DeviceBundles {
    store: Arc<dyn HubStore>,
    compared: Mutex<Compared>,
}

#[derive(Default)]
struct Compared {
    served: Option<ManifestId>,
    devices: HashSet<(DeviceId, ManifestId)>,
}

impl DeviceBundles {
    /// Compares with what this store knows.
    pub(crate) fn of(store: Arc<dyn HubStore>) -> Self {
        Self {
            store,
            compared: Mutex::default(),
        }
    }

    /// Notes that the hub serves a manifest. Another one than before: everything is compared anew.
    /// Blocks.
    pub(crate) fn serve(&self, manifest: ManifestId, now: Timestamp) -> Result<(), HubStoreError> {
        if self.compared().served == Some(manifest) {
            return Ok(());
        }
        self.store.serve(manifest)?;
        match self.store.compare(manifest)? {
            ManifestMatch::Served => {}
            ManifestMatch::Other | ManifestMatch::Unknown => {
                let version = json!({ "version": manifest.version });
                event(Level::Error, now, "two bundles of one version", version);
            }
        }
        *self.compared() = Compared {
            served: Some(manifest),
            devices: HashSet::new(),
        };
        Ok(())
    }

    /// Compares the bundle of a device with those that the hub has served, and notes what differs.
    /// Blocks.
    pub(crate) fn compare(
        &self,
        device: DeviceId,
        manifest: ManifestId,
        now: Timestamp,
    ) -> Result<(), HubStoreError> {
        let kind = match self.store.compare(manifest)? {
            ManifestMatch::Served => return Ok(()),
            ManifestMatch::Other => FindingKind::SplitView,
            ManifestMatch::Unknown => FindingKind::UnknownBundle,
        };
        let found = json!({ "device": device.to_string(), "finding": kind.name() });
        event(Level::Warn, whole_hour(now), "finding", found);
        self.store.note_bundle(&OtherBundle {
            device,
            kind,
            manifest,
            at: now,
        })
    }

    /// Whether a device's bundle was compared.
    pub(crate) fn is_compared(&self, device: DeviceId, manifest: ManifestId) -> bool {
        self.compared().devices.contains(&(device, manifest))
    }

    /// Remembers that a device's bundle was compared. Only once a batch of it is kept: where the
    /// store has no run of a device, a finding about it is passed over.
    pub(crate) fn remember(&self, device: DeviceId, manifest: ManifestId) {
        let devices = &mut self.compared().devices;
        if devices.len() >= MOST {
            devices.clear();
        }
        devices.insert((device, manifest));
    }

    fn compared(&self) -> MutexGuard<'_, Compared> {
        self.compared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
