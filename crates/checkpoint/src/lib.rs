//! From the text of a code to the verdict that the guard sees: pure.
//!
//! In the order in which they build on each other: `verdict` (its words), `list_answer`,
//! `document_lookup` and `person_lookup` (what the lists say), `case` (what is to be decided),
//! `rules` and `decide` (pure), `pass_back` and `live_codes` (the last minutes, in memory only),
//! `judge` (all of it in a row), `verdict_group` (the codes of one frame). Of the staff:
//! `badge_fault`, `pin_tries`, `pin_pad`, `guard_duty`, `supervisor` and `menu_badge`.

#![forbid(unsafe_code)]

mod badge_fault;
mod case;
mod decide;
mod document_lookup;
mod guard_duty;
mod judge;
mod list_answer;
mod live_codes;
mod menu_badge;
mod pass_back;
mod person_lookup;
mod pin_pad;
mod pin_tries;
mod rules;
mod supervisor;
#[cfg(test)]
mod tests;
mod verdict;
mod verdict_group;

pub use badge_fault::BadgeFault;
pub use case::{Case, Observed, Situation};
pub use decide::decide;
pub use document_lookup::{
    CheckedBadge, CheckedDocument, CheckedPass, look_up_badge, look_up_document,
};
pub use guard_duty::{DutyStatus, GuardDuty};
pub use judge::{Basis, Judge, Judged, freshness_for};
pub use list_answer::ListAnswer;
pub use live_codes::LiveCodes;
pub use menu_badge::{MenuBadge, MenuCandidate, MenuOpener};
pub use pass_back::RecentPassages;
pub use person_lookup::{PersonAnswer, ask_about, look_up_person, worst};
pub use pin_pad::{CheckedPin, EnteredPin, PadState, PinOf, PinPad};
pub use pin_tries::PinTries;
pub use supervisor::{Supervisor, SupervisorCandidate};
pub use verdict::{IssuerName, JudgedPerson, OpenQuestion, Outcome, Overriding, Reason, Verdict};
pub use verdict_group::{GroupFull, MAX_GROUP, VerdictGroup};
