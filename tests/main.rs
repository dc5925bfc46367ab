//! What the programs do together, through the real binaries. One test binary, one file per
//! behaviour.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod bad_input;
mod doctor;
mod ends;
mod enrolment;
mod faults;
mod forged;
mod hub_away;
mod identity;
mod journey;
mod kill;
mod lists;
mod output;
mod secure_hub;
mod service;
mod support;
mod town;
