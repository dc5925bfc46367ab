//! A batch comes in, is checked, is committed, and only then gets its receipt.

use std::{fmt, sync::Arc};

use gatepost_pass::{Signer, Timestamp};
use gatepost_protocol::{Receipt, VerifiedBatch};

use crate::{
    announced::{Announced, BundleDirectory},
    answer::Refusal,
    log,
    store::{Store, StoreError},
};

/// All that the hub needs to answer. Its methods block: on disk, on checking signatures.
pub struct Hub {
    bundle: BundleDirectory,
    store: Box<dyn Store>,
    signer: Signer,
    clock: fn() -> Timestamp,
}

impl Hub {
    /// A hub that signs receipts with `signer` and takes the time from `clock`.
    pub fn new(
        bundle: BundleDirectory,
        store: Box<dyn Store>,
        signer: Signer,
        clock: fn() -> Timestamp,
    ) -> Self {
        Self {
            bundle,
            store,
            signer,
            clock,
        }
    }

    /// The bundle directory.
    pub fn bundle(&self) -> &BundleDirectory {
        &self.bundle
    }

    /// The bundle in use, if there is one.
    pub fn announced(&self) -> Option<Arc<Announced>> {
        self.bundle.current((self.clock)())
    }

    /// Takes a batch and gives the signed receipt.
    pub(crate) fn take(&self, signed: &[u8]) -> Result<Vec<u8>, Refusal> {
        let now = (self.clock)();
        self.keep(signed, now).inspect_err(|why| {
            log::event(now, format_args!("batch refused: {}", why.code()));
        })
    }

    fn keep(&self, signed: &[u8], now: Timestamp) -> Result<Vec<u8>, Refusal> {
        let announced = self.bundle.current(now).ok_or(Refusal::NoBundle)?;
        let batch = VerifiedBatch::verify(signed, &announced.trust, now)?;
        let kept = self.store.keep(&batch, signed, now).inspect_err(|why| {
            if !matches!(why, StoreError::Sequence) {
                log::event(now, format_args!("{why}"));
            }
        })?;
        log::event(
            now,
            format_args!(
                "batch of {} epoch {}: {} records, {} new, {} findings, held up to {}",
                batch.device(),
                batch.epoch(),
                batch.records().len(),
                kept.new,
                kept.findings,
                kept.front.next_seq,
            ),
        );
        let receipt = Receipt {
            device: batch.device(),
            epoch: batch.epoch(),
            next_seq: kept.front.next_seq,
            head: kept.front.head,
            at: now,
        };
        Ok(receipt.sign(&self.signer))
    }
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}
