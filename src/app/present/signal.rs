//! A verdict in sound and light.

use std::time::Duration;

use gatepost_checkpoint::{Overriding, Verdict, VerdictGroup};
use gatepost_protocol::{Outcome, Reason};

use crate::devices::{Devices, Sound, SpokenWord};

/// A verdict: the outcome's sound with what is said behind it, and its colour for as long as the
/// verdict stands.
pub(crate) fn verdict(devices: &Devices, outcome: Outcome, words: &[SpokenWord], lasts: Duration) {
    if let Some(lamp) = &devices.lamp {
        lamp.show(outcome, lasts);
    }
    if let Some(sounds) = &devices.sounds {
        sounds.play_and_say(outcome.into(), words);
    }
}

/// What is said of the verdicts that share a page: the outcome, and where the guard has one act to
/// do, that. Anybody near the loudspeaker hears it, so of one refusal it is never more than of
/// another.
pub(crate) fn words(group: &VerdictGroup) -> Vec<SpokenWord> {
    let members = group.members();
    let asked = group.asked().and_then(|(member, _)| members.get(member));
    let member = asked.filter(|asked| asked.verdict.outcome == group.outcome());
    let member = member.or(members.get(group.worst()));
    member.map_or_else(Vec::new, |member| words_of(&member.verdict))
}

fn words_of(verdict: &Verdict) -> Vec<SpokenWord> {
    let act = match verdict.outcome {
        Outcome::Admit => return vec![SpokenWord::Admit],
        Outcome::Refuse => return vec![SpokenWord::Refuse],
        Outcome::Check => verdict.reasons.iter().find_map(|reason| act(*reason)),
    };
    let supervisor =
        (verdict.overriding == Overriding::Possible).then_some(SpokenWord::AskSupervisor);
    let words = [Some(SpokenWord::Check), act.or(supervisor)];
    words.into_iter().flatten().collect()
}

/// What a guard does about a reason, where a word or two say it and tell nothing of the person.
fn act(reason: Reason) -> Option<SpokenWord> {
    match reason {
        Reason::TakeTemperature => Some(SpokenWord::TakeTemperature),
        Reason::CheckIdentity => Some(SpokenWord::CompareId),
        Reason::NotAPass | Reason::ForeignCode | Reason::LiveCodeNeeded | Reason::LiveCodeOld => {
            Some(SpokenWord::ScanAgain)
        }
        Reason::Green
        | Reason::Yellow
        | Reason::Red
        | Reason::Revoked
        | Reason::NotYetValid
        | Reason::Expired
        | Reason::ValidityTooLong
        | Reason::UnknownIssuer
        | Reason::UnknownKey
        | Reason::KeyNotAllowed
        | Reason::BadSignature
        | Reason::Malformed
        | Reason::NewerFormat
        | Reason::IssuerRefused
        | Reason::ConvertPass
        | Reason::AlreadyPassed
        | Reason::StaleData
        | Reason::ExpiredData
        | Reason::NoList
        | Reason::ListUnreadable
        | Reason::ClockUntrusted
        | Reason::NotSetUp
        | Reason::Fever
        | Reason::NotListed
        | Reason::RegisteredByHand
        | Reason::HealthAnswer
        | Reason::SupervisorAllowed => None,
    }
}

/// The verdict goes.
pub(crate) fn dark(devices: &Devices) {
    if let Some(lamp) = &devices.lamp {
        lamp.off();
    }
}

/// Something is wrong with the device, not with the person.
pub(crate) fn alarm(devices: &Devices) {
    play(devices, Sound::Error);
}

pub(crate) fn play(devices: &Devices, sound: Sound) {
    if let Some(sounds) = &devices.sounds {
        sounds.play(sound);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(outcome: Outcome, reasons: &[Reason], overriding: Overriding) -> Verdict {
        Verdict {
            outcome,
            reasons: reasons.to_vec(),
            overriding,
            ..Verdict::blank()
        }
    }

    const OVERRIDING: [Overriding; 2] = [Overriding::Impossible, Overriding::Possible];

    #[test]
    fn a_verdict_is_said_in_its_outcome_and_at_most_one_act() {
        for (outcome, word) in [
            (Outcome::Admit, SpokenWord::Admit),
            (Outcome::Check, SpokenWord::Check),
            (Outcome::Refuse, SpokenWord::Refuse),
        ] {
            for reason in Reason::ALL {
                for overriding in OVERRIDING {
                    let said = words_of(&verdict(outcome, &[reason], overriding));
                    assert_eq!(said[0], word, "{reason:?}");
                    assert!(said.len() <= 2, "{reason:?} {said:?}");
                }
            }
        }
    }

    #[test]
    fn every_refusal_sounds_the_same_whatever_its_reason() {
        for reason in Reason::ALL {
            for other in Reason::ALL {
                for overriding in OVERRIDING {
                    let said = words_of(&verdict(Outcome::Refuse, &[reason, other], overriding));
                    assert_eq!(said, [SpokenWord::Refuse], "{reason:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn a_check_names_the_act_that_its_reason_asks_for() {
        let said = |reasons: &[Reason], overriding| {
            words_of(&verdict(Outcome::Check, reasons, overriding))[1..].to_vec()
        };
        let [no, yes] = OVERRIDING;
        let temperature = said(&[Reason::StaleData, Reason::TakeTemperature], yes);
        assert_eq!(temperature, [SpokenWord::TakeTemperature]);
        assert_eq!(said(&[Reason::CheckIdentity], no), [SpokenWord::CompareId]);
        assert_eq!(said(&[Reason::LiveCodeOld], no), [SpokenWord::ScanAgain]);
        assert_eq!(said(&[Reason::Yellow], yes), [SpokenWord::AskSupervisor]);
        assert_eq!(said(&[Reason::Yellow], no), []);
    }
}
