//! `trust.json` and `policy.json`: what people edit, and how it becomes claims.

use std::{marker::PhantomData, path::Path};

use gatepost_pass::{
    Colour, IssuerId, KeyId, Kind, Policy, PublicKey, Recognition, Text, Timestamp,
    policy::{IdentityRule, PassBack, Risk, TracingKey, WhenExpired},
    trust::{ColourMap, IssuerEntry, KeyEntry, Roles},
    words::parse_hex,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned, de::Error as _};

use crate::{
    clock::{self, DAY, HOUR},
    error::Error,
    files,
};

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
        (0..=u8::MAX)
            .filter_map(Kind::from_wire)
            .find(|kind| kind.name() == name)
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

/// The rules of this region's checkpoints, and how long a bundle lasts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PolicyConfig {
    pub(crate) name: Text<60>,
    #[serde(with = "RiskWords")]
    pub(crate) risk: Risk,
    pub(crate) special_place: bool,
    pub(crate) temperature: bool,
    #[serde(with = "IdentityWords")]
    pub(crate) identity: IdentityRule,
    pub(crate) max_validity_days: u16,
    pub(crate) live_window_seconds: u16,
    pub(crate) live_window_untrusted_seconds: u16,
    #[serde(with = "WhenExpiredWords")]
    pub(crate) when_expired: WhenExpired,
    pub(crate) pass_back_minutes: u8,
    #[serde(with = "PassBackWords")]
    pub(crate) pass_back: PassBack,
    pub(crate) show_seconds: ShowSeconds,
    pub(crate) retention_hours: u16,
    pub(crate) utc_offset_minutes: i16,
    pub(crate) help: Text<160>,
    pub(crate) tracing_key: TracingKeyConfig,
    /// Hours for which a published bundle counts as fresh.
    pub(crate) fresh_hours: u32,
    /// Days after which it is not used at all.
    pub(crate) hard_days: u32,
}

/// How long each verdict stands.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShowSeconds {
    pub(crate) admit: u8,
    pub(crate) check: u8,
    pub(crate) refuse: u8,
}

/// The key that passages are sealed to.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TracingKeyConfig {
    pub(crate) id: u16,
    #[serde(with = "Hex::<[u8; 32]>")]
    pub(crate) public: [u8; 32],
}

impl PolicyConfig {
    /// What `init` writes.
    pub(crate) fn standard(tracing_public: [u8; 32], fresh_hours: u32, hard_days: u32) -> Self {
        Self {
            name: text("Checkpoints"),
            risk: Risk::Medium,
            special_place: false,
            temperature: false,
            identity: IdentityRule::Nobody,
            max_validity_days: 14,
            live_window_seconds: 90,
            live_window_untrusted_seconds: 900,
            when_expired: WhenExpired::Refuse,
            pass_back_minutes: 5,
            pass_back: PassBack::Warn,
            show_seconds: ShowSeconds {
                admit: 2,
                check: 5,
                refuse: 5,
            },
            retention_hours: 24,
            utc_offset_minutes: 480,
            help: text(""),
            tracing_key: TracingKeyConfig {
                id: 1,
                public: tracing_public,
            },
            fresh_hours,
            hard_days,
        }
    }

    /// The claims of the policy, with version 0.
    pub(crate) fn claims(&self) -> Policy {
        Policy {
            version: 0,
            name: self.name.clone(),
            risk: self.risk,
            special_place: self.special_place,
            temperature: self.temperature,
            identity: self.identity,
            max_validity_days: self.max_validity_days,
            live_window: self.live_window_seconds,
            live_window_untrusted: self.live_window_untrusted_seconds,
            when_expired: self.when_expired,
            pass_back_minutes: self.pass_back_minutes,
            pass_back: self.pass_back,
            show_seconds: [
                self.show_seconds.admit,
                self.show_seconds.check,
                self.show_seconds.refuse,
            ],
            retention_hours: self.retention_hours,
            utc_offset_minutes: self.utc_offset_minutes,
            help: self.help.clone(),
            tracing_key: TracingKey {
                id: self.tracing_key.id,
                key: self.tracing_key.public,
            },
        }
    }

    /// Until when a bundle signed at `at` is fresh, and until when it is usable.
    pub(crate) fn lifetime(
        &self,
        at: Timestamp,
        path: &Path,
    ) -> Result<(Timestamp, Timestamp), Error> {
        let (fresh, hard) = (
            u64::from(self.fresh_hours) * HOUR,
            u64::from(self.hard_days) * DAY,
        );
        if fresh == 0 || fresh > hard {
            return Err(Error::Values {
                path: path.to_owned(),
                why: "fresh-hours must be at least 1, and no longer than hard-days",
            });
        }
        Ok((at.plus(fresh), at.plus(hard)))
    }
}

/// A text of this program, which is short enough for its field.
fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    text.try_into().unwrap_or_default()
}

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
words! {
    RiskWords for "Risk" { Low, Medium, High }
    IdentityWords for "IdentityRule" { Nobody, SpecialClasses, Everyone }
    WhenExpiredWords for "WhenExpired" { Refuse, Check }
    PassBackWords for "PassBack" { Warn, Check }
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
