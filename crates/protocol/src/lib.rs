//! What device and hub both speak: passages, sealing, the chain, batches, receipts, certificates.
//!
//! In the order in which a decision travels: [`verdict`] and [`passage`] say what happened,
//! [`mod@seal`] encrypts it for everyone but those who may trace, [`record`] and [`chain`] bind it
//! to what came before, [`batch`] carries it, [`receipt`] brings the hub's word back. [`device`]
//! says whose word a batch is, [`enrolment`] how a device becomes one, [`status`] how it is doing,
//! [`wipe_order`] that it is one no longer. [`time_answer`] is the hub's word on the time.
//! [`routes`] names the hub's addresses, [`hub_answer`] tells its answers from another server's,
//! [`padding`] hides from a network how much there was to say. [`pins`]
//! holds what the PINs of badges are checked against, sealed for the devices.

#![forbid(unsafe_code)]

pub mod batch;
mod bytes;
pub mod chain;
mod dated;
pub mod device;
pub mod enrolment;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod hub_answer;
pub mod padding;
pub mod passage;
pub mod pins;
pub mod receipt;
pub mod record;
pub mod routes;
pub mod seal;
mod seal_key;
pub mod sealed;
mod signed_body;
pub mod status;
pub mod time_answer;
pub mod verdict;
pub mod wipe_order;

#[cfg(test)]
mod tests;

pub use batch::{BatchError, VerifiedBatch};
pub use chain::{Epoch, Head};
pub use device::DeviceCertificate;
pub use enrolment::{Answer, ByCode, DeviceRequest, Enrolment};
pub use hub_answer::{HubAnswer, RefusalReason, RequestNonce};
pub use passage::{
    Allowed, ByHand, Direction, MoveEnd, OverrideWhy, Passage, Personal, PlaceMove, Seen,
    Temperature, WhyNoCode,
};
pub use pins::{PinTable, PinsError, PinsSealError, SealedPins};
pub use receipt::Receipt;
pub use record::{Body, Previous, Record};
pub use seal::{OpenError, SealError, open, seal};
pub use seal_key::SealKey;
pub use sealed::{Clear, Sealed};
pub use status::{DeviceStatus, ProgramStatus, ProgramUpdate, UpdateEnd};
pub use time_answer::{TimeAnswer, TimeAnswerError, TimeNonce};
pub use verdict::{Outcome, Reason};
pub use wipe_order::{OrderError, Revoked, WipeOrder};

/// Where randomness comes from is the caller's choice; this is the trait it must have.
pub use hpke::rand_core;
