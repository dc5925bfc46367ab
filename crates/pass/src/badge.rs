//! Staff badges: who is on duty, where they may act, and the PIN that goes with the badge.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    bounded::{Bounded, Text},
    ids::PassNumber,
    time::Minute,
};

/// Claims of a staff badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// Short stable pseudonym of the person on duty.
    pub id: Text<24>,
    /// Name for people.
    pub name: Text<60>,
    /// First minute at which it is no longer valid.
    pub not_after: Minute,
    /// What its issuer's revocation list names. Never the number of a pass.
    pub number: PassNumber,
    /// What its holder may do.
    pub role: BadgeRole,
    /// The places where it is valid; empty for everywhere.
    pub sites: Bounded<Site, 0, 4>,
    /// With a PIN, the badge alone is not enough: it is checked against the one verifier of this
    /// digest, which comes sealed with the bundle.
    pub pin: Option<PinDigest>,
}

impl Badge {
    /// Whether it is valid at the place of this short name.
    pub fn counts_at(&self, place: &str) -> bool {
        let sites = self.sites.as_slice();
        sites.is_empty() || sites.iter().any(|site| site.covers(place))
    }
}

/// What the holder of a badge may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BadgeRole {
    /// Be on duty.
    Guard,
    /// Be on duty, and allow what the policy leaves to a supervisor.
    Supervisor,
}

/// A place, or a group of places, where a badge is valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Site {
    /// At the one place of this short name.
    Place(Text<24>),
    /// At every place whose short name begins with this.
    Prefix(Text<24>),
}

impl Site {
    fn covers(&self, place: &str) -> bool {
        match self {
            Self::Place(id) => id.as_str() == place,
            Self::Prefix(front) => place.starts_with(front.as_str()),
        }
    }
}

/// Four to eight digits that go with a badge. Gone from memory when it is dropped; nothing shows
/// it.
pub struct Pin(Zeroizing<String>);

/// Not a PIN: four to eight digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN is 4 to 8 digits")]
pub struct PinError;

impl TryFrom<String> for Pin {
    type Error = PinError;

    fn try_from(text: String) -> Result<Self, PinError> {
        let text = Zeroizing::new(text);
        let fits = (4..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(Self(text)).ok_or(PinError)
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin")
    }
}

/// What a PIN is checked against: a random salt, and Argon2id (RFC 9106) of the PIN with it.
///
/// Whoever has one can try all PINs at home: four digits last minutes. So it stands on no badge; it
/// is in the authority's register, and sealed in the bundle for the devices.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinVerifier {
    /// Random, one for each badge.
    pub salt: [u8; 16],
    /// Argon2id of the PIN.
    pub hash: [u8; 16],
}

/// The digest of a [`PinVerifier`], on the badge that it belongs to: whoever signs badges, and
/// nobody else, says what a badge's PIN is. It betrays no PIN, since all that it is made of but the
/// PIN is as unknown as the salt: 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PinDigest(pub [u8; 16]);

/// Whether a PIN is the badge's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinCheck {
    /// It is.
    Right,
    /// It is not.
    Wrong,
}

/// Memory in KiB, passes and lanes: 19 MiB and two passes, the least that OWASP's password storage
/// sheet asks for; a fifth of a second on a small board.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
const DIGEST_CONTEXT: &str = "gatepost/pin-verifier/v1";

impl PinVerifier {
    /// What this PIN is checked against from now on. The salt must be random.
    pub fn new(pin: &Pin, salt: [u8; 16]) -> Self {
        let mut hash = [0; 16];
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, Some(hash.len())).unwrap_or_default();
        let mut memory = vec![Block::default(); params.block_count()];
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // The lengths above are within Argon2's limits, so it never fails; a failure would leave
        // zeros, which `check` never takes for right.
        let _ =
            argon.hash_password_into_with_memory(pin.0.as_bytes(), &salt, &mut hash, &mut memory);
        Self { salt, hash }
    }

    /// What the badge says that this belongs to.
    pub fn digest(&self) -> PinDigest {
        let mut hasher = blake3::Hasher::new_derive_key(DIGEST_CONTEXT);
        hasher.update(&self.salt).update(&self.hash);
        let mut digest = [0; 16];
        hasher.finalize_xof().fill(&mut digest);
        PinDigest(digest)
    }

    /// Checks a PIN. Takes up to half a second on a small board, and 19 MiB of memory meanwhile.
    pub fn check(&self, pin: &Pin) -> PinCheck {
        let given = Self::new(pin, self.salt).hash;
        let differences = given.iter().zip(self.hash);
        let same = differences.fold(0, |all, (a, b)| all | (a ^ b)) == 0;
        if same && given != [0; 16] {
            PinCheck::Right
        } else {
            PinCheck::Wrong
        }
    }
}

impl std::fmt::Debug for PinVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinVerifier")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NUMBER: PassNumber = PassNumber([1, 2, 3, 4, 5]);

    fn pin(text: &str) -> Pin {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn only_the_right_pin_opens_and_the_same_one_looks_different_at_every_badge() {
        let verifier = PinVerifier::new(&pin("4711"), [1; 16]);
        assert_eq!(verifier.check(&pin("4711")), PinCheck::Right);
        assert_eq!(verifier.check(&pin("4712")), PinCheck::Wrong);
        let other = PinVerifier::new(&pin("4711"), [2; 16]);
        assert_ne!(other.hash, verifier.hash);
        let (salt, hash) = ([1; 16], [0; 16]);
        let blank = PinVerifier { salt, hash };
        assert_eq!(blank.check(&pin("4711")), PinCheck::Wrong);
    }

    #[test]
    fn what_stands_on_a_badge_does_not_tell_one_pin_from_another_without_the_salt() {
        let digest = |text, salt| PinVerifier::new(&pin(text), salt).digest();
        let on_badge = digest("4711", [1; 16]);
        assert_eq!(digest("4711", [1; 16]), on_badge);
        assert_ne!(digest("4712", [1; 16]), on_badge);
        // All that a copied badge offers to try PINs with: its number, and salts that others used.
        for salt in [[0; 16], [2; 16], *b"gatepost badge p"] {
            assert_ne!(digest("4711", salt), on_badge);
        }
    }

    #[test]
    fn a_pin_is_four_to_eight_digits_and_is_never_shown() {
        for wrong in ["", "123", "123456789", "12a4", "１２３４"] {
            assert!(Pin::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert_eq!(format!("{:?}", pin("4711")), "Pin");
    }

    #[test]
    fn a_badge_counts_at_its_sites_and_without_any_everywhere() {
        let badge = |sites: Vec<Site>| Badge {
            id: "guard-7".try_into().unwrap(),
            name: "W. Li".try_into().unwrap(),
            not_after: Minute(1),
            number: NUMBER,
            role: BadgeRole::Guard,
            sites: sites.try_into().unwrap(),
            pin: None,
        };
        assert!(badge(vec![]).counts_at("gate-3") && badge(vec![]).counts_at(""));
        let scoped = badge(vec![
            Site::Place("gate-3".try_into().unwrap()),
            Site::Prefix("bus-".try_into().unwrap()),
        ]);
        for (place, counts) in [
            ("gate-3", true),
            ("gate-33", false),
            ("bus-17", true),
            ("tram-1", false),
            ("", false),
        ] {
            assert_eq!(scoped.counts_at(place), counts, "{place}");
        }
    }
}
