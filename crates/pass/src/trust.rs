//! Whose signature counts, for what, and when: the pinned root, and the trust list it signs.
//!
//! The rules are TUF's (specification sections 5.3 and 6.1) in one small form: a root names `n` keys
//! and how many of them must sign; root `N + 1` is signed by the thresholds of both `N` and `N + 1`;
//! the trust list is signed by the threshold of the newest root.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    codec::{self, FormatError},
    envelope::{Kind, MAX_FILE, VERSION},
    key::{PublicKey, SecretKey},
    time::Timestamp,
    verify::DocumentError,
    words::{Bounded, Colour, Digest, IssuerId, KeyId, Text},
};

/// Why a root or a trust list does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The bytes break the format.
    #[error("{kind}: {why}", kind = kind.name())]
    Format {
        /// Root or trust list.
        kind: Kind,
        /// What is wrong.
        why: FormatError,
    },
    /// Too few of the root keys have signed.
    #[error("{kind} is signed by {valid} root keys, {needed} are needed", kind = kind.name())]
    Threshold {
        /// Root or trust list.
        kind: Kind,
        /// Root keys whose signature is right.
        valid: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A root's threshold is 0 or more than its keys, or a key stands in it twice.
    #[error("the root's keys and threshold do not fit together")]
    RootKeys,
    /// A root that does not follow the one before.
    #[error("root version {found} does not follow version {have}")]
    RootVersion {
        /// The version that came.
        found: u32,
        /// The version before.
        have: u32,
    },
    /// A trust list breaks one of its rules.
    #[error("trust list: {0}")]
    List(&'static str),
}

/// A file signed by several root keys.
///
/// ```text
/// kind:u8 version:u8 payload:bytes | signatures: list of (key:[u8; 8], [u8; 64])
/// ```
/// Signed is the domain of the kind and the bytes before the bar. `key` is the front of BLAKE3 of the
/// public key; the list ascends strictly, so that no key counts twice.
#[derive(Serialize, Deserialize)]
struct RootSigned {
    kind: u8,
    version: u8,
    payload: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
struct RootSignature {
    key: [u8; 8],
    r: [u8; 32],
    s: [u8; 32],
}

impl RootSignature {
    fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.r);
        bytes[32..].copy_from_slice(&self.s);
        bytes
    }
}

fn short_id(key: &PublicKey) -> [u8; 8] {
    let mut id = [0; 8];
    id.copy_from_slice(&Digest::of(key.as_bytes()).0[..8]);
    id
}

struct Opened {
    payload: Vec<u8>,
    message: Vec<u8>,
    signatures: Bounded<RootSignature, 1, 64>,
}

fn open(kind: Kind, bytes: &[u8]) -> Result<Opened, TrustError> {
    let format = |why| TrustError::Format { kind, why };
    if bytes.len() > MAX_FILE {
        return Err(format(FormatError::TooLarge {
            what: kind.name(),
            limit: MAX_FILE,
        }));
    }
    let (body, rest) = codec::decode_prefix::<RootSigned>(kind.name(), bytes).map_err(format)?;
    if body.kind != kind as u8 || body.version != VERSION {
        return Err(format(FormatError::Damaged(kind.name())));
    }
    let mut message = kind.domain();
    message.extend_from_slice(&bytes[..bytes.len() - rest.len()]);
    let signatures: Bounded<RootSignature, 1, 64> =
        codec::decode(kind.name(), rest).map_err(format)?;
    if !signatures.as_slice().is_sorted_by(|a, b| a.key < b.key) {
        return Err(format(FormatError::NotCanonical(kind.name())));
    }
    Ok(Opened {
        payload: body.payload,
        message,
        signatures,
    })
}

/// Signs a root or a trust list with several root keys.
pub fn sign_with_roots<T: Serialize>(kind: Kind, claims: &T, keys: &[&SecretKey]) -> Vec<u8> {
    let payload = codec::encode(claims);
    let mut bytes = codec::encode(&RootSigned {
        kind: kind as u8,
        version: VERSION,
        payload,
    });
    let signatures: BTreeMap<[u8; 8], [u8; 64]> = keys
        .iter()
        .map(|key| (short_id(&key.public()), key.sign_detached(kind, &bytes)))
        .collect();
    let signatures: Vec<RootSignature> = signatures
        .into_iter()
        .map(|(key, signature)| {
            let (mut r, mut s) = ([0; 32], [0; 32]);
            r.copy_from_slice(&signature[..32]);
            s.copy_from_slice(&signature[32..]);
            RootSignature { key, r, s }
        })
        .collect();
    bytes.extend(codec::encode(&signatures));
    bytes
}

/// Claims of a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootClaims {
    /// 1, 2, 3, …
    pub version: u32,
    /// How many keys must sign.
    pub threshold: u8,
    /// The keys.
    pub keys: Bounded<PublicKey, 1, 16>,
}

/// A root whose signatures were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    claims: RootClaims,
    bytes: Vec<u8>,
}

impl Root {
    /// Reads the root that a device pins. It signs itself; that it is the right one is for whoever
    /// pins it to know.
    pub fn pin(bytes: &[u8]) -> Result<Self, TrustError> {
        let opened = open(Kind::Root, bytes)?;
        let root = Self {
            claims: root_claims(&opened)?,
            bytes: bytes.to_vec(),
        };
        root.check(Kind::Root, &opened)?;
        Ok(root)
    }

    /// Takes the next root: one version up, signed by the thresholds of both.
    pub fn advance(&self, bytes: &[u8]) -> Result<Self, TrustError> {
        let opened = open(Kind::Root, bytes)?;
        let claims = root_claims(&opened)?;
        let have = self.claims.version;
        if have.checked_add(1) != Some(claims.version) {
            return Err(TrustError::RootVersion {
                found: claims.version,
                have,
            });
        }
        let next = Self {
            claims,
            bytes: bytes.to_vec(),
        };
        self.check(Kind::Root, &opened)?;
        next.check(Kind::Root, &opened)?;
        Ok(next)
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.claims.version
    }

    /// How many of its keys must sign.
    pub fn threshold(&self) -> u8 {
        self.claims.threshold
    }

    /// The file it was read from: [`Self::pin`] reads it back.
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its keys.
    pub fn keys(&self) -> &[PublicKey] {
        self.claims.keys.as_slice()
    }

    fn check(&self, kind: Kind, opened: &Opened) -> Result<(), TrustError> {
        let signed = |key: &&PublicKey| {
            opened.signatures.as_slice().iter().any(|signature| {
                signature.key == short_id(key)
                    && key.verify(&opened.message, &signature.bytes()).is_ok()
            })
        };
        let valid = self.keys().iter().filter(signed).count();
        let needed = usize::from(self.claims.threshold);
        if valid < needed {
            return Err(TrustError::Threshold {
                kind,
                valid,
                needed,
            });
        }
        Ok(())
    }
}

fn root_claims(opened: &Opened) -> Result<RootClaims, TrustError> {
    let claims: RootClaims =
        codec::decode(Kind::Root.name(), &opened.payload).map_err(|why| TrustError::Format {
            kind: Kind::Root,
            why,
        })?;
    let mut ids: Vec<_> = claims.keys.as_slice().iter().map(short_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let distinct = ids.len() == claims.keys.as_slice().len();
    if distinct && (1..=ids.len()).contains(&usize::from(claims.threshold)) {
        Ok(claims)
    } else {
        Err(TrustError::RootKeys)
    }
}

/// Claims of a trust list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustListClaims {
    /// Never goes down.
    pub version: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Everyone this region knows of; exactly one is [`Recognition::Own`].
    pub issuers: Bounded<IssuerEntry, 1, 512>,
}

/// What a region knows of one issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerEntry {
    /// Its code.
    pub id: IssuerId,
    /// Its name in English.
    pub name: Text<60>,
    /// Its name in its own language.
    pub local_name: Text<60>,
    /// Whether its passes count.
    pub recognition: Recognition,
    /// From when this entry counts.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
    /// Its keys.
    pub keys: Bounded<KeyEntry, 0, 64>,
}

/// Whether an issuer's passes count here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recognition {
    /// The device's own authority.
    Own,
    /// They count, with these colours.
    Accept(ColourMap),
    /// The holder gets a local pass first, at this address.
    Convert(Text<160>),
    /// They do not count.
    Refuse,
}

/// What another region's colours mean here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColourMap {
    /// Their green.
    pub green: Colour,
    /// Their yellow.
    pub yellow: Colour,
    /// Their red.
    pub red: Colour,
}

impl ColourMap {
    /// Colours mean the same here as there.
    pub const SAME: Self = Self {
        green: Colour::Green,
        yellow: Colour::Yellow,
        red: Colour::Red,
    };

    /// What their colour means here.
    pub const fn map(&self, colour: Colour) -> Colour {
        match colour {
            Colour::Green => self.green,
            Colour::Yellow => self.yellow,
            Colour::Red => self.red,
        }
    }
}

/// One key of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Its number.
    pub id: KeyId,
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub roles: Roles,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
}

/// The kinds of document that a key may sign; bit = number of the kind on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(u32);

impl Roles {
    /// Just these kinds.
    pub fn of(kinds: &[Kind]) -> Self {
        Self(kinds.iter().fold(0, |bits, kind| bits | 1 << *kind as u8))
    }

    fn allow(self, kind: Kind) -> Option<()> {
        (self.0 >> kind as u8 & 1 == 1).then_some(())
    }
}

/// Kinds that count only from the device's own authority, whatever a trust list says.
const OWN_ONLY: [Kind; 7] = [
    Kind::PlaceCode,
    Kind::Badge,
    Kind::Enrolment,
    Kind::Policy,
    Kind::Manifest,
    Kind::Receipt,
    Kind::DeviceCertificate,
];

/// A trust list that the root has signed.
#[derive(Clone, Debug)]
pub struct TrustList {
    version: u64,
    issued_at: Timestamp,
    own: IssuerId,
    issuers: BTreeMap<IssuerId, Arc<IssuerEntry>>,
}

impl TrustList {
    /// Checks a trust list against the newest root.
    pub fn verify(root: &Root, bytes: &[u8]) -> Result<Self, TrustError> {
        let kind = Kind::TrustList;
        let opened = open(kind, bytes)?;
        root.check(kind, &opened)?;
        let claims: TrustListClaims = codec::decode(kind.name(), &opened.payload)
            .map_err(|why| TrustError::Format { kind, why })?;
        let count = claims.issuers.as_slice().len();
        let issuers: BTreeMap<_, _> = claims
            .issuers
            .as_slice()
            .iter()
            .map(|entry| (entry.id, Arc::new(entry.clone())))
            .collect();
        if issuers.len() != count {
            return Err(TrustError::List("an issuer stands in it twice"));
        }
        for entry in issuers.values() {
            let mut ids: Vec<_> = entry.keys.as_slice().iter().map(|key| key.id).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.len() != entry.keys.as_slice().len() {
                return Err(TrustError::List("a key number stands in an issuer twice"));
            }
        }
        let mut own = issuers
            .values()
            .filter(|entry| entry.recognition == Recognition::Own);
        let (Some(only), None) = (own.next(), own.next()) else {
            return Err(TrustError::List(
                "exactly one issuer must be the own authority",
            ));
        };
        let own = only.id;
        Ok(Self {
            version: claims.version,
            issued_at: claims.issued_at,
            own,
            issuers,
        })
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it was signed.
    pub fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// The device's own authority.
    pub fn own(&self) -> IssuerId {
        self.own
    }

    /// What it knows of an issuer, whether or not that counts now.
    pub fn issuer(&self, id: IssuerId) -> Option<&IssuerEntry> {
        self.issuers.get(&id).map(Arc::as_ref)
    }

    /// Everyone it knows.
    pub fn issuers(&self) -> impl Iterator<Item = &IssuerEntry> {
        self.issuers.values().map(Arc::as_ref)
    }

    /// The one key that (issuer, key number) names, if it may sign this kind now.
    pub(crate) fn key_for(
        &self,
        issuer: IssuerId,
        id: KeyId,
        kind: Kind,
        now: Timestamp,
    ) -> Result<(&Arc<IssuerEntry>, &PublicKey), DocumentError> {
        let entry = self
            .issuers
            .get(&issuer)
            .ok_or(DocumentError::UnknownIssuer(issuer))?;
        if !(entry.from..entry.until).contains(&now) {
            return Err(DocumentError::NotRecognisedNow(issuer));
        }
        if OWN_ONLY.contains(&kind) && issuer != self.own {
            return Err(DocumentError::ForeignAuthority { issuer, kind });
        }
        let key = entry.keys.as_slice().iter().find(|key| key.id == id);
        let key = key.ok_or(DocumentError::UnknownKey { issuer, key: id })?;
        key.roles.allow(kind).ok_or(DocumentError::WrongRole {
            issuer,
            key: id,
            kind,
        })?;
        if !(key.from..key.until).contains(&now) {
            return Err(DocumentError::KeyOutsideValidity { issuer, key: id });
        }
        Ok((entry, &key.key))
    }
}
