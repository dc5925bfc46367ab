//! The hub's addresses.

/// `GET`: the manifest of the current bundle.
pub const MANIFEST: &str = "/v1/bundle/manifest";
/// `GET` with a digest in hexadecimal after it: a file of the bundle; understands `Range`.
pub const FILES: &str = "/v1/bundle/files/";
/// `POST`: a batch; the answer is a receipt.
pub const BATCHES: &str = "/v1/batches";
/// `GET`: alive.
pub const HEALTH: &str = "/v1/health";
/// `GET` with a device's id in hexadecimal after it: the authority's order that the device wipe itself
/// (`device::verify_revocation`); 404 where there is none.
pub const ORDERS: &str = "/v1/orders/";
