//! The words of a verdict, as the guard sees them and as a passage records them.

use gatepost_pass::policy::Overridable;
use serde::{Deserialize, Serialize};

/// What to do with the person in front of the checkpoint. Ordered: the worse one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Let through.
    Admit,
    /// The guard has something named to do first; the reasons say what.
    Check,
    /// Do not let through; the reasons say why and where the holder can turn.
    Refuse,
}

gatepost_pass::names! { Outcome { Admit = "admit", Check = "check", Refuse = "refuse" } }

/// Why. Closed: each reason has a screen text and a next step in every language (`ui/texts.slint`).
/// New ones go to the end: the position is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Green, valid, current.
    Green,
    /// Valid, and the colour on the pass or on the status list is yellow.
    Yellow,
    /// Valid, and the colour on the pass or on the status list is red.
    Red,
    /// The pass number is on its issuer's revocation list.
    Revoked,
    /// The validity has not begun.
    NotYetValid,
    /// The validity is over.
    Expired,
    /// The validity is longer than the policy allows for any pass.
    ValidityTooLong,
    /// The issuer is not on the trust list.
    UnknownIssuer,
    /// The issuer is known, the key that the code names is not.
    UnknownKey,
    /// The key exists, but may not sign this kind of document, or not at this time.
    KeyNotAllowed,
    /// The signature does not match: forged or altered.
    BadSignature,
    /// A Gatepost code that is damaged or breaks the format.
    Malformed,
    /// A Gatepost code of a version or kind that this program is too old for.
    NewerFormat,
    /// A Gatepost code that is not a pass (place code, badge, enrolment).
    NotAPass,
    /// A QR code of something else.
    ForeignCode,
    /// The pass belongs to a phone; its picture or print does not count: show the live code.
    LiveCodeNeeded,
    /// The live code is older or newer than the window allows (a screenshot, or a wrong clock).
    LiveCodeOld,
    /// The issuer is known; its passes are not recognised here.
    IssuerRefused,
    /// The issuer's passes must be converted to a local one first.
    ConvertPass,
    /// The policy wants the identity compared with a document at this place or for this person.
    CheckIdentity,
    /// The policy wants the temperature taken.
    TakeTemperature,
    /// The same pass went the same way a short while ago.
    AlreadyPassed,
    /// Lists or trust are past their fresh time; they still work.
    StaleData,
    /// Lists or trust are past their last usable time.
    ExpiredData,
    /// There is no status or revocation list of this issuer on the device.
    NoList,
    /// A list is there but could not be read (storage fault).
    ListUnreadable,
    /// The device's clock can't be trusted.
    ClockUntrusted,
    /// There is no trust bundle on this device yet.
    NotSetUp,
    /// The temperature that was taken is 37.3 °C or above.
    Fever,
    /// The person, known by an ID number and without a code, is on none of the lists.
    NotListed,
    /// Registered by hand, without a code.
    RegisteredByHand,
    /// An answer to the health questionnaire needs a second look.
    HealthAnswer,
    /// A supervisor allowed what the rules did not.
    SupervisorAllowed,
}

gatepost_pass::names! {
    Reason {
        Green = "green", Yellow = "yellow", Red = "red", Revoked = "revoked",
        NotYetValid = "not-yet-valid", Expired = "expired", ValidityTooLong = "validity-too-long",
        UnknownIssuer = "unknown-issuer", UnknownKey = "unknown-key",
        KeyNotAllowed = "key-not-allowed", BadSignature = "bad-signature", Malformed = "malformed",
        NewerFormat = "newer-format", NotAPass = "not-a-pass", ForeignCode = "foreign-code",
        LiveCodeNeeded = "live-code-needed", LiveCodeOld = "live-code-old",
        IssuerRefused = "issuer-refused", ConvertPass = "convert-pass",
        CheckIdentity = "check-identity", TakeTemperature = "take-temperature",
        AlreadyPassed = "already-passed", StaleData = "stale-data", ExpiredData = "expired-data",
        NoList = "no-list", ListUnreadable = "list-unreadable", ClockUntrusted = "clock-untrusted",
        NotSetUp = "not-set-up", Fever = "fever", NotListed = "not-listed",
        RegisteredByHand = "registered-by-hand", HealthAnswer = "health-answer",
        SupervisorAllowed = "supervisor-allowed",
    }
}

impl Reason {
    /// What a policy must list for a supervisor to set this reason aside. What has no such name, no
    /// list can give away; a registration by hand has a rule of its own.
    pub fn overridable(self) -> Option<Overridable> {
        Some(match self {
            Self::Yellow => Overridable::Yellow,
            Self::NotYetValid => Overridable::NotYetValid,
            Self::Expired => Overridable::Expired,
            Self::LiveCodeNeeded => Overridable::LiveCodeNeeded,
            Self::LiveCodeOld => Overridable::LiveCodeOld,
            Self::IssuerRefused => Overridable::IssuerRefused,
            Self::ConvertPass => Overridable::ConvertPass,
            Self::AlreadyPassed => Overridable::AlreadyPassed,
            Self::ExpiredData => Overridable::ExpiredData,
            Self::NoList => Overridable::NoList,
            Self::ListUnreadable => Overridable::ListUnreadable,
            Self::Green
            | Self::Red
            | Self::Revoked
            | Self::ValidityTooLong
            | Self::UnknownIssuer
            | Self::UnknownKey
            | Self::KeyNotAllowed
            | Self::BadSignature
            | Self::Malformed
            | Self::NewerFormat
            | Self::NotAPass
            | Self::ForeignCode
            | Self::CheckIdentity
            | Self::TakeTemperature
            | Self::StaleData
            | Self::ClockUntrusted
            | Self::NotSetUp
            | Self::Fever
            | Self::NotListed
            | Self::RegisteredByHand
            | Self::HealthAnswer
            | Self::SupervisorAllowed => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fmt::Debug};

    use gatepost_pass::fixture::names_by_code;
    use serde::de::{DeserializeOwned, IntoDeserializer, value::Error};

    use super::*;
    use crate::Direction;

    /// Names differ, lead back to their values, and are what serde writes into JSON.
    fn each_has_its_own_name<T: Copy + Debug + PartialEq + DeserializeOwned>(
        all: &[T],
        name: fn(T) -> &'static str,
        from_name: fn(&str) -> Option<T>,
    ) {
        let names: BTreeSet<_> = all.iter().map(|value| name(*value)).collect();
        assert_eq!(names.len(), all.len());
        for value in all {
            let name = name(*value);
            assert_eq!(from_name(name), Some(*value));
            let read = T::deserialize(IntoDeserializer::<Error>::into_deserializer(name));
            assert_eq!(read, Ok(*value));
        }
    }

    #[test]
    fn names_lead_back_to_their_values() {
        each_has_its_own_name(&Outcome::ALL, Outcome::name, Outcome::from_name);
        each_has_its_own_name(&Reason::ALL, Reason::name, Reason::from_name);
        each_has_its_own_name(&Direction::ALL, Direction::name, Direction::from_name);
    }
    #[test]
    fn values_keep_their_codes_on_the_wire_and_new_ones_come_last() {
        let outcomes = names_by_code(&Outcome::ALL, Outcome::name);
        assert_eq!(outcomes, ["admit", "check", "refuse"]);
        let directions = names_by_code(&Direction::ALL, Direction::name);
        assert_eq!(directions, ["in", "out"]);
        let reasons = names_by_code(&Reason::ALL, Reason::name);
        assert_eq!(
            reasons,
            [
                "green",
                "yellow",
                "red",
                "revoked",
                "not-yet-valid",
                "expired",
                "validity-too-long",
                "unknown-issuer",
                "unknown-key",
                "key-not-allowed",
                "bad-signature",
                "malformed",
                "newer-format",
                "not-a-pass",
                "foreign-code",
                "live-code-needed",
                "live-code-old",
                "issuer-refused",
                "convert-pass",
                "check-identity",
                "take-temperature",
                "already-passed",
                "stale-data",
                "expired-data",
                "no-list",
                "list-unreadable",
                "clock-untrusted",
                "not-set-up",
                "fever",
                "not-listed",
                "registered-by-hand",
                "health-answer",
                "supervisor-allowed",
            ]
        );
    }

    #[test]
    fn each_reason_that_a_policy_can_leave_to_a_supervisor_has_one_name_in_both() {
        let of_reasons: BTreeSet<_> = Reason::ALL
            .into_iter()
            .filter_map(|reason| Some((reason.name(), reason.overridable()?.name())))
            .collect();
        let of_policies = Overridable::ALL.map(|it| (it.name(), it.name()));
        assert_eq!(of_reasons, BTreeSet::from(of_policies));
    }
}
