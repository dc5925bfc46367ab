//! Gatepost's documents, keys, trust list, lists and bundles.
//!
//! Pure: no clock (time is an argument), no files (bytes are read through [`ReadAt`] and
//! [`BundleFiles`]), no unsafe. Read in this order:
//!
//! 1. [`words`]: the small types that everything is made of; [`time`]: points in time, the floor.
//! 2. [`envelope`]: header, claims, signature; the text of a QR code.
//! 3. [`document`] and [`badge`]: what the claims say; [`id_number`]: what people are known by elsewhere.
//! 4. [`trust`]: root and trust list: whose signature counts, for what, and when.
//! 5. [`verify`]: the one way from a scanned text to a [`VerifiedDocument`].
//! 6. [`list`]: status, revocation and identity lists.
//! 7. [`manifest`] and [`policy`]: what a bundle consists of; [`bundle`]: the one way to a
//!    [`VerifiedBundle`].

#![forbid(unsafe_code)]

mod codec;
mod names;

pub mod badge;
pub mod bundle;
pub mod document;
pub mod enrolment;
pub mod envelope;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod id_number;
pub mod key;
pub mod list;
pub mod manifest;
pub mod policy;
pub mod time;
pub mod trust;
pub mod verify;
pub mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use badge::{Badge, BadgeRole, Pin, PinCheck, PinHash, Site};
pub use bundle::{BundleError, BundleFiles, FileRole, Freshness, Manifest, Rules, VerifiedBundle};
pub use codec::{FormatError, decode, encode};
pub use document::{Holder, Live, Pass, Place, Subject};
pub use enrolment::{OneTimeSecret, Proof};
pub use envelope::{Document, Kind};
pub use id_number::{IdNumber, IdNumberError};
pub use key::{KeyError, PublicKey, SecretKey, Signer};
pub use list::{List, ListError, Listing, ReadAt, Revocation};
pub use policy::Policy;
pub use time::{ClockTrust, Floor, Now, Timestamp};
pub use trust::{Recognition, Root, TrustError, TrustList};
pub use verify::{DocumentError, Verified, VerifiedDocument, verify};
pub use words::{
    Bounded, Class, CodeId, Colour, DeviceId, Digest, HubPin, IssuerId, KeyId, Medium, PassNumber,
    SubjectTag, Text,
};
