//! A device that the authority gives up wipes itself: key, lists and trust go, and what no hub has is kept,
//! sealed and signed, so that it can still be sent.
//!
//! Crash-safe by its order: the signed order is on the disk first; the lists go (which makes room), then
//! the last batches are signed and written, then the key goes, then the rest, then the order. Every start
//! that finds an order begins again from the top.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use gatepost_pass::{DeviceId, Digest, HubPin, Text, Timestamp};
use gatepost_protocol::{
    batch::{BATCH_FILE, MAX_BYTES},
    device::{Revoked, device_id},
};
use serde::{Deserialize, Serialize};

use super::{HubClient, Patience, SyncError, file_error, rules, stick};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    files,
    store::{Outbox, PassageLog},
};

/// What the authority wants of this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing.
    None,
    /// That it wipes itself.
    Wipe,
}

/// What a wiped device still knows: where its last batches go.
#[derive(Debug, Serialize, Deserialize)]
struct WipedHub {
    address: Text<120>,
    pins: Vec<HubPin>,
}

/// Asks the hub for the list of revoked devices, where it is another than the one that was read last.
pub(super) fn fetch(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
) -> Result<Order, SyncError> {
    let path = data.revoked();
    let held = files::read_limited(&path, Revoked::MAX).unwrap_or_default();
    let Some(list) = hub.revoked(&Digest::of(&held))? else {
        return Ok(Order::None);
    };
    let order = take(data, identity, clock, &list)?;
    files::replace(&path, &list).map_err(file_error(&path))?;
    Ok(order)
}

/// Looks for this device on a list of revoked ones: only what the authority signed for this very device
/// is an order, which is then on the disk.
pub fn take(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    list: &[u8],
) -> Result<Order, SyncError> {
    let rules = rules(data, identity, clock)?;
    let revoked = Revoked::from_bytes(list).map_err(|why| SyncError::Order(why.into()))?;
    let device = device_id(&identity.key.public());
    let since = revoked
        .since(device, rules.trust(), clock.now().time)
        .map_err(SyncError::Order)?;
    if since.is_none() {
        return Ok(Order::None);
    }
    let path = data.wipe_order();
    files::replace(&path, list).map_err(file_error(&path))?;
    Ok(Order::Wipe)
}

/// Carries an order out, where there is one. Nobody may be logging passages by now. Returns the device that is no more.
pub fn finish(data: &DataDir, now: Timestamp) -> Result<Option<DeviceId>, SyncError> {
    if !data.wipe_order().exists() {
        return Ok(None);
    }
    let _log = data.lock("log")?;
    let outbox = data.lock("outbox")?;
    let bundle = data.bundle();
    match fs::remove_dir_all(&bundle) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(file_error(&bundle)(why)),
        Ok(()) | Err(_) => {}
    }
    // Without an identity the key has gone already, and the batches were written before it.
    let identity = data.identity().ok();
    drop(outbox);
    if let Some(identity) = &identity {
        // Rot must not keep the key alive: what can be read goes on, also where a power cut left the log without
        // its name.
        PassageLog::mend(&data.passages(), device_id(&identity.key.public()), now)?;
    }
    let _outbox = data.lock("outbox")?;
    let mut device = None;
    if let Some(identity) = identity {
        device = Some(device_id(&identity.key.public()));
        if data.passages().exists() {
            let outbox = Outbox::open(&data.passages())?;
            stick::write_unsent(&outbox, &identity, &data.unsent())?;
        }
        let hub = WipedHub {
            address: identity.hub.as_str().try_into().unwrap_or_default(),
            pins: identity.hub_pins.clone(),
        };
        let path = data.wiped();
        files::replace(&path, &gatepost_pass::encode(&hub)).map_err(file_error(&path))?;
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
        data.direction(),
        data.revoked(),
        passages.clone(),
        beside("-wal"),
        beside("-shm"),
    ] {
        destroy(&path).map_err(file_error(&path))?;
    }
    destroy(&data.wipe_order()).map_err(file_error(&data.wipe_order()))?;
    Ok(device)
}

/// Sends the last batches of a wiped device. It can check no receipt any more, so that a file is never
/// removed: what a hub answered well to moves to `sent`. Returns how many that were.
pub fn send_unsent(data: &DataDir) -> Result<u64, SyncError> {
    let path = data.wiped();
    let Ok(bytes) = files::read_limited(&path, 4096) else {
        return Ok(0);
    };
    let hub: WipedHub = gatepost_pass::decode("wiped device", &bytes)
        .map_err(|why| file_error(&path)(io::Error::other(why.to_string())))?;
    if hub.address.as_str().is_empty() {
        return Ok(0);
    }
    let mut client = HubClient::new(hub.address.as_str(), &hub.pins, Patience::default())?;
    let (unsent, sent) = (data.unsent(), data.unsent().join("sent"));
    fs::create_dir_all(&sent).map_err(file_error(&sent))?;
    let mut done = 0;
    for entry in fs::read_dir(&unsent).map_err(file_error(&unsent))? {
        let path = entry.map_err(file_error(&unsent))?.path();
        if path.extension().is_none_or(|end| end != BATCH_FILE) {
            continue;
        }
        let batch = files::read_limited(&path, MAX_BYTES).map_err(file_error(&path))?;
        client.post_batch(&batch)?;
        if let Some(name) = path.file_name() {
            fs::rename(&path, sent.join(name)).map_err(file_error(&path))?;
        }
        done += 1;
    }
    Ok(done)
}

/// Overwrites a file and removes it. Flash may keep the old bytes all the same: see `docs/privacy.md`.
fn destroy(path: &Path) -> io::Result<()> {
    let length = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(why),
    };
    let mut file = OpenOptions::new().write(true).open(path)?;
    let zeros = [0; 4096];
    let mut left = length;
    while left > 0 {
        let step = left.min(zeros.len() as u64);
        file.write_all(zeros.get(..step as usize).unwrap_or_default())?;
        left -= step;
    }
    file.sync_all()?;
    fs::remove_file(path)?;
    files::sync_directory(files::folder_of(path))
}
