//! Memory for uploads. All connections share it, and it is taken as bytes arrive: whoever announces
//! a body and does not send it holds nothing but one of the few bodies of its address.
//!
//! A body takes a place for its start, then, if it is longer, one of the places for long bodies,
//! then one among the complete ones until it is answered. Nobody waits for an earlier place while
//! holding a later one, so nobody waits in a circle. The last quarter of the places is for
//! addresses with few bodies, and for bodies that hurry: so there is nearly always one left.

use std::{future::Future, net::IpAddr, sync::Arc, time::Duration};

use gatepost_protocol::batch::MAX_BYTES;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use crate::{
    limits::{HeldShare, Shares, network},
    pace::Pace,
    refusal::Refusal,
};

/// Bytes of a body that its first place covers.
pub(crate) const START: usize = 16 * 1024;
/// Bytes of the starts of all bodies that are arriving.
const STARTS: u32 = 24 << 20;
/// Bodies longer than their start that are arriving: 32 MiB.
const LONG: u32 = 64;
/// Bytes of all complete bodies. A batch takes about three times its size until it is stored.
const COMPLETE: u32 = 16 << 20;
/// How long a body waits for memory before it is put off.
const MEMORY_TIME: Duration = Duration::from_secs(20);

/// The pace of a body.
const UNHURRIED: Pace = Pace {
    pause: Duration::from_secs(20),
    bytes_per_second: 2048,
};
/// The same while memory is scarce.
const HURRIED: Pace = Pace {
    pause: Duration::from_secs(1),
    bytes_per_second: 32 * 1024,
};
/// Bodies of one address that get memory while it is scarce.
const FEW: usize = 2;

/// The memory for uploads.
#[derive(Debug)]
pub(crate) struct UploadMemory {
    starts: Arc<Semaphore>,
    long: Arc<Semaphore>,
    complete: Arc<Semaphore>,
    addresses: Arc<Shares<IpAddr>>,
}

/// The places of a body that is arriving.
#[derive(Debug)]
pub(crate) struct Arriving {
    /// Its place among the bodies of its address; nothing where the address is unknown.
    share: Option<HeldShare<IpAddr>>,
    start: Option<OwnedSemaphorePermit>,
    long: Option<OwnedSemaphorePermit>,
}

impl Arriving {
    /// A body of which nothing has arrived.
    pub(crate) fn new(share: Option<HeldShare<IpAddr>>) -> Self {
        Self {
            share,
            start: None,
            long: None,
        }
    }

    fn is_one_of_few(&self) -> bool {
        self.share.as_ref().is_none_or(|share| share.count() <= FEW)
    }
}

impl UploadMemory {
    /// With at most so many bodies of one address at a time.
    pub(crate) fn new(of_address: usize) -> Self {
        let places = |count: u32| Arc::new(Semaphore::new(count as usize));
        Self {
            starts: places(STARTS),
            long: places(LONG),
            complete: places(COMPLETE),
            addresses: Shares::new(of_address.max(1)),
        }
    }

    /// One of the bodies of an address.
    pub(crate) fn share(&self, address: IpAddr) -> Option<HeldShare<IpAddr>> {
        self.addresses.take(network(address))
    }

    /// The pace that a body must keep now.
    pub(crate) fn pace(&self) -> Pace {
        match is_scarce(&self.starts, STARTS) || is_scarce(&self.long, LONG) {
            true => HURRIED,
            false => UNHURRIED,
        }
    }

    /// Memory for the first `held` bytes of a body that will hardly have more than `expected`.
    pub(crate) async fn hold(
        &self,
        arriving: &mut Arriving,
        held: usize,
        expected: usize,
    ) -> Result<(), Refusal> {
        if arriving.start.is_none() {
            if is_scarce(&self.starts, STARTS) && !arriving.is_one_of_few() {
                return Err(Refusal::Busy);
            }
            let bytes = held.max(expected).clamp(1, START) as u32;
            let place = self.starts.clone().acquire_many_owned(bytes);
            arriving.start = Some(within_time(place).await?);
        }
        let start = arriving.start.as_ref();
        let covered = start.map_or(0, OwnedSemaphorePermit::num_permits);
        if held > covered && arriving.long.is_none() {
            if is_scarce(&self.long, LONG) && !arriving.is_one_of_few() {
                return Err(Refusal::Busy);
            }
            arriving.long = Some(within_time(self.long.clone().acquire_owned()).await?);
        }
        Ok(())
    }

    /// Memory for a complete body of so many bytes, until it is answered.
    pub(crate) async fn complete(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = bytes.clamp(1, MAX_BYTES) as u32;
        within_time(self.complete.clone().acquire_many_owned(bytes)).await
    }

    /// Bytes of complete bodies now.
    pub(crate) fn in_use(&self) -> u64 {
        u64::from(COMPLETE) - self.complete.available_permits() as u64
    }
}

/// Whether less than a quarter of the places are left.
fn is_scarce(places: &Semaphore, of: u32) -> bool {
    places.available_permits() < (of / 4) as usize
}

async fn within_time(
    place: impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>>,
) -> Result<OwnedSemaphorePermit, Refusal> {
    match tokio::time::timeout(MEMORY_TIME, place).await {
        Ok(Ok(place)) => Ok(place),
        _ => Err(Refusal::Busy),
    }
}
