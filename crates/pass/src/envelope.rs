//! The signed envelope that every document travels in, and its text in a QR code.
//!
//! ```text
//! envelope = kind:u8 version:u8 issuer:text key:varint claims:bytes signature:[u8; 64]
//! signed   = domain(kind, version) ‖ envelope without its last 64 bytes
//! text     = "GP1:" ‖ base45(envelope)          (RFC 9285)
//! ```
//!
//! `kind` and `version` are one byte each, `text` and `bytes` carry their length as a varint, all in
//! postcard's canonical encoding. The domain string names kind and version, so that a signature made
//! for one kind never counts for another.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    codec::{self, FormatError},
    document::Enrolment,
    words::{IssuerId, KeyId},
};

/// Opens the text of every Gatepost code.
pub const TEXT_PREFIX: &str = "GP1:";
/// The newest version of every kind that this program reads.
pub const VERSION: u8 = 1;
/// Largest envelope that fits a QR code here, in bytes.
pub const MAX_CODE: usize = 1200;
/// Largest envelope in a file (trust list, manifest), in bytes.
pub const MAX_FILE: usize = 1 << 20;
pub(crate) const SIGNATURE: usize = 64;

/// What kind of document an envelope holds. The numbers are on the wire and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// One person's pass.
    Pass = 1,
    /// One pass for two to six persons.
    FamilyPass = 2,
    /// A code of a place.
    PlaceCode = 3,
    /// A staff badge.
    Badge = 4,
    /// A code that enrols a device.
    Enrolment = 5,
    /// A pass with a fresh signature of its holder's key.
    LiveCode = 6,
    /// Root keys and their threshold.
    Root = 16,
    /// Recognised issuers and their keys.
    TrustList = 17,
    /// Rules for a class of checkpoints.
    Policy = 18,
    /// Names the files of a bundle.
    Manifest = 19,
    /// Head of a status or revocation list.
    List = 20,
    /// The hub's word that it holds passages.
    Receipt = 21,
    /// The authority's word that a key belongs to a device.
    DeviceCertificate = 22,
    /// Passages on their way to the hub.
    Batch = 23,
    /// A device asks for its certificate.
    DeviceRequest = 24,
    /// How a device is doing.
    DeviceStatus = 25,
    /// An entry of the log of who traced whom.
    AuditEntry = 26,
}

crate::names! {
    Kind {
        Pass = "pass",
        FamilyPass = "family-pass",
        PlaceCode = "place-code",
        Badge = "badge",
        Enrolment = "enrolment",
        LiveCode = "live-code",
        Root = "root",
        TrustList = "trust-list",
        Policy = "policy",
        Manifest = "manifest",
        List = "list",
        Receipt = "receipt",
        DeviceCertificate = "device-certificate",
        Batch = "batch",
        DeviceRequest = "device-request",
        DeviceStatus = "device-status",
        AuditEntry = "audit-entry",
    }
}

impl Kind {
    /// The kind of a number on the wire.
    pub fn from_wire(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Opens the bytes that a signature of this kind is made over. It names the kind, so that a signature
    /// made for one kind never verifies for another.
    pub fn domain(self) -> Vec<u8> {
        format!("gatepost/{}/v{VERSION}\0", self.name()).into_bytes()
    }
}

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
    #[error("this is a {found}, expected a {expected}", found = found.name(), expected = expected.name())]
    WrongKind {
        /// What came.
        found: Kind,
        /// What was asked for.
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

    /// What kind it says it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Who it says signed it.
    pub fn issuer(&self) -> IssuerId {
        self.header.issuer
    }

    /// The claims, before anyone has checked the signature. Nothing may be decided on them.
    pub fn peek<T: Serialize + DeserializeOwned>(&self) -> Result<T, FormatError> {
        codec::decode(self.kind.name(), &self.claims)
    }
}

/// Kind and version, after the limit and before anything else is read.
fn front(bytes: &[u8], limit: usize) -> Result<(u8, u8), EnvelopeError> {
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

/// What a scanned text claims to be. Nothing in it has been checked but its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub(crate) envelope: Envelope,
    pub(crate) live: Option<LivePart>,
}

/// The holder's signature around a pass.
///
/// ```text
/// live code = kind:u8 version:u8 pass:bytes timestamp:varint signature:[u8; 64]
/// signed    = domain(live code) ‖ live code without its last 64 bytes
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LivePart {
    pub(crate) at: crate::Timestamp,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: [u8; SIGNATURE],
}

#[derive(Serialize, Deserialize)]
struct LiveBody {
    kind: u8,
    version: u8,
    pass: Vec<u8>,
    at: crate::Timestamp,
}

impl Document {
    /// Reads the text of a QR code.
    pub fn from_text(text: &str) -> Result<Self, EnvelopeError> {
        Self::from_bytes(&from_text(text)?)
    }

    /// Reads the bytes behind the text.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let (kind, _) = front(bytes, MAX_CODE)?;
        if kind != Kind::LiveCode as u8 {
            return Ok(Self {
                envelope: Envelope::parse(bytes, MAX_CODE)?,
                live: None,
            });
        }
        let what = Kind::LiveCode.name();
        let split = bytes
            .len()
            .checked_sub(SIGNATURE)
            .ok_or(FormatError::Damaged(what))?;
        let (signed, rest) = bytes.split_at(split);
        let body: LiveBody = codec::decode(what, signed)?;
        let mut message = Kind::LiveCode.domain();
        message.extend_from_slice(signed);
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(rest);
        Ok(Self {
            envelope: Envelope::parse_kind(Kind::Pass, &body.pass, MAX_CODE)?,
            live: Some(LivePart {
                at: body.at,
                message,
                signature,
            }),
        })
    }

    /// What it says it is.
    pub fn kind(&self) -> Kind {
        if self.live.is_some() {
            Kind::LiveCode
        } else {
            self.envelope.kind
        }
    }

    /// Who it says signed it.
    pub fn issuer(&self) -> IssuerId {
        self.envelope.issuer()
    }

    /// What an enrolment code says, before anyone can check its signature: a device on its first run pins
    /// the root that it names. Nothing else may be decided on it.
    pub fn claimed_enrolment(&self) -> Option<Enrolment> {
        let claimed = (self.envelope.kind == Kind::Enrolment).then(|| self.envelope.peek());
        claimed?.ok()
    }
}

/// The bytes behind the text of a QR code. What they are is for [`Document::from_bytes`] to say.
pub fn from_text(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    let body = text
        .strip_prefix(TEXT_PREFIX)
        .ok_or(EnvelopeError::Foreign)?;
    // Three characters carry two bytes.
    if body.len() > MAX_CODE / 2 * 3 {
        return Err(FormatError::TooLarge {
            what: "code",
            limit: MAX_CODE,
        }
        .into());
    }
    let bytes = base45::decode(body).map_err(|_| EnvelopeError::Text)?;
    // The crate takes a last pair over 255, which RFC 9285 section 6 forbids.
    if base45::encode(&bytes) != body {
        return Err(EnvelopeError::Text);
    }
    Ok(bytes)
}

/// The text of a QR code that carries these bytes.
pub fn to_text(bytes: &[u8]) -> String {
    format!("{TEXT_PREFIX}{}", base45::encode(bytes))
}

/// What the holder's phone makes every few seconds: the pass, the time, a signature over both.
pub fn live_code(pass: &[u8], at: crate::Timestamp, holder: &crate::SecretKey) -> Vec<u8> {
    let body = LiveBody {
        kind: Kind::LiveCode as u8,
        version: VERSION,
        pass: pass.to_vec(),
        at,
    };
    let mut bytes = codec::encode(&body);
    let mut message = Kind::LiveCode.domain();
    message.extend_from_slice(&bytes);
    bytes.extend_from_slice(&holder.sign(&message));
    bytes
}
