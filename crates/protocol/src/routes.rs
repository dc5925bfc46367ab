//! The hub's addresses.

/// `GET`: the manifest of the current bundle.
pub const MANIFEST: &str = "/v1/bundle/manifest";
/// `GET` with a digest in hexadecimal after it: a file of the bundle; understands `Range`.
pub const FILES: &str = "/v1/bundle/files/";
/// `POST`: a batch, or filler, padded ([`crate::padding::UPLOAD`]); the answer is a receipt, or
/// filler, padded ([`crate::padding::ANSWER`]). This is how devices send.
pub const UPLOADS: &str = "/v1/uploads";
/// `POST`: a batch as it is, such as one from a stick; the answer is a receipt as it is.
pub const BATCHES: &str = "/v1/batches";
/// `GET`: alive.
pub const HEALTH: &str = "/v1/health";
/// `POST`: how a device is doing ([`crate::DeviceStatus`]), padded ([`crate::padding::STATUS`]);
/// answered with 204.
pub const STATUS: &str = "/v1/status";
/// `POST`: a device's question of 32 bytes ([`crate::TimeNonce`]); the answer is what time it is
/// ([`crate::TimeAnswer`]).
pub const TIME: &str = "/v1/time";
/// `GET`: the authority's signed list of revoked devices, as it lies in the bundle directory; 404
/// where there is none. Devices check its signature; the hub does not.
pub const REVOKED: &str = "/v1/revoked";
/// `GET` with a target's name after it, such as `aarch64`: the newest signed release of the program
/// for those devices ([`gatepost_pass::ProgramRelease`]), as it lies in the bundle directory; 404
/// where there is none. Devices check its signature; the hub does not. Its image is under
/// [`FILES`].
pub const PROGRAM: &str = "/v1/program/";
/// `POST`: a device's request ([`crate::DeviceRequest`]) that names the code by which it asks;
/// queued for the authority and answered with 204. `GET` with a device's name in hexadecimal after
/// it: the authority's answer ([`crate::Answer`]); 404 while there is none.
pub const ENROLMENTS: &str = "/v1/enrolments";
/// The one `Content-Encoding` that a batch may have (RFC 8878). Its window is at most 8 MiB; what
/// it unpacks to is at most [`crate::batch::MAX_BYTES`].
pub const ZSTD: &str = "zstd";
