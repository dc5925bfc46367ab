//! The root: the keys above everything, and how each one hands over to the next.

use serde::{Deserialize, Serialize};

use super::threshold::{ThresholdSigned, TrustError, open, short_id};
use crate::{bounded::Bounded, codec, key::PublicKey, kind::Kind, time::Timestamp};

/// Claims of a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootClaims {
    /// 1, 2, 3, …
    pub version: u32,
    /// How many keys must sign.
    pub threshold: u8,
    /// The keys.
    pub keys: Bounded<PublicKey, 1, 16>,
    /// Until when its word is fresh, exclusive: the next root is to come before.
    pub expires: Timestamp,
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
        let signed = open(Kind::Root, bytes)?;
        let root = Self {
            claims: root_claims(&signed)?,
            bytes: bytes.to_vec(),
        };
        root.check(Kind::Root, &signed)?;
        Ok(root)
    }

    /// Takes the next root: one version up, signed by the thresholds of both.
    pub fn advance(&self, bytes: &[u8]) -> Result<Self, TrustError> {
        let signed = open(Kind::Root, bytes)?;
        let claims = root_claims(&signed)?;
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
        self.check(Kind::Root, &signed)?;
        next.check(Kind::Root, &signed)?;
        Ok(next)
    }

    /// What it says.
    pub fn claims(&self) -> &RootClaims {
        &self.claims
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.claims.version
    }

    /// How many of its keys must sign.
    pub fn threshold(&self) -> u8 {
        self.claims.threshold
    }

    /// When it ends: from then on nothing under it is fresh.
    pub fn expires(&self) -> Timestamp {
        self.claims.expires
    }

    /// The file it was read from: [`Self::pin`] reads it back.
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its keys.
    pub fn keys(&self) -> &[PublicKey] {
        self.claims.keys.as_slice()
    }

    /// Whether as many of its keys as must have signed a file of this kind.
    pub(super) fn check(&self, kind: Kind, signed: &ThresholdSigned) -> Result<(), TrustError> {
        let has_signed = |key: &&PublicKey| {
            signed.signatures.as_slice().iter().any(|signature| {
                signature.key == short_id(key)
                    && key.verify(&signed.message, &signature.bytes()).is_ok()
            })
        };
        let valid = self.keys().iter().filter(has_signed).count();
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

fn root_claims(signed: &ThresholdSigned) -> Result<RootClaims, TrustError> {
    RootClaims::read(&signed.payload)
}

impl RootClaims {
    /// Reads claims, and checks that keys and threshold fit together.
    pub(super) fn read(payload: &[u8]) -> Result<Self, TrustError> {
        let kind = Kind::Root;
        let claims: Self =
            codec::decode(kind.name(), payload).map_err(|why| TrustError::Format { kind, why })?;
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
}
