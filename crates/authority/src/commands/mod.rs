//! One file per subcommand.

pub(crate) mod badge;
pub(crate) mod check;
pub(crate) mod enrol;
pub(crate) mod enrol_code;
pub(crate) mod holder_key;
pub(crate) mod identity;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod issue;
pub(crate) mod key;
pub(crate) mod lists;
mod lists_import;
mod lists_verify;
pub(crate) mod live;
pub(crate) mod place;
pub(crate) mod policy;
pub(crate) mod public;
pub(crate) mod publish;
pub(crate) mod query;
pub(crate) mod render;
pub(crate) mod revoke;
pub(crate) mod revoke_device;
pub(crate) mod root;
pub(crate) mod status;
mod status_import;
pub(crate) mod trace;
pub(crate) mod trust;
