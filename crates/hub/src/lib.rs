//! The hub: devices fetch the authority's signed bundle here, and leave their sealed passages.
//!
//! Read in this order:
//!
//! 1. [`hub`]: a batch comes in, a receipt goes out; everything else serves this.
//! 2. [`store`]: what is kept, behind one trait; `store/compare.rs` says what a batch adds.
//! 3. [`announced`]: the bundle directory, and whose signature counts by it.
//! 4. [`mod@router`] and `routes/`: the addresses; `answer`: every error that they give; [`limits`].
//! 5. [`enrolments`]: requests of new devices, and the authority's answers.
//! 6. `writer`: one transaction for all that came while the one before was written.
//! 7. [`server`]: connections, time limits, shutdown; [`tls`]: the hub's certificate.
//! 8. [`fleet`]: the operator's pages. [`passages`]: lists what arrived; [`mod@export`]: hands it out as it came.
//!
//! The hub can't open a passage: it has no tracing key, and no code that would use one.

#![forbid(unsafe_code)]

pub mod announced;
mod answer;
pub mod clock;
pub mod enrolments;
pub mod export;
pub mod fleet;
pub mod hub;
pub mod limits;
mod log;
mod metrics;
pub mod passages;
mod patient;
pub mod router;
mod routes;
pub mod server;
pub mod store;
pub mod tls;
mod writer;

pub use announced::BundleDirectory;
pub use enrolments::Enrolments;
pub use fleet::Fleet;
pub use hub::Hub;
pub use limits::Limits;
pub use router::{Caller, operator_router, router};
pub use store::{Store, StoreError};
pub use tls::HubTls;
