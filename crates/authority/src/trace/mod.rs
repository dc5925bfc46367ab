//! Opening passages for whoever may: what devices signed, checked link by link, and the log of who asked.

pub(crate) mod audit;
pub(crate) mod evidence;
