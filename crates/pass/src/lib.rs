//! Gatepost's documents, keys, trust list, lists and bundles.
//!
//! Pure: no clock (time is an argument), no files (bytes are read through [`ReadAt`] and
//! [`BundleFiles`]), no unsafe. Read in this order:
//!
//! 1. [`ids`], [`mod@visible`], [`bounded`], [`digest`], [`colour`], [`hub_address`]: the small
//!    types that everything is made of; [`time`]: points in time, the floor.
//! 2. [`kind`], [`key`], [`signer`], [`envelope`]: who signs what, and how it travels.
//! 3. [`claims`], [`badge`] and [`policy`]: what is signed; [`id_number`]: what people are known by
//!    elsewhere.
//! 4. [`trust`]: root and trust list: whose signature is valid, for what, and when.
//! 5. [`document`]: the text of a QR code; [`mod@verify`]: the one way from there to a
//!    [`VerifiedDocument`].
//! 6. [`list`]: status, revocation and identity lists.
//! 7. [`bundle`]: a manifest and the files it names, and the one way to a [`VerifiedBundle`].
//! 8. [`program`]: versions of the devices' program, and the one way to a [`VerifiedRelease`].

#![forbid(unsafe_code)]

mod codec;
mod hex;
mod names;

pub mod badge;
pub mod bounded;
pub mod bundle;
pub mod claims;
pub mod colour;
pub mod digest;
pub mod document;
pub mod document_error;
pub mod envelope;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod hub_address;
pub mod id_number;
pub mod ids;
pub mod key;
pub mod kind;
pub mod list;
pub mod one_time_secret;
pub mod policy;
pub mod program;
pub mod signer;
pub mod time;
pub mod timekeeper;
pub mod trust;
pub mod verify;
pub mod visible;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use badge::{Badge, BadgeRole, Pin, PinCheck, PinDigest, PinVerifier, Site};
pub use bounded::{Bounded, BoundedMap, KebabName, Text, ValueError};
pub use bundle::{
    BundleError, BundleFiles, FileRole, Freshness, Manifest, ManifestId, Rules, VerifiedBundle,
};
pub use claims::{Class, Holder, Live, Medium, Pass, Place, Subject};
pub use codec::{FormatError, decode, decode_within, encode};
pub use colour::Colour;
pub use digest::{Digest, DigestHasher};
pub use document::Document;
pub use document_error::DocumentError;
pub use hex::parse_hex;
pub use hub_address::{HubAddress, HubAddressError};
pub use id_number::{IdNumber, IdNumberError};
pub use ids::{CodeId, DeviceId, HubPin, IssuerId, KeyId, PassNumber, SubjectTag};
pub use key::{KeyError, PublicKey, SecretKey};
pub use kind::Kind;
pub use list::{List, ListError, Listing, ReadAt, Revocation};
pub use one_time_secret::{OneTimeSecret, Proof};
pub use policy::{Policy, RulesHere};
pub use program::{
    ImageLength, OwnProgram, ProgramRelease, ProgramVersion, ReleaseError, Rollback,
    VerifiedRelease,
};
pub use signer::{Sign, Signer};
pub use time::{ClockTrust, Now, Timestamp};
pub use timekeeper::{TimeMark, Timekeeper};
pub use trust::{Recognition, Root, TrustError, TrustList};
pub use verify::{Verified, VerifiedDocument, verify};
