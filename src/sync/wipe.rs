//! Wiping a device on the authority's order: keys, lists and trust are destroyed; passages that no
//! hub has are kept, sealed and signed, so that they can still be sent.
//!
//! The sequence survives a power cut at any step: the signed order is on the disk first; the lists
//! are removed (which makes space), then the last batches are signed and written, then the key is
//! destroyed, then the rest, then the order. Every start that finds an order begins again from the
//! top.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use gatepost_pass::{DeviceId, Digest, HubAddress, HubPin, Timestamp};
use gatepost_protocol::{
    Revoked,
    batch::{BATCH_FILE, MAX_BYTES},
    device::device_id,
};
use gatepost_system::files::{self, Access, Action, FileError};
use gatepost_system::stick::StickDir;
use serde::{Deserialize, Serialize};

use super::{
    bundle::rules,
    error::SyncError,
    http::{HubClient, HubError, Patience},
    stick,
};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{Outbox, PassageLog},
};

/// What the authority wants of this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing.
    None,
    /// The device shall wipe itself.
    Wipe,
}

/// The one thing that a wiped device still knows: where its last batches go.
#[derive(Debug, Serialize, Deserialize)]
struct WipedHub {
    address: Option<HubAddress>,
    pins: Vec<HubPin>,
}

/// Fetches the hub's list of revoked devices, if it has changed since it was last read.
pub(super) fn fetch(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
) -> Result<Order, SyncError> {
    let path = data.revoked();
    let held = files::read(&path, Revoked::MAX).unwrap_or_default();
    let Some(list) = hub.revoked(&Digest::of(&held))? else {
        return Ok(Order::None);
    };
    let order = take(data, identity, clock, &list)?;
    files::replace(&path, Access::Shared, &list)?;
    Ok(order)
}

/// Looks for this device on a list of revoked ones. Only what the authority's wipe key has signed
/// for this very device is an order; it is on the disk when this returns.
pub fn take(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    list: &[u8],
) -> Result<Order, SyncError> {
    let rules = rules(data, identity, clock)?;
    let revoked = Revoked::from_bytes(list).map_err(|why| SyncError::Order(why.into()))?;
    let device = device_id(&identity.key.public());
    let order = revoked.order_for(device, rules.trust());
    if order.map_err(SyncError::Order)?.is_none() {
        return Ok(Order::None);
    }
    let path = data.wipe_order();
    files::replace(&path, Access::Shared, list)?;
    Ok(Order::Wipe)
}

/// Carries an order out, if there is one; no passage may be logged meanwhile. Returns the name of
/// the device that was wiped.
pub fn finish(data: &DataDir, now: Timestamp) -> Result<Option<DeviceId>, SyncError> {
    if !data.wipe_order().exists() {
        return Ok(None);
    }
    let _log = data.lock("log")?;
    let outbox = data.lock("outbox")?;
    let bundle = data.bundle();
    match fs::remove_dir_all(&bundle) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => {
            return Err(FileError::at(Action::Remove, &bundle)(why).into());
        }
        Ok(()) | Err(_) => {}
    }
    // Without an identity the key is already destroyed, and the batches were written before that.
    let identity = data.identity().ok();
    drop(outbox);
    if let Some(identity) = &identity {
        // A damaged log must not keep the key alive: what can be read of it is sent, also where a
        // power cut left the log without its name.
        PassageLog::repair(&data.passages(), device_id(&identity.key.public()), now)?;
    }
    let _outbox = data.lock("outbox")?;
    let mut device = None;
    if let Some(identity) = identity {
        device = Some(device_id(&identity.key.public()));
        if data.passages().exists() {
            let outbox = Outbox::open(&data.passages())?;
            // Its bundle is gone already.
            let unsent = StickDir::create(&data.unsent(), Access::Private)?;
            stick::write_unsent(&outbox, &identity, None, &unsent)?;
        }
        let hub = WipedHub {
            address: identity.hub.clone(),
            pins: identity.hub_pins.clone(),
        };
        let path = data.wiped();
        files::replace(&path, Access::Shared, &gatepost_pass::encode(&hub))?;
    }
    let passages = data.passages();
    let beside = |suffix: &str| {
        let mut name = passages.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    };
    for path in [
        data.key_path(),
        data.enrolment_path(),
        data.first_run(),
        data.place(),
        data.pin_tries(),
        data.direction(),
        data.revoked(),
        data.time_mark(),
        data.last_sync(),
        passages.clone(),
        beside("-wal"),
        beside("-shm"),
    ] {
        destroy(&path)?;
    }
    destroy(&data.wipe_order())?;
    Ok(device)
}

/// Sends the last batches of a wiped device. It can no longer check receipts, so no batch is
/// removed: those that the hub accepted are moved to `sent`. Returns their number.
pub fn send_unsent(data: &DataDir) -> Result<u64, SyncError> {
    let Ok(bytes) = files::read(&data.wiped(), 4096) else {
        return Ok(0);
    };
    let hub: WipedHub =
        gatepost_pass::decode("wiped device", &bytes).map_err(SyncError::WipedHub)?;
    let Some(address) = &hub.address else {
        return Ok(0);
    };
    let mut client = HubClient::new(address, &hub.pins, Patience::default())?;
    let (unsent, sent) = (data.unsent(), data.unsent().join("sent"));
    fs::create_dir_all(&sent).map_err(FileError::at(Action::Create, &sent))?;
    let mut done = 0;
    let unreadable = || FileError::at(Action::Read, &unsent);
    for entry in fs::read_dir(&unsent).map_err(unreadable())? {
        let path = entry.map_err(unreadable())?.path();
        if path.extension().is_none_or(|end| end != BATCH_FILE) {
            continue;
        }
        let batch = files::read(&path, MAX_BYTES)?;
        match client.post_batch(&batch) {
            Ok(_) => {}
            // It stays here; the others are no worse for it.
            Err(HubError::Refused { reason, message }) if reason.is_about_the_body() => {
                log::warn!("the hub refused {}: {message}", path.display());
                continue;
            }
            Err(why) => return Err(why.into()),
        }
        if let Some(name) = path.file_name() {
            fs::rename(&path, sent.join(name)).map_err(FileError::at(Action::Write, &path))?;
        }
        done += 1;
    }
    Ok(done)
}

/// Overwrites a file and removes it. Flash may keep the old bytes all the same: see
/// `docs/privacy.md`.
fn destroy(path: &Path) -> Result<(), FileError> {
    let overwrite = || -> io::Result<()> {
        let mut left = fs::metadata(path)?.len();
        let mut file = OpenOptions::new().write(true).open(path)?;
        let zeros = [0; 4096];
        while left > 0 {
            let step = left.min(zeros.len() as u64);
            file.write_all(zeros.get(..step as usize).unwrap_or_default())?;
            left -= step;
        }
        file.sync_all()?;
        fs::remove_file(path)
    };
    match overwrite() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(FileError::at(Action::Remove, path)(why)),
        Ok(()) => files::sync_directory(files::directory_of(path)),
    }
}
