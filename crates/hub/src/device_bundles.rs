//! Which bundles devices have, beside those that the hub serves: what was compared already.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gatepost_pass::{DeviceId, ManifestId};

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
    /// Whether the store has noted that the hub serves this one.
    pub(crate) fn is_served(&self, manifest: ManifestId) -> bool {
        self.compared().served == Some(manifest)
    }

    /// The hub serves another bundle from now on: everything is compared anew.
    pub(crate) fn serve(&self, manifest: ManifestId) {
        *self.compared() = Compared {
            served: Some(manifest),
            devices: HashSet::new(),
        };
    }

    /// Whether a device's bundle was compared.
    pub(crate) fn is_compared(&self, device: DeviceId, manifest: ManifestId) -> bool {
        self.compared().devices.contains(&(device, manifest))
    }

    /// Remembers that a device's bundle was compared.
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
