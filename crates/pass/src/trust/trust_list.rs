//! The trust list: every issuer this region knows of, and the one key that a document names.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    floors::Floors,
    issuer::{IssuerEntry, KeyEntry, Recognition},
    root::Root,
    threshold::{TrustError, open},
};
use crate::{
    bounded::Bounded,
    codec,
    document_error::DocumentError,
    ids::{IssuerId, KeyId},
    kind::Kind,
    time::Timestamp,
};

/// Claims of a trust list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustListClaims {
    /// Never goes down.
    pub version: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// Until when its word is fresh, exclusive: the next one is to come before.
    pub expires: Timestamp,
    /// What the policies and manifests under it may not loosen.
    pub floors: Floors,
    /// Everyone this region knows of; exactly one is [`Recognition::Own`].
    pub issuers: Bounded<IssuerEntry, 1, 512>,
}

impl TrustListClaims {
    fn decode(payload: &[u8]) -> Result<Self, TrustError> {
        let kind = Kind::TrustList;
        codec::decode(kind.name(), payload).map_err(|why| TrustError::Format { kind, why })
    }

    /// Reads claims that nobody has signed yet, and checks that they follow the rules.
    pub(super) fn read(payload: &[u8]) -> Result<Self, TrustError> {
        let claims = Self::decode(payload)?;
        TrustList::of(claims.clone())?;
        Ok(claims)
    }

    /// The claims of a trust list that stands under this root.
    pub(super) fn signed(root: &Root, bytes: &[u8]) -> Result<Self, TrustError> {
        TrustList::verify(root, bytes)?;
        Self::decode(&open(Kind::TrustList, bytes)?.payload)
    }
}

/// Kinds that are valid only from the device's own authority, whatever a trust list says.
const OWN_ONLY: [Kind; 10] = [
    Kind::PlaceCode,
    Kind::Badge,
    Kind::Enrolment,
    Kind::Policy,
    Kind::Manifest,
    Kind::Receipt,
    Kind::DeviceCertificate,
    Kind::WipeOrder,
    Kind::TimeAnswer,
    Kind::ProgramRelease,
];

/// A trust list that the root has signed.
#[derive(Clone, Debug)]
pub struct TrustList {
    version: u64,
    issued_at: Timestamp,
    expires: Timestamp,
    floors: Floors,
    own: IssuerId,
    issuers: BTreeMap<IssuerId, Arc<IssuerEntry>>,
}

impl TrustList {
    /// Checks a trust list against the newest root.
    pub fn verify(root: &Root, bytes: &[u8]) -> Result<Self, TrustError> {
        let kind = Kind::TrustList;
        let signed = open(kind, bytes)?;
        root.check(kind, &signed)?;
        Self::of(TrustListClaims::decode(&signed.payload)?)
    }

    /// A trust list with these claims, if they follow its rules.
    fn of(claims: TrustListClaims) -> Result<Self, TrustError> {
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
            expires: claims.expires,
            floors: claims.floors,
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

    /// When it ends: from then on nothing under it is fresh.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// What policies and manifests under it may not loosen.
    pub fn floors(&self) -> &Floors {
        &self.floors
    }

    /// The device's own authority.
    pub fn own(&self) -> IssuerId {
        self.own
    }

    /// What it knows of an issuer, whether or not that is valid now.
    pub fn issuer(&self, id: IssuerId) -> Option<&IssuerEntry> {
        self.issuers.get(&id).map(Arc::as_ref)
    }

    /// Everyone it knows.
    pub fn issuers(&self) -> impl Iterator<Item = &IssuerEntry> {
        self.issuers.values().map(Arc::as_ref)
    }

    /// The one key that (issuer, key number) names, whatever it may sign and whenever: a signature
    /// is checked with it before anything else is said of a document.
    pub(crate) fn named_key(
        &self,
        issuer: IssuerId,
        id: KeyId,
    ) -> Result<(&Arc<IssuerEntry>, &KeyEntry), DocumentError> {
        let entry = self
            .issuers
            .get(&issuer)
            .ok_or(DocumentError::UnknownIssuer(issuer))?;
        let key = entry.keys.as_slice().iter().find(|key| key.id == id);
        let key = key.ok_or(DocumentError::UnknownKey { issuer, key: id })?;
        Ok((entry, key))
    }

    /// Whether this key of this issuer may sign this kind now. That the issuer is outside its own
    /// dates is said only of a key with which nothing else is wrong: one that was valid at the
    /// nearest time at which the issuer is recognised.
    pub(crate) fn may_sign(
        &self,
        entry: &IssuerEntry,
        key: &KeyEntry,
        kind: Kind,
        now: Timestamp,
    ) -> Result<(), DocumentError> {
        let (issuer, id) = (entry.id, key.id);
        if OWN_ONLY.contains(&kind) && issuer != self.own {
            return Err(DocumentError::ForeignAuthority { issuer, kind });
        }
        key.roles.allow(kind).ok_or(DocumentError::WrongRole {
            issuer,
            key: id,
            kind,
        })?;
        let recognised = now.max(entry.from).min(entry.until.minus(1));
        if !(key.from..key.until).contains(&recognised) {
            return Err(DocumentError::KeyOutsideValidity { issuer, key: id });
        }
        if !(entry.from..entry.until).contains(&now) {
            return Err(DocumentError::NotRecognisedNow(issuer));
        }
        Ok(())
    }
}
