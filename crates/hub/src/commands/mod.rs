//! The commands, a file each.

mod database;
mod error;
pub(crate) mod passages;
pub(crate) mod password;
pub(crate) mod revocations;
pub(crate) mod serve;
pub(crate) mod tls;

pub(crate) use error::CliError;
