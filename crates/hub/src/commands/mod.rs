//! Commands beside `serve`, a file each.

pub(crate) mod export;
pub(crate) mod tls;
