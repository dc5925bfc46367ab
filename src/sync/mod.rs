//! Sync with the hub, over the network or by USB stick: bundles and programs come, passages go, and
//! nothing is deleted without a receipt.

mod bundle;
mod error;
mod exchange;
mod http;
mod jitter;
mod program;
mod push;
mod time;
mod tls;
mod worker;

pub mod enrol;
pub mod stick;
pub mod wipe;

#[cfg(test)]
mod tests;

pub use bundle::fetch_bundle;
pub use error::SyncError;
pub use exchange::{Errand, Exchanged, exchange, last_sync};
pub use http::{Contact, HubClient, HubError, Patience};
pub use program::{update_program, updater};
pub use push::{backlog, push_passages};
pub use time::ask_time;
pub use wipe::Order;
pub use worker::{SyncNews, spawn};
