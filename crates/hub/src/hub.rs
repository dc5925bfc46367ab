//! A batch comes in, is checked, is committed, and only then gets its receipt.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use gatepost_pass::{DeviceId, ManifestId, Signer, Timestamp};
use gatepost_protocol::{DeviceStatus, Epoch, TimeAnswer, TimeNonce, VerifiedBatch};
use gatepost_system::{chain, files::FileError};
use log::Level;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::blocking::blocking;
use crate::bundle_watch::{BundleWatch, CurrentBundle};
use crate::device_bundles::{self, DeviceBundles};
use crate::enrolment_queue::EnrolmentQueue;
use crate::event_log::event;
use crate::group_commit::GroupCommit;
use crate::known_devices::KnownDevices;
use crate::limits::{HeldShare, Limits, TokenBuckets, network};
use crate::metrics::{Counter, Metrics};
use crate::refusal::Refusal;
use crate::routes::file_body::FileMemory;
use crate::runs::Runs;
use crate::store::{HubStore, HubStoreError, Incoming, KeptBatch, ReceivedStatus, whole_hour};
use crate::upload_memory::UploadMemory;

/// The state of the hub.
pub struct Hub {
    bundles: BundleWatch,
    // Dropped before the threads of `commits` are joined, which hold it too: the last of them drops
    // the store, because the client of PostgreSQL must not be dropped by an async thread.
    store: Arc<dyn HubStore>,
    commits: GroupCommit,
    signer: Arc<Signer>,
    device_bundles: DeviceBundles,
    /// The wall clock; tests set their own.
    clock: fn() -> Timestamp,
    addresses: TokenBuckets<IpAddr>,
    devices: TokenBuckets<DeviceId>,
    runs: Runs,
    enrolling: TokenBuckets<IpAddr>,
    enrolments: Option<EnrolmentQueue>,
    known_devices: KnownDevices,
    uploads: UploadMemory,
    files: FileMemory,
    cores: Semaphore,
    paused_until: AtomicU64,
    metrics: Metrics,
}

impl Hub {
    /// A hub that signs receipts with `signer` and takes the time from `clock`.
    pub fn new(
        bundles: BundleWatch,
        store: Box<dyn HubStore>,
        signer: Signer,
        clock: fn() -> Timestamp,
        limits: Limits,
    ) -> Self {
        let store: Arc<dyn HubStore> = Arc::from(store);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            bundles,
            commits: GroupCommit::start(store.clone()),
            signer: Arc::new(signer),
            device_bundles: DeviceBundles::default(),
            clock,
            addresses: TokenBuckets::new(limits.address),
            devices: TokenBuckets::new(limits.device),
            runs: Runs::new(limits.runs),
            enrolling: TokenBuckets::new(limits.enrolments),
            enrolments: None,
            known_devices: KnownDevices::of(&*store, limits.devices),
            uploads: UploadMemory::new(limits.bodies_of_address),
            files: FileMemory::default(),
            cores: Semaphore::new(cores),
            paused_until: AtomicU64::new(0),
            metrics: Metrics::default(),
            store,
        }
    }

    /// The same hub, which also queues enrolment requests.
    pub fn with_enrolments(mut self, enrolments: Option<EnrolmentQueue>) -> Self {
        self.enrolments = enrolments;
        self
    }

    /// The requests of new devices, if this hub queues them.
    pub(crate) fn enrolments(&self) -> Option<&EnrolmentQueue> {
        self.enrolments.as_ref()
    }

    /// The bundle directory.
    pub fn bundles(&self) -> &BundleWatch {
        &self.bundles
    }

    /// The bundle in use, if there is one. Reads files: it blocks.
    pub fn bundle(&self) -> Option<Arc<CurrentBundle>> {
        self.bundles.current(self.now())
    }

    /// What arrived. Its methods block.
    pub(crate) fn store(&self) -> &dyn HubStore {
        &*self.store
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Takes a token for a request of an address.
    pub(crate) fn limit_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let taken = self.addresses.take(network(address));
        taken.map_err(|wait| self.limited(wait))
    }

    /// Takes a token for an enrolment request of an address.
    pub(crate) fn limit_enrolments(&self, address: IpAddr) -> Result<(), Refusal> {
        let taken = self.enrolling.take(network(address));
        taken.map_err(|wait| self.limited(wait))
    }

    /// Logs that a file cannot be read or written; that it does not exist is no failure.
    pub(crate) fn file_failed(&self, why: &FileError) -> Refusal {
        if why.is_not_found() {
            return Refusal::NotFound;
        }
        let why = json!({ "why": chain(why) });
        event(Level::Error, self.now(), "file failed", why);
        Refusal::Storage
    }

    /// Puts off all uploads for some time; 0 ends a pause.
    pub(crate) fn pause(&self, seconds: u64) {
        let until = match seconds {
            0 => 0,
            seconds => self.now().0.saturating_add(seconds),
        };
        self.paused_until.store(until, Relaxed);
        let fields = json!({ "seconds": seconds });
        event(Level::Warn, self.now(), "pause", fields);
    }

    /// Seconds that a pause still lasts; 0 without one.
    pub(crate) fn paused(&self) -> u64 {
        let until = self.paused_until.load(Relaxed);
        until.saturating_sub(self.now().0)
    }

    /// Memory for uploads.
    pub(crate) fn uploads(&self) -> &UploadMemory {
        &self.uploads
    }

    /// Memory for files on their way out.
    pub(crate) fn files(&self) -> &FileMemory {
        &self.files
    }

    /// Whether an address may upload now: one of its bodies, until it is complete. Nothing limits
    /// requests whose address is unknown; there are none over a network.
    pub(crate) fn may_upload(
        &self,
        address: Option<IpAddr>,
    ) -> Result<Option<HeldShare<IpAddr>>, Refusal> {
        let paused = self.paused();
        if paused > 0 {
            self.metrics.add(Counter::Unready, 1);
            return Err(Refusal::Paused(u32::try_from(paused).unwrap_or(u32::MAX)));
        }
        let Some(address) = address else {
            return Ok(None);
        };
        match self.uploads.share(address) {
            None => Err(self.limited(Duration::from_secs(1))),
            share => Ok(share),
        }
    }

    /// Counts uploads that were put off for want of memory.
    pub(crate) fn upload_failed(&self, why: &Refusal) {
        if matches!(why, Refusal::Busy) {
            self.metrics.add(Counter::Unready, 1);
        }
    }

    /// Takes a batch and returns the signed receipt, after the commit.
    pub(crate) async fn take(self: &Arc<Self>, signed: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let now = self.now();
        let receipt = self.keep(signed, now).await;
        receipt.inspect_err(|why| {
            self.metrics.add(Counter::Refused, 1);
            let why = json!({ "why": why.code() });
            event(Level::Warn, now, "batch refused", why);
        })
    }

    async fn keep(self: &Arc<Self>, signed: Vec<u8>, now: Timestamp) -> Result<Vec<u8>, Refusal> {
        let hub = self.clone();
        let incoming = self.on_a_core(move || hub.verify(signed, now)).await??;
        let (device, bundle) = (incoming.batch.device(), incoming.batch.manifest());
        let kept = self.commits.keep(incoming).await;
        let KeptBatch {
            receipt,
            new,
            findings,
            ..
        } = kept.inspect_err(|why| self.log_store_failure(now, why))?;
        self.metrics.kept(hour(now), new);
        self.metrics.add(Counter::Findings, findings);
        if findings > 0 {
            // When exactly, and how many records it came with, would say when people passed.
            let device = json!({ "device": device.to_string() });
            event(Level::Warn, whole_hour(now), "finding", device);
        }
        if let Some(manifest) = bundle
            && !self.device_bundles.is_compared(device, manifest)
        {
            let hub = self.clone();
            // The batch is kept whatever becomes of this.
            let compared = blocking(move || hub.compare_bundle(device, manifest, now)).await;
            if let Ok(Ok(())) = compared {
                self.device_bundles.remember(device, manifest);
            }
        }
        Ok(receipt)
    }

    /// The bundle in use; the store knows that the hub serves it. Blocks.
    pub(crate) fn serving(&self, now: Timestamp) -> Option<Arc<CurrentBundle>> {
        let bundle = self.bundles.current(now)?;
        if let Err(why) = self.device_bundles.serve(self.store(), bundle.id(), now) {
            self.log_store_failure(now, &why);
        }
        Some(bundle)
    }

    /// Compares the bundle of a device with those that the hub has served. Blocks.
    fn compare_bundle(
        &self,
        device: DeviceId,
        manifest: ManifestId,
        now: Timestamp,
    ) -> Result<(), HubStoreError> {
        let compared = device_bundles::compare(self.store(), device, manifest, now);
        compared.inspect_err(|why| self.log_store_failure(now, why))
    }

    fn verify(&self, signed: Vec<u8>, now: Timestamp) -> Result<Incoming, Refusal> {
        let bundle = self.serving(now).ok_or(Refusal::NoBundle)?;
        let batch = VerifiedBatch::verify(&signed, &bundle.trust, now)?;
        self.limit_device(batch.device())?;
        self.admit_run(batch.device(), batch.epoch(), now)?;
        // A new device begins with the start of an epoch, so most batches need no query.
        let first = batch.records().first();
        if first.is_some_and(|(first, ..)| first.seq == 0) {
            self.admit_device(batch.device(), now)?;
        }
        Ok(Incoming {
            batch,
            signed,
            at: now,
            serves: bundle.id(),
            signer: self.signer.clone(),
        })
    }

    /// Stores a device's status report.
    pub(crate) async fn record_status(self: &Arc<Self>, signed: Vec<u8>) -> Result<(), Refusal> {
        let (hub, now) = (self.clone(), self.now());
        let recorded = self.on_a_core(move || -> Result<(), Refusal> {
            let bundle = hub.serving(now).ok_or(Refusal::NoBundle)?;
            let (device, name, status) = DeviceStatus::verify(&signed, &bundle.trust, now)?;
            hub.limit_device(device)?;
            hub.admit_device(device, now)?;
            let manifest = status.bundle;
            let recorded = hub.store.record_status(&ReceivedStatus {
                device,
                name,
                status,
                at: now,
            });
            recorded.inspect_err(|why| hub.log_store_failure(now, why))?;
            if let Some(manifest) = manifest
                && !hub.device_bundles.is_compared(device, manifest)
            {
                hub.compare_bundle(device, manifest, now)?;
            }
            Ok(())
        });
        recorded.await??;
        self.metrics.add(Counter::Statuses, 1);
        Ok(())
    }

    /// What time it is, signed, as the answer to this question.
    pub(crate) fn time(&self, nonce: TimeNonce) -> Vec<u8> {
        let at = self.now();
        TimeAnswer { nonce, at }.sign(&self.signer)
    }

    /// Deletes batches that arrived more than so many days ago. Blocks.
    pub fn forget(&self, days: u64) {
        let now = self.now();
        match self.store.forget(now.minus(days.saturating_mul(86_400))) {
            Ok(0) => {}
            Ok(deleted) => event(Level::Info, now, "forgotten", json!({ "batches": deleted })),
            Err(why) => self.log_store_failure(now, &why),
        }
    }

    /// Checks that a device is known, or that one more is allowed.
    fn admit_device(&self, device: DeviceId, now: Timestamp) -> Result<(), Refusal> {
        let admitted = self.known_devices.admit(self.store(), device);
        match admitted.inspect_err(|why| self.log_store_failure(now, why))? {
            true => Ok(()),
            false => Err(Refusal::TooManyDevices),
        }
    }

    /// Checks that a run is known, or that its device may begin one more.
    fn admit_run(&self, device: DeviceId, run: Epoch, now: Timestamp) -> Result<(), Refusal> {
        if self.runs.is_known(device, run) {
            return Ok(());
        }
        let failed = |why: &HubStoreError| self.log_store_failure(now, why);
        if self.store.knows_run(device, run).inspect_err(failed)? {
            self.runs.remember(device, run);
            return Ok(());
        }
        let Err(wait) = self.runs.begin(device) else {
            return Ok(());
        };
        self.store.note_runs(device, now).inspect_err(failed)?;
        Err(self.limited(wait))
    }

    /// Takes a token for a verified message of a device.
    fn limit_device(&self, device: DeviceId) -> Result<(), Refusal> {
        let taken = self.devices.take(device);
        taken.map_err(|wait| self.limited(wait))
    }

    fn limited(&self, wait: Duration) -> Refusal {
        self.metrics.add(Counter::Limited, 1);
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        Refusal::TooMany(seconds.saturating_add(1))
    }

    fn log_store_failure(&self, now: Timestamp, why: &HubStoreError) {
        if !matches!(why, HubStoreError::Sequence) {
            let why = json!({ "why": chain(why) });
            event(Level::Error, now, "store failed", why);
        }
    }

    /// Runs work that needs a core, no more of it at the same time than there are cores.
    pub(crate) async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _permit = self.cores.acquire().await;
        blocking(work).await
    }
}

/// The hour of a time, since 1970.
pub(crate) const fn hour(at: Timestamp) -> u64 {
    at.0 / 3600
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}
