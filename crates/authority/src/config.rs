//! `trust.json` and, in `policy`, `policy.json`: what people edit, and how it becomes claims.

use std::{marker::PhantomData, path::Path};

use gatepost_pass::{
    Colour, IssuerId, KeyId, Kind, PublicKey, Recognition, Text, Timestamp, parse_hex,
    trust::{ColourMap, IssuerEntry, KeyEntry, Roles},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned, de::Error as _};

use crate::{clock, error::Error, files};

/// Words for types of `gatepost-pass`, whose own form is the wire's.
macro_rules! words {
    ($($words:ident for $type:literal { $($variant:ident),* })*) => {
        $(
            #[derive(Serialize, Deserialize)]
            #[serde(remote = $type, rename_all = "kebab-case")]
            enum $words { $($variant),* }
        )*
    };
}

mod policy;

pub(crate) use policy::PolicyConfig;

/// Reads a configuration file; an error names the line.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    serde_json::from_str(&files::read_text(path)?).map_err(|why| Error::Config {
        path: path.to_owned(),
        why,
    })
}

/// Writes a configuration file, whole or not at all.
pub(crate) fn save<T: Serialize>(path: &Path, config: &T) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(config).map_err(|why| Error::Config {
        path: path.to_owned(),
        why,
    })?;
    text.push('\n');
    files::write(path, text.as_bytes())
}

/// Everyone whose signature counts in this region, or is known not to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustConfig {
    pub(crate) issuers: Vec<Issuer>,
}

/// One issuer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Issuer {
    pub(crate) id: IssuerId,
    pub(crate) name: Text<60>,
    pub(crate) local_name: Text<60>,
    pub(crate) recognition: Rule,
    #[serde(with = "Rfc3339")]
    pub(crate) from: Timestamp,
    #[serde(with = "Rfc3339")]
    pub(crate) until: Timestamp,
    pub(crate) keys: Vec<Key>,
}

/// Whether an issuer's passes count.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rule {
    Own,
    Accept(#[serde(with = "ColourMapWords")] ColourMap),
    Convert(Text<160>),
    Refuse,
}

/// One key of an issuer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Key {
    pub(crate) id: KeyId,
    #[serde(with = "Hex::<PublicKey>")]
    pub(crate) key: PublicKey,
    pub(crate) roles: Vec<Role>,
    #[serde(with = "Rfc3339")]
    pub(crate) from: Timestamp,
    #[serde(with = "Rfc3339")]
    pub(crate) until: Timestamp,
}

/// A kind of document that a key may sign, under its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Role(pub(crate) Kind);

impl Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.name())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Kind::from_name(&name)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("there is no kind of document `{name}`")))
    }
}

impl TrustConfig {
    /// The claims of the trust list, as far as they are configured.
    pub(crate) fn entries(&self, path: &Path) -> Result<Vec<IssuerEntry>, Error> {
        self.issuers
            .iter()
            .map(|issuer| issuer.entry(path))
            .collect()
    }
}

impl Issuer {
    fn entry(&self, path: &Path) -> Result<IssuerEntry, Error> {
        let keys = self.keys.iter().map(Key::entry).collect::<Vec<_>>();
        Ok(IssuerEntry {
            id: self.id,
            name: self.name.clone(),
            local_name: self.local_name.clone(),
            recognition: match &self.recognition {
                Rule::Own => Recognition::Own,
                Rule::Accept(colours) => Recognition::Accept(*colours),
                Rule::Convert(address) => Recognition::Convert(address.clone()),
                Rule::Refuse => Recognition::Refuse,
            },
            from: self.from,
            until: self.until,
            keys: keys.try_into().map_err(|_| Error::Values {
                path: path.to_owned(),
                why: "an issuer has at most 64 keys: remove some",
            })?,
        })
    }
}

impl Key {
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

/// Times as RFC 3339 text.
struct Rfc3339;

impl Rfc3339 {
    fn serialize<S: serde::Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&clock::show(*time))
    }

    fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        clock::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Keys as hexadecimal digits.
struct Hex<T>(PhantomData<T>);

impl Hex<[u8; 32]> {
    fn serialize<S: serde::Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&files::hex(bytes))
    }

    fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        parse_hex(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl Hex<PublicKey> {
    fn serialize<S: serde::Serializer>(key: &PublicKey, to: S) -> Result<S::Ok, S::Error> {
        Hex::<[u8; 32]>::serialize(key.as_bytes(), to)
    }

    fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<PublicKey, D::Error> {
        PublicKey::from_bytes(&Hex::<[u8; 32]>::deserialize(from)?).map_err(D::Error::custom)
    }
}
