//! What each rule has to say about a pass, a person or a registration: its findings.

use gatepost_pass::{
    Class, ClockTrust, Colour, DocumentError, Freshness, Listing, Pass, Recognition, Revocation,
    RulesHere, Verified,
    envelope::EnvelopeError,
    policy::{IdentityRule, PassBack, PlaceRules, WhenExpired, WithoutCode},
};
use gatepost_protocol::Temperature;

use super::{
    case::{Observed, Situation},
    list_answer::ListAnswer,
    verdict::{JudgedPerson, Outcome, Overriding, Reason},
};

/// Findings: what each rule has to say. The worst outcome wins; every finding is shown.
pub(super) struct Findings<'a> {
    found: Vec<(Outcome, Reason)>,
    rules: &'a PlaceRules,
    /// A supervisor allows what the policy leaves to one.
    allowing: Allowing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Allowing {
    Nothing,
    /// What would stand in the way is still among the reasons, and stands no longer.
    WhatTheRulesList {
        used: bool,
    },
}

impl<'a> Findings<'a> {
    pub(super) fn new(rules: &'a PlaceRules, observed: &Observed) -> Self {
        let allowing = match observed.allowed {
            None => Allowing::Nothing,
            Some(_) => Allowing::WhatTheRulesList { used: false },
        };
        Self {
            found: Vec::new(),
            rules,
            allowing,
        }
    }

    /// Adds a finding; what stands in the way and is allowed becomes a remark.
    pub(super) fn add(&mut self, outcome: Outcome, reason: Reason) {
        let mut outcome = outcome;
        if let Allowing::WhatTheRulesList { used } = &mut self.allowing
            && outcome != Outcome::Admit
            && is_left_to_a_supervisor(self.rules, reason)
        {
            *used = true;
            outcome = Outcome::Admit;
        }
        if !self.found.contains(&(outcome, reason)) {
            self.found.push((outcome, reason));
        }
    }

    /// Adds a remark, unless the same reason stands in the way already.
    pub(super) fn remark(&mut self, reason: Reason) {
        if self.found.iter().all(|finding| finding.1 != reason) {
            self.found.push((Outcome::Admit, reason));
        }
    }

    /// The worst outcome so far.
    fn outcome(&self) -> Outcome {
        let outcomes = self.found.iter().map(|finding| finding.0);
        outcomes.max().unwrap_or(Outcome::Admit)
    }

    /// Outcome and reasons, the weightiest first; with `good_news` where nothing stands in the way.
    pub(super) fn conclude(mut self, good_news: Reason) -> (Outcome, Vec<Reason>) {
        let outcome = self.outcome();
        // First in its line: the remarks come after the news.
        match self.allowing {
            Allowing::WhatTheRulesList { used: true } => {
                let allowed = (Outcome::Admit, Reason::SupervisorAllowed);
                self.found.insert(0, allowed);
            }
            _ if outcome == Outcome::Admit => {
                self.found.retain(|finding| finding.1 != good_news);
                self.found.insert(0, (Outcome::Admit, good_news));
            }
            _ => {}
        }
        self.found
            .sort_by_key(|finding| std::cmp::Reverse(finding.0));
        let reasons = self.found.iter().map(|finding| finding.1);
        (outcome, reasons.take(MAX_REASONS).collect())
    }

    /// Whether the policy leaves all that stands in the way to a supervisor.
    pub(super) fn overriding(&self) -> Overriding {
        let stands = |finding: &&(Outcome, Reason)| finding.0 != Outcome::Admit;
        let mut obstacles = self.found.iter().filter(stands).peekable();
        let left = obstacles.peek().is_some()
            && obstacles.all(|finding| is_left_to_a_supervisor(self.rules, finding.1));
        if left {
            Overriding::Possible
        } else {
            Overriding::Impossible
        }
    }
}

/// Most reasons on the screen and in a passage.
const MAX_REASONS: usize = 8;

fn is_left_to_a_supervisor(rules: &PlaceRules, reason: Reason) -> bool {
    match reason {
        Reason::RegisteredByHand => rules.without_code == WithoutCode::Supervisor,
        reason => reason
            .overridable()
            .is_some_and(|name| rules.overridable.contains(&name)),
    }
}

pub(super) fn of_error(error: &DocumentError) -> (Outcome, Reason) {
    match error {
        DocumentError::Envelope(EnvelopeError::Foreign) => (Outcome::Check, Reason::ForeignCode),
        DocumentError::Envelope(EnvelopeError::Newer { .. }) => {
            (Outcome::Check, Reason::NewerFormat)
        }
        DocumentError::NotACode { .. } => (Outcome::Check, Reason::NotAPass),
        DocumentError::Envelope(
            EnvelopeError::Text | EnvelopeError::Format(_) | EnvelopeError::WrongKind { .. },
        )
        | DocumentError::Claims(_)
        | DocumentError::Subjects { .. }
        | DocumentError::NoHolderKey => (Outcome::Refuse, Reason::Malformed),
        DocumentError::UnknownIssuer(_) => (Outcome::Refuse, Reason::UnknownIssuer),
        DocumentError::NotRecognisedNow(_) => (Outcome::Check, Reason::IssuerRefused),
        DocumentError::UnknownKey { .. } => (Outcome::Refuse, Reason::UnknownKey),
        DocumentError::ForeignAuthority { .. }
        | DocumentError::WrongRole { .. }
        | DocumentError::KeyOutsideValidity { .. } => (Outcome::Refuse, Reason::KeyNotAllowed),
        DocumentError::BadSignature => (Outcome::Refuse, Reason::BadSignature),
    }
}

pub(super) fn issuer_rules(pass: &Verified<Pass>, findings: &mut Findings<'_>) {
    match pass.issuer().recognition {
        Recognition::Own | Recognition::Accept(_) => {}
        Recognition::Convert(_) => findings.add(Outcome::Check, Reason::ConvertPass),
        Recognition::Refuse => findings.add(Outcome::Check, Reason::IssuerRefused),
    }
}

pub(super) fn validity_rules(
    situation: &Situation<'_>,
    pass: &Verified<Pass>,
    findings: &mut Findings<'_>,
) {
    let (from, until) = (
        pass.claims().not_before.start(),
        pass.claims().not_after.start(),
    );
    let now = situation.now.time;
    if now < from {
        findings.add(Outcome::Refuse, Reason::NotYetValid);
    }
    if now >= until {
        findings.add(Outcome::Refuse, Reason::Expired);
    }
    if until.since(from) > u64::from(situation.here.policy().max_validity_days) * 24 * 3600 {
        findings.add(Outcome::Refuse, Reason::ValidityTooLong);
    }
}

/// A live code counts for the policy's window, from its own time on. It may be dated ahead by as
/// much, since clocks differ, and then counts from when it was first seen: see `LiveCodes`. On a
/// clock that nothing has confirmed its age says nothing, so the guard must look.
pub(super) fn live_rules(
    situation: &Situation<'_>,
    pass: &Verified<Pass>,
    observed: &Observed,
    findings: &mut Findings<'_>,
) {
    if pass.claims().holder.is_none() {
        return;
    }
    let Some(live) = pass.live() else {
        findings.add(Outcome::Check, Reason::LiveCodeNeeded);
        return;
    };
    let (now, window) = (
        situation.now.time,
        u64::from(situation.here.policy().live_window),
    );
    let from = observed.live_from.unwrap_or(live.at);
    if now.since(from) > window || live.at.since(now) > window {
        findings.add(Outcome::Check, Reason::LiveCodeOld);
    }
    if situation.now.clock != ClockTrust::Trusted {
        findings.add(Outcome::Check, Reason::ClockUntrusted);
    }
}

pub(super) fn list_rules(
    people: &[JudgedPerson],
    status: &[ListAnswer<Listing>],
    revocation: ListAnswer<Revocation>,
    findings: &mut Findings<'_>,
) {
    match revocation {
        ListAnswer::Found(Revocation::Revoked) => findings.add(Outcome::Refuse, Reason::Revoked),
        ListAnswer::NoList => findings.add(Outcome::Check, Reason::NoList),
        ListAnswer::Unreadable => findings.add(Outcome::Check, Reason::ListUnreadable),
        ListAnswer::Found(Revocation::Valid) | ListAnswer::NotAsked => {}
    }
    for answer in status {
        match answer {
            ListAnswer::NoList => findings.add(Outcome::Check, Reason::NoList),
            ListAnswer::Unreadable => findings.add(Outcome::Check, Reason::ListUnreadable),
            ListAnswer::Found(_) | ListAnswer::NotAsked => {}
        }
    }
    for person in people {
        match person.colour {
            Colour::Green => {}
            Colour::Yellow => findings.add(Outcome::Check, Reason::Yellow),
            Colour::Red => findings.add(Outcome::Refuse, Reason::Red),
        }
    }
}

pub(super) fn data_rules(situation: &Situation<'_>, findings: &mut Findings<'_>) {
    match (situation.freshness, situation.here.policy().when_expired) {
        (Freshness::Fresh, _) => {}
        (Freshness::Stale, _) => findings.add(Outcome::Admit, Reason::StaleData),
        (Freshness::Expired, WhenExpired::Check) => {
            findings.add(Outcome::Check, Reason::ExpiredData);
        }
        (Freshness::Expired, WhenExpired::Refuse) => {
            findings.add(Outcome::Refuse, Reason::ExpiredData);
        }
    }
}

/// A clock that is contradicted is named, and so is one that nothing has confirmed where it would
/// explain why the data look expired.
pub(super) fn clock_rules(situation: &Situation<'_>, findings: &mut Findings<'_>) {
    let doubted = match situation.now.clock {
        ClockTrust::Trusted => false,
        ClockTrust::Unconfirmed => situation.freshness == Freshness::Expired,
        ClockTrust::Behind | ClockTrust::Ahead => true,
    };
    if doubted {
        findings.remark(Reason::ClockUntrusted);
    }
}

/// Identity is only ever asked for at special places.
pub(super) fn identity_rules(
    rules: &PlaceRules,
    people: &[JudgedPerson],
    findings: &mut Findings<'_>,
) {
    let asked = match rules.identity {
        IdentityRule::Nobody => false,
        IdentityRule::SpecialClasses => special_person(people),
        IdentityRule::Everyone => true,
    };
    if rules.special_place && asked {
        findings.add(Outcome::Check, Reason::CheckIdentity);
    }
}

/// The temperature is taken of those who would be admitted; in a low-risk area only at special
/// places and of special persons. An answer takes the question's place. A fever that is known is
/// said wherever it is, beside whatever else is wrong: no supervisor sets it aside.
pub(super) fn temperature_rules(
    here: &RulesHere<'_>,
    people: &[JudgedPerson],
    observed: &Observed,
    findings: &mut Findings<'_>,
) {
    let asked = here.rules().temperature && !needs_no_check(here, people);
    match observed.temperature.map(Temperature::is_fever) {
        None if asked && findings.outcome() == Outcome::Admit => {
            findings.add(Outcome::Check, Reason::TakeTemperature);
        }
        Some(true) => findings.add(Outcome::Refuse, Reason::Fever),
        None | Some(false) => {}
    }
}

/// Nobody is checked in a low-risk area, but for special persons, and at special places. What is
/// wrong with a code that is shown is said all the same.
fn needs_no_check(here: &RulesHere<'_>, people: &[JudgedPerson]) -> bool {
    here.needs_no_check() && !special_person(people)
}

fn special_person(people: &[JudgedPerson]) -> bool {
    people.iter().any(|person| person.class != Class::Ordinary)
}

/// Gives the minutes since somebody on the pass went the same way, where the rules want it shown.
/// Where no check is needed it is a remark.
pub(super) fn pass_back_rules(
    here: &RulesHere<'_>,
    people: &[JudgedPerson],
    observed: &Observed,
    findings: &mut Findings<'_>,
) -> Option<u16> {
    let window = u64::from(here.rules().pass_back_minutes) * 60;
    let seconds = observed.passed_before.filter(|seconds| *seconds < window)?;
    let outcome = match here.rules().pass_back {
        PassBack::Warn => Outcome::Admit,
        PassBack::Check if needs_no_check(here, people) => Outcome::Admit,
        PassBack::Check => Outcome::Check,
    };
    findings.add(outcome, Reason::AlreadyPassed);
    u16::try_from(seconds / 60).ok()
}

/// A person without a code, by the ID number's answer. Being on no list is no finding: it is the
/// news.
pub(super) fn person_rules(listed: ListAnswer<Listing>, findings: &mut Findings<'_>) {
    match listed {
        ListAnswer::Found(Listing::Listed(Colour::Red)) => {
            findings.add(Outcome::Refuse, Reason::Red)
        }
        ListAnswer::Found(Listing::Listed(Colour::Yellow)) => {
            findings.add(Outcome::Check, Reason::Yellow);
        }
        ListAnswer::Found(Listing::Listed(Colour::Green) | Listing::NotListed) => {}
        ListAnswer::NoList | ListAnswer::NotAsked => findings.add(Outcome::Check, Reason::NoList),
        ListAnswer::Unreadable => findings.add(Outcome::Check, Reason::ListUnreadable),
    }
}

/// A registration by hand: any yes of the questionnaire, which weighs more, and the rules' word.
pub(super) fn by_hand_rules(rules: &PlaceRules, answers: &[bool], findings: &mut Findings<'_>) {
    if answers.contains(&true) {
        findings.add(Outcome::Check, Reason::HealthAnswer);
    }
    match rules.without_code {
        WithoutCode::Admit => {}
        WithoutCode::Supervisor => findings.add(Outcome::Check, Reason::RegisteredByHand),
        WithoutCode::Never => findings.add(Outcome::Refuse, Reason::RegisteredByHand),
    }
}
