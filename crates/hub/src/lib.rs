//! The hub: devices fetch the authority's signed bundle here, and leave their sealed passages.
//!
//! Read in this order:
//!
//! 1. [`hub`]: a batch comes in, a receipt goes out; everything else serves this.
//! 2. [`store`]: what is kept, behind one trait; `store/epoch_update.rs` computes what a batch
//!    adds.
//! 3. [`bundle_watch`]: the bundle directory, and the keys that are valid by it.
//! 4. [`mod@router`] and `routes/`: the paths; `refusal`: every error that they return;
//!    `answer_mark`: how a device knows their answers; [`limits`].
//! 5. `enrolment_queue`: requests of new devices, and the authority's answers.
//! 6. `group_commit`: one transaction for all batches that arrived during the one before.
//! 7. [`server`]: connections, time limits, shutdown; `pace` and `upload_memory`: what clients may
//!    hold; [`tls`]: the hub's certificate.
//! 8. [`fleet`]: the operators' pages. [`listing`]: lists what arrived; [`mod@export`]: writes it
//!    to files as it was signed.
//!
//! The hub cannot open a passage: it has no tracing key, and no code that would use one.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod answer_mark;
mod blocking;
pub mod bundle_watch;
pub mod device_bundles;
mod enrolment_queue;
mod event_log;
pub mod export;
pub mod fleet;
mod group_commit;
pub mod hub;
mod known_devices;
pub mod limits;
pub mod listing;
mod metrics;
mod pace;
mod refusal;
pub mod router;
mod routes;
mod runs;
pub mod server;
pub mod store;
pub mod tls;
mod upload_memory;

pub use bundle_watch::BundleWatch;
pub use enrolment_queue::EnrolmentQueue;
pub use fleet::Fleet;
pub use hub::Hub;
pub use limits::Limits;
pub use router::{Caller, operator_router, router};
pub use store::{HubStore, HubStoreError};
pub use tls::HubTls;
