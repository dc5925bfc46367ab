//! The hub: devices fetch the authority's signed bundle here, and leave their sealed passages.
//!
//! Read in this order:
//!
//! 1. [`hub`]: a batch comes in, a receipt goes out; everything else serves this.
//! 2. [`store`]: what is kept, behind one trait; `store/compare.rs` says what a batch adds.
//! 3. [`announced`]: the bundle directory, and whose signature counts by it.
//! 4. [`mod@router`] and `routes/`: the addresses; `answer`: every error that they give.
//! 5. [`server`]: connections, time limits, shutdown.
//! 6. [`passages`]: lists what arrived.
//!
//! The hub can't open a passage: it has no tracing key, and no code that would use one.

#![forbid(unsafe_code)]

pub mod announced;
mod answer;
pub mod clock;
pub mod hub;
mod log;
pub mod passages;
mod patient;
pub mod router;
mod routes;
pub mod server;
pub mod store;

pub use announced::BundleDirectory;
pub use hub::Hub;
pub use router::router;
pub use store::{Store, StoreError};
