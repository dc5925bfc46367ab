//! What the second display says: out of a verdict nothing but whether to go on, so that whoever
//! reads it over a shoulder learns nothing else about the person.

use gatepost_checkpoint::Verdict;
use gatepost_protocol::{Outcome, Reason};

use crate::{face::FaceSign, ui::SavedState};

/// What is said of the verdicts that share a page. "Go on" comes with what opens a gate: once all
/// of them are on the disk.
pub(crate) fn of_verdicts<'a>(
    verdicts: impl Iterator<Item = &'a Verdict>,
    saved: SavedState,
) -> FaceSign {
    let mut asked = false;
    for verdict in verdicts {
        match verdict.outcome {
            Outcome::Admit => {}
            Outcome::Check if is_asked_of_everybody(verdict) => asked = true,
            Outcome::Check | Outcome::Refuse => return FaceSign::SeeStaff,
        }
    }
    match saved {
        _ if asked => FaceSign::TakeTemperature,
        SavedState::Logged => FaceSign::GoOn,
        SavedState::Saving => FaceSign::Wait,
        SavedState::NothingToLog | SavedState::NotLogged | SavedState::WithoutLog => {
            FaceSign::SeeStaff
        }
    }
}

/// Whether the temperature is all that is missing. With anything beside it that may be about the
/// person, the sign would tell a check from a refusal.
fn is_asked_of_everybody(verdict: &Verdict) -> bool {
    verdict.question().is_some() && verdict.reasons.iter().all(|reason| says_nothing(*reason))
}

/// Whether a reason beside the question for the temperature is the same for everybody here. Any
/// other one, and so each that is new, may be about the person.
fn says_nothing(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Green
            | Reason::NotListed
            | Reason::TakeTemperature
            | Reason::StaleData
            | Reason::ClockUntrusted
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(outcome: Outcome, reasons: &[Reason]) -> Verdict {
        let reasons = reasons.to_vec();
        Verdict {
            outcome,
            reasons,
            ..Verdict::blank()
        }
    }

    const SAVED: [SavedState; 5] = [
        SavedState::NothingToLog,
        SavedState::Saving,
        SavedState::Logged,
        SavedState::NotLogged,
        SavedState::WithoutLog,
    ];

    #[test]
    fn a_refusal_and_a_check_look_the_same_whatever_their_reasons() {
        for outcome in [Outcome::Check, Outcome::Refuse] {
            for reason in Reason::ALL {
                for beside in Reason::ALL {
                    let it = verdict(outcome, &[reason, beside]);
                    for saved in SAVED {
                        let sign = of_verdicts([&it].into_iter(), saved);
                        let asked = outcome == Outcome::Check
                            && it.reasons.contains(&Reason::TakeTemperature)
                            && says_nothing(reason)
                            && says_nothing(beside);
                        let wanted = match asked {
                            true => FaceSign::TakeTemperature,
                            false => FaceSign::SeeStaff,
                        };
                        assert_eq!(sign, wanted, "{outcome:?} {reason:?} {beside:?} {saved:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn whoever_is_asked_for_the_temperature_could_be_anybody() {
        let told: Vec<_> = Reason::ALL
            .into_iter()
            .filter(|it| says_nothing(*it))
            .collect();
        let harmless = [
            Reason::Green,
            Reason::TakeTemperature,
            Reason::StaleData,
            Reason::ClockUntrusted,
            Reason::NotListed,
        ];
        assert_eq!(told, harmless);
    }

    #[test]
    fn go_on_is_said_of_an_admission_on_the_disk_and_of_nothing_else() {
        for reason in Reason::ALL {
            let it = verdict(Outcome::Admit, &[reason]);
            for saved in SAVED {
                let wanted = match saved {
                    SavedState::Logged => FaceSign::GoOn,
                    SavedState::Saving => FaceSign::Wait,
                    SavedState::NothingToLog | SavedState::NotLogged | SavedState::WithoutLog => {
                        FaceSign::SeeStaff
                    }
                };
                assert_eq!(of_verdicts([&it].into_iter(), saved), wanted, "{reason:?}");
            }
        }
    }

    #[test]
    fn one_on_a_page_who_must_see_the_staff_takes_the_others_along() {
        let admit = verdict(Outcome::Admit, &[Reason::Green]);
        let asked = verdict(Outcome::Check, &[Reason::TakeTemperature]);
        let refuse = verdict(Outcome::Refuse, &[Reason::Red]);
        let sign = |all: &[&Verdict]| of_verdicts(all.iter().copied(), SavedState::Logged);
        assert_eq!(sign(&[&admit, &admit]), FaceSign::GoOn);
        assert_eq!(sign(&[&admit, &asked]), FaceSign::TakeTemperature);
        assert_eq!(sign(&[&asked, &refuse]), FaceSign::SeeStaff);
        assert_eq!(sign(&[&refuse, &asked]), FaceSign::SeeStaff);
    }
}
