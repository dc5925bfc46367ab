//! What the programs take from the machine they run on, each from one place: the wall clock, files
//! that survive a power cut, random numbers, standard output, messages, secrets asked for on the
//! terminal, the service manager, and errors told with their causes.
//!
//! Only programs depend on this crate. `gatepost-pass` and `gatepost-protocol` stay pure: there,
//! time, randomness and bytes are arguments.

pub mod clock;
mod errors;
pub mod files;
pub mod messages;
pub mod output;
pub mod random;
pub mod service_manager;
pub mod stick;
pub mod terminal;

pub use errors::chain;
