//! The signed envelope that every document travels in.
//!
//! ```text
//! envelope = kind:u8 version:u8 issuer:text key:varint claims:bytes signature:[u8; 64]
//! signed   = domain(kind, version) ‖ envelope without its last 64 bytes
//! ```
//!
//! `kind` and `version` are one byte each, `text` and `bytes` carry their length as a varint, all
//! in postcard's canonical encoding. The domain string names kind and version, so that a signature
//! made for one kind never verifies for another.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    codec::{self, FormatError},
    ids::{IssuerId, KeyId},
    key::SIGNATURE,
    kind::{Kind, VERSION},
};

/// Largest envelope that fits a QR code here, in bytes.
pub const MAX_CODE: usize = 1200;
/// Largest envelope in a file (trust list, manifest), in bytes.
pub const MAX_FILE: usize = 1 << 20;

/// The front of an envelope. The issuer and the key stand here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    kind: u8,
    version: u8,
    pub(crate) issuer: IssuerId,
    pub(crate) key: KeyId,
}

impl Header {
    pub(crate) const fn new(kind: Kind, issuer: IssuerId, key: KeyId) -> Self {
        Self {
            kind: kind as u8,
            version: VERSION,
            issuer,
            key,
        }
    }
}

/// A signed document whose signature nobody has looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub(crate) kind: Kind,
    pub(crate) header: Header,
    claims: Vec<u8>,
    /// Domain and signed bytes, ready for the check.
    pub(crate) message: Vec<u8>,
    pub(crate) signature: [u8; SIGNATURE],
}

/// Why bytes or a text are not a Gatepost document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// A code of something else.
    #[error("not a Gatepost code: it does not begin with GP1:")]
    Foreign,
    /// The text after `GP1:` is not base45.
    #[error("the code's text is damaged: scan it again")]
    Text,
    /// The bytes break the format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A version or kind that this program is too old for.
    #[error("kind {kind}, version {version} is newer than this program: update it")]
    Newer {
        /// Number of the kind on the wire.
        kind: u8,
        /// Its version.
        version: u8,
    },
    /// A kind of document that does not belong here.
    #[error("this is a {}, expected a {}", found.name(), expected.name())]
    WrongKind {
        /// The kind of the envelope that was read.
        found: Kind,
        /// The kind that was expected.
        expected: Kind,
    },
}

impl Envelope {
    /// Reads an envelope of at most `limit` bytes.
    pub fn parse(bytes: &[u8], limit: usize) -> Result<Self, EnvelopeError> {
        let what = "envelope";
        let (kind, version) = front(bytes, limit)?;
        let Some(split) = bytes.len().checked_sub(SIGNATURE) else {
            return Err(FormatError::Damaged(what).into());
        };
        let (signed, signature) = bytes.split_at(split);
        let ((header, claims), rest) = codec::decode_prefix::<(Header, Vec<u8>)>(what, signed)?;
        if !rest.is_empty() {
            return Err(FormatError::Trailing(what).into());
        }
        let kind = Kind::from_wire(kind).ok_or(EnvelopeError::Newer { kind, version })?;
        let mut message = kind.domain();
        message.extend_from_slice(signed);
        let mut copy = [0; SIGNATURE];
        copy.copy_from_slice(signature);
        Ok(Self {
            kind,
            header,
            claims,
            message,
            signature: copy,
        })
    }

    /// Reads an envelope that must hold one kind.
    pub fn parse_kind(expected: Kind, bytes: &[u8], limit: usize) -> Result<Self, EnvelopeError> {
        let envelope = Self::parse(bytes, limit)?;
        if envelope.kind == expected {
            Ok(envelope)
        } else {
            Err(EnvelopeError::WrongKind {
                found: envelope.kind,
                expected,
            })
        }
    }

    /// The kind that it claims to be; nobody has checked that.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The issuer that it claims; nobody has checked that.
    pub fn issuer(&self) -> IssuerId {
        self.header.issuer
    }

    /// The claims, before anyone has checked the signature. Nothing may be decided on them.
    pub fn peek<T: Serialize + DeserializeOwned>(&self) -> Result<T, FormatError> {
        codec::decode(self.kind.name(), &self.claims)
    }
}

/// Kind and version, after the limit and before anything else is read.
pub(crate) fn front(bytes: &[u8], limit: usize) -> Result<(u8, u8), EnvelopeError> {
    if bytes.len() > limit {
        return Err(FormatError::TooLarge {
            what: "envelope",
            limit,
        }
        .into());
    }
    let [kind, version, ..] = bytes else {
        return Err(FormatError::Damaged("envelope").into());
    };
    if Kind::from_wire(*kind).is_none() || *version != VERSION {
        return Err(EnvelopeError::Newer {
            kind: *kind,
            version: *version,
        });
    }
    Ok((*kind, *version))
}
