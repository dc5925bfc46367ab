//! One file per subcommand.

pub(crate) mod badge;
pub(crate) mod enrol;
pub(crate) mod holder_key;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod issue;
pub(crate) mod key;
pub(crate) mod live;
pub(crate) mod place;
pub(crate) mod public;
pub(crate) mod publish;
pub(crate) mod render;
pub(crate) mod revoke;
pub(crate) mod root;
pub(crate) mod status;
pub(crate) mod trust;
