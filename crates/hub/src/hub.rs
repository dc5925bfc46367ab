//! A batch comes in, is checked, is committed, and only then gets its receipt.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use gatepost_pass::{DeviceId, Signer, Timestamp};
use gatepost_protocol::{DeviceStatus, Receipt, VerifiedBatch};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    announced::{Announced, BundleDirectory},
    answer::Refusal,
    enrolments::Enrolments,
    limits::{Buckets, Limits, network},
    log,
    metrics::Metrics,
    routes::blocking,
    store::{Heard, Incoming, Kept, Store, StoreError},
    writer::Writer,
};

/// How long a request may wait for room in memory before it is asked to come back.
const ROOM_TIME: Duration = Duration::from_secs(20);

/// All that the hub needs to answer.
pub struct Hub {
    bundle: BundleDirectory,
    store: Arc<dyn Store>,
    writer: Writer,
    signer: Signer,
    clock: fn() -> Timestamp,
    limits: Limits,
    addresses: Buckets<IpAddr>,
    devices: Buckets<DeviceId>,
    asking: Buckets<IpAddr>,
    enrolments: Option<Enrolments>,
    /// A guess: tries that came to nothing are counted too, until the store is asked.
    known_devices: AtomicU64,
    bodies: Semaphore,
    checking: Semaphore,
    paused_until: AtomicU64,
    metrics: Metrics,
}

impl Hub {
    /// A hub that signs receipts with `signer` and takes the time from `clock`.
    pub fn new(
        bundle: BundleDirectory,
        store: Box<dyn Store>,
        signer: Signer,
        clock: fn() -> Timestamp,
        limits: Limits,
    ) -> Self {
        let store: Arc<dyn Store> = Arc::from(store);
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let totals = store.totals();
        Self {
            bundle,
            writer: Writer::start(store.clone()),
            signer,
            clock,
            limits,
            addresses: Buckets::new(limits.address),
            devices: Buckets::new(limits.device),
            asking: Buckets::new(limits.enrolments),
            enrolments: None,
            // Where the store can't say, the first new device makes it be asked again.
            known_devices: AtomicU64::new(totals.map_or(limits.devices, |totals| totals.devices)),
            bodies: Semaphore::new(limits.bodies.max(1)),
            checking: Semaphore::new(cores),
            paused_until: AtomicU64::new(0),
            metrics: Metrics::default(),
            store,
        }
    }

    /// The same, for devices that enrol over it too.
    pub fn with_enrolments(mut self, enrolments: Option<Enrolments>) -> Self {
        self.enrolments = enrolments;
        self
    }

    /// The requests of new devices, where this hub takes any.
    pub(crate) fn enrolments(&self) -> Option<&Enrolments> {
        self.enrolments.as_ref()
    }

    /// The bundle directory.
    pub fn bundle(&self) -> &BundleDirectory {
        &self.bundle
    }

    /// The bundle in use, if there is one. Reads files: it blocks.
    pub fn announced(&self) -> Option<Arc<Announced>> {
        self.bundle.current(self.now())
    }

    /// What arrived. Its methods block.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Counts a request of an address.
    pub(crate) fn admit(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        let admitted = self.addresses.take(network(address), now);
        admitted.map_err(|wait| self.limited(wait))
    }

    /// Counts a request to be enrolled.
    pub(crate) fn admit_enrolment(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        let admitted = self.asking.take(network(address), now);
        admitted.map_err(|wait| self.limited(wait))
    }

    /// Queues a device's request to be enrolled. Blocks.
    pub(crate) fn ask(&self, request: &[u8]) -> Result<(), Refusal> {
        let enrolments = self.enrolments.as_ref().ok_or(Refusal::NotFound)?;
        let device = enrolments.put(request)?;
        log::event(
            self.now(),
            "enrolment asked",
            json!({ "device": device.to_string() }),
        );
        Ok(())
    }

    /// The authority's answer to a device's request. Blocks.
    pub(crate) fn answer(&self, device: DeviceId) -> Result<Vec<u8>, Refusal> {
        let enrolments = self.enrolments.as_ref().ok_or(Refusal::NotFound)?;
        enrolments.answer(device)
    }

    /// Takes no uploads for some time; 0 ends a pause.
    pub(crate) fn pause(&self, seconds: u64) {
        let until = match seconds {
            0 => 0,
            seconds => self.now().0.saturating_add(seconds),
        };
        self.paused_until.store(until, Relaxed);
        log::event(self.now(), "pause", json!({ "seconds": seconds }));
    }

    /// Seconds that a pause still lasts.
    pub(crate) fn paused(&self) -> u64 {
        let until = self.paused_until.load(Relaxed);
        until.saturating_sub(self.now().0)
    }

    /// Bodies in memory now.
    pub(crate) fn bodies(&self) -> u64 {
        let taken = self.limits.bodies.max(1) - self.bodies.available_permits();
        taken as u64
    }

    /// Room for a body; held until the answer.
    pub(crate) async fn room(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        let paused = self.paused();
        if paused > 0 {
            self.metrics.unready.fetch_add(1, Relaxed);
            return Err(Refusal::Paused(u32::try_from(paused).unwrap_or(u32::MAX)));
        }
        match tokio::time::timeout(ROOM_TIME, self.bodies.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => {
                self.metrics.unready.fetch_add(1, Relaxed);
                Err(Refusal::Busy)
            }
        }
    }

    /// Takes a batch and gives the signed receipt, after the commit.
    pub(crate) async fn take(self: &Arc<Self>, signed: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let now = self.now();
        let receipt = self.keep(signed, now).await;
        receipt.inspect_err(|why| {
            self.metrics.refused.fetch_add(1, Relaxed);
            log::event(now, "batch refused", json!({ "why": why.code() }));
        })
    }

    async fn keep(self: &Arc<Self>, signed: Vec<u8>, now: Timestamp) -> Result<Vec<u8>, Refusal> {
        let hub = self.clone();
        let incoming = self.check(move || hub.verify(signed, now)).await??;
        let device = incoming.batch.device();
        let (epoch, records) = (incoming.batch.epoch(), incoming.batch.records().len());
        let kept = self.writer.keep(incoming).await;
        let Kept {
            front,
            new,
            findings,
        } = kept.inspect_err(|why| self.store_failed(now, why))?;
        self.metrics.batches.fetch_add(1, Relaxed);
        self.metrics.records.fetch_add(new as u64, Relaxed);
        self.metrics.findings.fetch_add(findings as u64, Relaxed);
        log::event(
            now,
            "batch",
            json!({
                "device": device.to_string(), "epoch": epoch.to_string(), "records": records, "new": new,
                "findings": findings, "held": front.next_seq,
            }),
        );
        let receipt = Receipt {
            device,
            epoch,
            next_seq: front.next_seq,
            head: front.head,
            at: now,
        };
        Ok(receipt.sign(&self.signer))
    }

    fn verify(&self, signed: Vec<u8>, now: Timestamp) -> Result<Incoming, Refusal> {
        let announced = self.bundle.current(now).ok_or(Refusal::NoBundle)?;
        let batch = VerifiedBatch::verify(&signed, &announced.trust, now)?;
        self.spend(batch.device())?;
        // A new device begins with the start of an epoch, so most batches need no look.
        if batch
            .records()
            .first()
            .is_some_and(|(first, ..)| first.seq == 0)
        {
            self.count_device(batch.device(), now)?;
        }
        Ok(Incoming {
            batch,
            signed,
            at: now,
        })
    }

    /// Notes what a device says of itself.
    pub(crate) async fn hear(self: &Arc<Self>, signed: Vec<u8>) -> Result<(), Refusal> {
        let (hub, now) = (self.clone(), self.now());
        let heard = self.check(move || {
            let announced = hub.bundle.current(now).ok_or(Refusal::NoBundle)?;
            let (device, name, status) = DeviceStatus::verify(&signed, &announced.trust, now)?;
            hub.spend(device)?;
            hub.count_device(device, now)?;
            let heard = Heard {
                device,
                name,
                status,
                at: now,
            };
            let noted = hub.store.hear(&heard);
            noted.inspect_err(|why| hub.store_failed(now, why))?;
            Ok(())
        });
        let heard: Result<(), Refusal> = heard.await?;
        heard?;
        self.metrics.statuses.fetch_add(1, Relaxed);
        Ok(())
    }

    /// Forgets what came more than so many days ago. Blocks.
    pub fn forget(&self, days: u64) {
        let now = self.now();
        match self.store.forget(now.minus(days.saturating_mul(86_400))) {
            Ok(0) => {}
            Ok(gone) => log::event(now, "forgotten", json!({ "batches": gone })),
            Err(why) => self.store_failed(now, &why),
        }
    }

    /// Counts a device that nothing came from so far. As many as are under way at once may go over the limit.
    fn count_device(&self, device: DeviceId, now: Timestamp) -> Result<(), Refusal> {
        let known = self.store.knows(device);
        if known.inspect_err(|why| self.store_failed(now, why))? {
            return Ok(());
        }
        let most = self.limits.devices;
        if self.known_devices.fetch_add(1, Relaxed) < most {
            return Ok(());
        }
        // Perhaps the store could not keep what was counted, or a device was counted twice: it knows how many it has.
        let totals = self.store.totals();
        let kept = totals
            .inspect_err(|why| self.store_failed(now, why))?
            .devices;
        if kept >= most {
            self.known_devices.store(kept, Relaxed);
            return Err(Refusal::TooManyDevices);
        }
        self.known_devices.store(kept.saturating_add(1), Relaxed);
        Ok(())
    }

    /// Counts a message of a device whose word was checked.
    fn spend(&self, device: DeviceId) -> Result<(), Refusal> {
        let spent = self.devices.take(device, Instant::now());
        spent.map_err(|wait| self.limited(wait))
    }

    fn limited(&self, wait: Duration) -> Refusal {
        self.metrics.limited.fetch_add(1, Relaxed);
        Refusal::TooMany(
            u32::try_from(wait.as_secs())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
        )
    }

    fn store_failed(&self, now: Timestamp, why: &StoreError) {
        if !matches!(why, StoreError::Sequence) {
            log::event(now, "store failed", json!({ "why": why.to_string() }));
        }
    }

    /// Runs work that needs a core, no more of it at once than there are cores.
    pub(crate) async fn check<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _permit = self.checking.acquire().await;
        blocking(work).await
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}
