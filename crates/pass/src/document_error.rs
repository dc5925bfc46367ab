//! Why a document is refused.

use crate::{
    codec::FormatError,
    envelope::EnvelopeError,
    ids::{IssuerId, KeyId},
    kind::Kind,
};

/// Why a document is refused. Nothing of what it says may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not a Gatepost document, or not in its format.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// Signed, but the claims break the format.
    #[error(transparent)]
    Claims(#[from] FormatError),
    /// The number of persons does not fit the kind of pass.
    #[error("a {kind} can't hold {subjects} persons", kind = kind.name())]
    Subjects {
        /// Pass or family pass.
        kind: Kind,
        /// The number of persons on it.
        subjects: usize,
    },
    /// Nobody of that name is on the trust list.
    #[error("issuer {0} is not on the trust list")]
    UnknownIssuer(IssuerId),
    /// The issuer's entry is not valid at this time. Never said of a pass: that one is a refused
    /// region's.
    #[error("issuer {0} is not recognised at this time")]
    NotRecognisedNow(IssuerId),
    /// Only the own authority may sign this kind.
    #[error("a {kind} from {issuer} is not valid here", kind = kind.name())]
    ForeignAuthority {
        /// The issuer that the document names.
        issuer: IssuerId,
        /// The kind that it signed.
        kind: Kind,
    },
    /// The issuer has no key of that number.
    #[error("issuer {issuer} has no key {key}", key = key.0)]
    UnknownKey {
        /// The issuer that the document names.
        issuer: IssuerId,
        /// The key number that the document names.
        key: KeyId,
    },
    /// The key may not sign this kind.
    #[error("key {key} of {issuer} may not sign a {kind}", key = key.0, kind = kind.name())]
    WrongRole {
        /// The issuer that the document names.
        issuer: IssuerId,
        /// The key number that the document names.
        key: KeyId,
        /// The kind that it signed.
        kind: Kind,
    },
    /// The key is not valid at this time.
    #[error("key {key} of {issuer} is not valid at this time", key = key.0)]
    KeyOutsideValidity {
        /// The issuer that the document names.
        issuer: IssuerId,
        /// The key number that the document names.
        key: KeyId,
    },
    /// The signature is not the key's over these bytes.
    #[error("the signature does not match: forged or altered")]
    BadSignature,
    /// A live code around a pass that has no holder key.
    #[error("a live code around a pass that has no holder key")]
    NoHolderKey,
    /// A kind that is never shown as a code.
    #[error("a {kind} is not something to scan", kind = kind.name())]
    NotACode {
        /// The kind of the document.
        kind: Kind,
    },
}
