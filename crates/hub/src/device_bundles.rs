//! Which bundles devices have, beside those that the hub serves: a difference is a finding.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
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

/// What was compared since the hub's own bundle changed.
#[derive(Debug, Default)]
pub(crate) struct DeviceBundles(Mutex<Compared>);

#[derive(Debug, Default)]
struct Compared {
    served: Option<ManifestId>,
    devices: HashSet<(DeviceId, ManifestId)>,
}

impl DeviceBundles {
    /// Notes that the hub serves a manifest. Another one than before: everything is compared anew.
    /// Blocks.
    pub(crate) fn serve(
        &self,
        store: &dyn HubStore,
        manifest: ManifestId,
        now: Timestamp,
    ) -> Result<(), HubStoreError> {
        if self.compared().served == Some(manifest) {
            return Ok(());
        }
        store.serve(manifest)?;
        match store.compare(manifest)? {
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Compares the bundle of a device with those that the hub has served, and notes what differs.
/// Blocks.
pub(crate) fn compare(
    store: &dyn HubStore,
    device: DeviceId,
    manifest: ManifestId,
    now: Timestamp,
) -> Result<(), HubStoreError> {
    let kind = match store.compare(manifest)? {
        ManifestMatch::Served => return Ok(()),
        ManifestMatch::Other => FindingKind::SplitView,
        ManifestMatch::Unknown => FindingKind::UnknownBundle,
    };
    let found = json!({ "device": device.to_string(), "finding": kind.name() });
    event(Level::Warn, whole_hour(now), "finding", found);
    store.note_bundle(&OtherBundle {
        device,
        kind,
        manifest,
        at: now,
    })
}
