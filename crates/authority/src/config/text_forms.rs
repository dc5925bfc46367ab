//! How types of `gatepost-pass`, whose own serde form is the wire's, are written in JSON.

use std::marker::PhantomData;

use data_encoding::HEXLOWER;
use gatepost_pass::{PublicKey, Timestamp, parse_hex};
use gatepost_system::clock::{format_time, parse_time};
use serde::{Deserialize as _, de::Error as _};

/// Makes, for each enum of `gatepost-pass`, a type for `#[serde(with = …)]` that writes it as a
/// word in kebab case.
macro_rules! words {
    ($($words:ident for $type:literal { $($variant:ident),* })*) => {
        $(
            #[derive(serde::Serialize, serde::Deserialize)]
            #[serde(remote = $type, rename_all = "kebab-case")]
            pub(super) enum $words { $($variant),* }
        )*
    };
}

pub(super) use words;

/// Times as RFC 3339 text.
pub(super) struct Rfc3339;

impl Rfc3339 {
    pub(super) fn serialize<S: serde::Serializer>(
        time: &Timestamp,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format_time(*time))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<Timestamp, D::Error> {
        parse_time(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// The same, or nothing.
pub(super) struct OptionalRfc3339;

impl OptionalRfc3339 {
    pub(super) fn serialize<S: serde::Serializer>(
        time: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => Rfc3339::serialize(time, to),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Rfc3339::deserialize(from).map(Some)
    }
}

/// Keys as hexadecimal digits.
pub(super) struct Hex<T>(PhantomData<T>);

impl Hex<[u8; 32]> {
    pub(super) fn serialize<S: serde::Serializer>(
        bytes: &[u8; 32],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<[u8; 32], D::Error> {
        parse_hex(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl Hex<PublicKey> {
    pub(super) fn serialize<S: serde::Serializer>(
        key: &PublicKey,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        Hex::<[u8; 32]>::serialize(key.as_bytes(), to)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<PublicKey, D::Error> {
        PublicKey::from_bytes(&Hex::<[u8; 32]>::deserialize(from)?).map_err(D::Error::custom)
    }
}
