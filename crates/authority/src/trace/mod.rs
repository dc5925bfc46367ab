//! Opening passages on the record: what devices signed, checked record by record, and the log of
//! who asked.

pub(crate) mod arrivals;
pub(crate) mod audit_chain;
pub(crate) mod audit_log;
pub(crate) mod discrepancy;
pub(crate) mod evidence;
mod runs;
