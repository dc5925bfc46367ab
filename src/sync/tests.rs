//! Syncs with hubs that fail, lie and drip, over real sockets. After each fault the same
//! must hold: what was logged is at the hub exactly once, or still on the device, and the chain
//! proves it.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use gatepost_pass::{
    Bounded, DeviceId, HubPin, SubjectTag, Timestamp,
    fixture::{self, DAY, NOW, Region},
};
use gatepost_protocol::{
    Enrolment, Epoch, Passage, RefusalReason, Seen,
    device::device_id,
    fixture::{TRACING_SEED, enrolment, random, tracing},
    seal::tracing_key,
};
use gatepost_system::{files::Access, stick::StickDir};
use tempfile::TempDir;

use super::*;
use crate::{
    clock::Clock,
    data::{DataDir, DataError, Identity},
    store::{BundleCache, Cap, Outbox, PassageLog, VerifiedReceipt, bundles::BundleDirectory},
};

mod answers;
mod faults;
mod hub;
mod pinned;
mod portal;
mod program;
mod rhythm;
mod sticks;
mod time;
mod wiping;

use hub::{Fault, ModelHub};

/// An enrolled device with a bundle, whose passages a test logs.
struct Device {
    _folder: TempDir,
    data: DataDir,
    identity: Identity,
    clock: Clock,
    log: Option<PassageLog>,
    epochs: u8,
    logged: u64,
}

impl Device {
    fn new(seed: u8, hub: &str, pins: Vec<HubPin>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("data")).unwrap();
        let key = data.device_key(&[seed; 32]).unwrap();
        let enrolment = Enrolment {
            hub: (!hub.is_empty()).then(|| hub.parse().unwrap()),
            hub_pins: Bounded::try_from(pins).unwrap(),
            ..enrolment(&key)
        };
        // Not `enrol`: it refuses the published keys of the fixture.
        fs::write(data.enrolment_path(), enrolment.to_bytes()).unwrap();
        let stick = bundle(&Region::default());
        let mut origin = BundleDirectory::new(stick.path());
        let (cache, clock) = (BundleCache::new(data.bundle()), Clock::still(NOW));
        cache
            .install(&mut origin, &fixture::root(), &clock, &mut |_| {})
            .unwrap();
        Self {
            identity: data.identity().unwrap(),
            data,
            _folder: folder,
            clock,
            log: None,
            epochs: 0,
            logged: 0,
        }
    }

    fn id(&self) -> DeviceId {
        device_id(&self.identity.key.public())
    }

    /// The scanner restarts, in another epoch.
    fn restart(&mut self) {
        self.epochs += 1;
        let epoch = Epoch([self.epochs; 16]);
        let path = self.data.passages();
        self.log = None;
        let opened = PassageLog::open(&path, self.id(), epoch, NOW, Cap::default()).unwrap();
        self.log = Some(opened.log);
    }

    fn pass(&mut self, count: u64) {
        if self.log.is_none() {
            self.restart();
        }
        let (passage, key) = (passage(), tracing());
        for _ in 0..count {
            let log = self.log.as_mut().unwrap();
            log.append_all(&[(&passage, &key)], &mut random()).unwrap();
        }
        self.logged += count;
    }

    fn client(&self) -> HubClient {
        let quick = Duration::from_millis(400);
        let patience = Patience {
            connect: quick,
            answer: quick,
            small: quick * 2,
            file: quick * 2,
            beat: Duration::ZERO,
        };
        let hub = self.identity.hub.as_ref().unwrap();
        HubClient::new(hub, &self.identity.hub_pins, patience).unwrap()
    }

    fn push(&self) -> Result<u64, SyncError> {
        push_passages(&self.data, &self.identity, &mut self.client(), &self.clock)
    }

    fn outbox(&self) -> Outbox {
        Outbox::open(&self.data.passages()).unwrap()
    }

    fn waiting(&self) -> u64 {
        backlog(&self.data).unwrap().unsent
    }

    /// The invariant of every fault.
    #[track_caller]
    fn nothing_is_lost(&self, hub: &ModelHub) {
        let at_hub = hub.passages_of(self.id());
        assert_eq!(hub.conflicts(), 0, "the hub was told two stories");
        // What the hub took without saying so waits here nevertheless.
        assert!(
            at_hub + self.waiting() >= self.logged && at_hub <= self.logged,
            "{} logged, {at_hub} at the hub, {} wait",
            self.logged,
            self.waiting()
        );
    }

    #[track_caller]
    fn all_arrive(&self, hub: &ModelHub) {
        self.outbox().unpark().unwrap();
        self.push().unwrap();
        assert_eq!(hub.passages_of(self.id()), self.logged);
        assert_eq!((self.waiting(), hub.conflicts()), (0, 0));
    }
}

/// A hub, and one of its devices that has logged that many passages.
fn passed(count: u64) -> (ModelHub, Device) {
    let hub = ModelHub::new();
    let mut device = Device::new(42, &hub.address, Vec::new());
    device.pass(count);
    (hub, device)
}

/// A passage of somebody with a pass.
fn passage() -> Passage {
    Passage {
        seen: Seen::Pass {
            issuer: "CN-SD".parse().unwrap(),
            number: "0102030405".parse().unwrap(),
            subjects: vec![SubjectTag([1; 16])].try_into().unwrap(),
        },
        ..gatepost_protocol::fixture::passage(NOW)
    }
}

fn bundle(region: &Region) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    region.write_to(folder.path());
    folder
}

fn files_in(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == ending))
        .collect();
    found.sort();
    found
}
