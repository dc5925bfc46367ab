//! The hub's addresses.

/// `GET`: the manifest of the current bundle.
pub const MANIFEST: &str = "/v1/bundle/manifest";
/// `GET` with a digest in hexadecimal after it: a file of the bundle; understands `Range`.
pub const FILES: &str = "/v1/bundle/files/";
/// `POST`: a batch; the answer is a receipt.
pub const BATCHES: &str = "/v1/batches";
/// `GET`: alive.
pub const HEALTH: &str = "/v1/health";
/// `POST`: how a device is doing ([`crate::DeviceStatus`]); answered with 204.
pub const STATUS: &str = "/v1/status";
/// `GET`: the authority's signed list of revoked devices, as it lies in the bundle directory; 404 where there is
/// none. Devices check its signature; the hub does not.
pub const REVOKED: &str = "/v1/revoked";
