//! `trust.json`: whose signatures are accepted here, with which keys, and until when.

use std::{collections::BTreeMap, path::Path};

use gatepost_pass::{
    Colour, IssuerId, KeyId, Kind, PublicKey, Recognition, Text, Timestamp,
    trust::{ColourMap, IssuerEntry, KeyEntry, Roles, TrustListClaims},
};
use serde::{Deserialize, Serialize, de::Error as _};

use super::{
    file::ConfigFileError,
    floors::FloorsConfig,
    text_forms::{Hex, Rfc3339, words},
};
use crate::look_alikes::{LookAlikeError, check_alphabets, looks};

/// Every issuer whose passes are accepted here, converted, or known and refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustConfig {
    /// When the trust list ends; another one is to be signed before.
    #[serde(with = "Rfc3339")]
    pub(crate) until: Timestamp,
    /// The loosest that the policy and the bundles may become.
    pub(crate) floors: FloorsConfig,
    pub(crate) issuers: Vec<IssuerConfig>,
}

/// An issuer, what its passes are worth, and its keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct IssuerConfig {
    pub(crate) id: IssuerId,
    pub(crate) name: Text<60>,
    pub(crate) local_name: Text<60>,
    pub(crate) recognition: RecognitionConfig,
    #[serde(with = "Rfc3339")]
    pub(crate) from: Timestamp,
    #[serde(with = "Rfc3339")]
    pub(crate) until: Timestamp,
    pub(crate) keys: Vec<KeyConfig>,
}

/// What an issuer's passes are worth here.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RecognitionConfig {
    Own,
    Accept(#[serde(with = "ColourMapWords")] ColourMap),
    Convert(Text<160>),
    Refuse,
}

/// One key of an issuer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct KeyConfig {
    pub(crate) id: KeyId,
    #[serde(with = "Hex::<PublicKey>")]
    pub(crate) key: PublicKey,
    pub(crate) roles: Vec<RoleName>,
    #[serde(with = "Rfc3339")]
    pub(crate) from: Timestamp,
    #[serde(with = "Rfc3339")]
    pub(crate) until: Timestamp,
}

/// A kind of document that a key may sign, under its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RoleName(pub(crate) Kind);

impl Serialize for RoleName {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for RoleName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Kind::from_name(&name)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("there is no kind of document `{name}`")))
    }
}

impl TrustConfig {
    /// The claims of the signed trust list, still with version 0.
    ///
    /// No two issuers have names that look the same, and no name mixes alphabets that share shapes.
    pub(crate) fn claims(
        &self,
        path: &Path,
        issued_at: Timestamp,
    ) -> Result<TrustListClaims, ConfigFileError> {
        check_names(&self.issuers).map_err(|why| ConfigFileError::names(path, why))?;
        let issuers = self.issuers.iter().map(|issuer| issuer.entry(path));
        let issuers: Vec<IssuerEntry> = issuers.collect::<Result<_, _>>()?;
        Ok(TrustListClaims {
            version: 0,
            issued_at,
            expires: self.until,
            floors: self.floors.claims(path)?,
            issuers: issuers
                .try_into()
                .map_err(|_| ConfigFileError::values(path, "it must list 1 to 512 issuers"))?,
        })
    }
}

fn check_names(issuers: &[IssuerConfig]) -> Result<(), LookAlikeError> {
    let mut seen = BTreeMap::new();
    for issuer in issuers {
        for name in [&issuer.name, &issuer.local_name] {
            check_alphabets(name.as_str())?;
            let (of, taken) = *seen
                .entry(looks(name.as_str()))
                .or_insert((issuer.id, name));
            if of != issuer.id {
                return Err(LookAlikeError::Taken {
                    new: format!("{} ({name})", issuer.id),
                    taken: format!("{of} ({taken})"),
                });
            }
        }
    }
    Ok(())
}

impl IssuerConfig {
    fn entry(&self, path: &Path) -> Result<IssuerEntry, ConfigFileError> {
        let keys = self.keys.iter().map(KeyConfig::entry).collect::<Vec<_>>();
        Ok(IssuerEntry {
            id: self.id,
            name: self.name.clone(),
            local_name: self.local_name.clone(),
            recognition: match &self.recognition {
                RecognitionConfig::Own => Recognition::Own,
                RecognitionConfig::Accept(colours) => Recognition::Accept(*colours),
                RecognitionConfig::Convert(address) => Recognition::Convert(address.clone()),
                RecognitionConfig::Refuse => Recognition::Refuse,
            },
            from: self.from,
            until: self.until,
            keys: keys.try_into().map_err(|_| {
                ConfigFileError::values(path, "an issuer has at most 64 keys: remove some")
            })?,
        })
    }
}

impl KeyConfig {
    fn entry(&self) -> KeyEntry {
        let kinds: Vec<Kind> = self.roles.iter().map(|role| role.0).collect();
        KeyEntry {
            id: self.id,
            key: self.key,
            roles: Roles::of(&kinds),
            from: self.from,
            until: self.until,
        }
    }
}

words! {
    ColourWords for "Colour" { Green, Yellow, Red }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ColourMap", deny_unknown_fields)]
struct ColourMapWords {
    #[serde(with = "ColourWords")]
    green: Colour,
    #[serde(with = "ColourWords")]
    yellow: Colour,
    #[serde(with = "ColourWords")]
    red: Colour,
}
