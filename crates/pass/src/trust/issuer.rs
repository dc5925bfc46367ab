//! What a trust list says of one issuer: whether its passes are recognised, and its keys.

use serde::{Deserialize, Serialize};

use crate::{
    bounded::{Bounded, Text},
    colour::Colour,
    ids::{IssuerId, KeyId},
    key::PublicKey,
    kind::Kind,
    time::Timestamp,
};

/// What a region knows of one issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerEntry {
    /// Its code.
    pub id: IssuerId,
    /// Its name in English.
    pub name: Text<60>,
    /// Its name in its own language.
    pub local_name: Text<60>,
    /// Whether its passes are recognised.
    pub recognition: Recognition,
    /// From when this entry is valid.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub until: Timestamp,
    /// Its keys.
    pub keys: Bounded<KeyEntry, 0, 64>,
}

/// Whether an issuer's passes are recognised here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recognition {
    /// The device's own authority.
    Own,
    /// They are, with these colours.
    Accept(ColourMap),
    /// The holder gets a local pass first, at this address.
    Convert(Text<160>),
    /// They are not.
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
    /// From when it is valid.
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

    /// The kinds.
    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        let kinds = Kind::ALL.into_iter();
        kinds.filter(move |kind| self.allow(*kind).is_some())
    }

    /// Something when this kind is one of them.
    pub(super) fn allow(self, kind: Kind) -> Option<()> {
        (self.0 >> kind as u8 & 1 == 1).then_some(())
    }
}
