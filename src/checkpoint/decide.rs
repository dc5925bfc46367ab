//! The rules: one pure, total function from what is known to what the guard is told.

use gatepost_pass::{
    Class, ClockTrust, Colour, DocumentError, Freshness, Kind, Listing, Now, Pass, Policy,
    Recognition, Revocation, Verified,
    envelope::EnvelopeError,
    policy::{IdentityRule, PassBack, Risk, WhenExpired},
};

use super::{IssuerName, Looked, LookedPass, Lookup, Person, Verdict};
use crate::checkpoint::verdict::{Outcome, Reason};

/// Under which rules and at what time a decision is made.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The rules of this checkpoint.
    pub policy: &'a Policy,
    /// How old trust and lists are.
    pub freshness: Freshness,
    /// What time it is.
    pub now: Now,
}

/// What the device has noticed besides the code.
#[derive(Clone, Copy, Debug, Default)]
pub struct Observed {
    /// Seconds since the same pass went the same way.
    pub passed_before: Option<u64>,
}

/// Findings: what each rule has to say. The worst outcome wins; every finding is told.
struct Findings(Vec<(Outcome, Reason)>);

impl Findings {
    fn add(&mut self, outcome: Outcome, reason: Reason) {
        if !self.0.contains(&(outcome, reason)) {
            self.0.push((outcome, reason));
        }
    }
}

/// Decides.
pub fn decide(
    situation: &Situation<'_>,
    looked: &Result<Looked, DocumentError>,
    observed: &Observed,
) -> Verdict {
    let mut findings = Findings(Vec::new());
    let mut verdict = Verdict {
        outcome: Outcome::Admit,
        reasons: Vec::new(),
        people: Vec::new(),
        document: None,
        medium: None,
        issuer: None,
        not_after: None,
        help: None,
    };
    match looked {
        Err(error) => {
            let (outcome, reason) = of_error(error);
            findings.add(outcome, reason);
        }
        Ok(Looked::Other(kind)) => {
            findings.add(Outcome::Check, Reason::NotAPass);
            verdict.document = Some(*kind);
        }
        Ok(Looked::Pass(looked)) => {
            let LookedPass {
                pass,
                status,
                revocation,
            } = &**looked;
            verdict.people = people(pass, status);
            describe(pass, &mut verdict);
            issuer_rules(pass, &mut findings);
            validity_rules(situation, pass, &mut findings);
            live_rules(situation, pass, &mut findings);
            list_rules(&verdict.people, status, *revocation, &mut findings);
            data_rules(situation, &mut findings);
            // Asked together with identity and pass-back, not instead of them.
            temperature_rules(situation.policy, &verdict.people, &mut findings);
            identity_rules(situation.policy, &verdict.people, &mut findings);
            pass_back_rules(situation.policy, observed, &mut findings);
        }
    }
    if situation.now.clock != ClockTrust::Trusted {
        findings.add(Outcome::Admit, Reason::ClockUntrusted);
    }

    verdict.outcome = findings
        .0
        .iter()
        .map(|finding| finding.0)
        .max()
        .unwrap_or(Outcome::Admit);
    if verdict.outcome == Outcome::Admit {
        // First in line: the remarks come after the good news.
        findings.0.insert(0, (Outcome::Admit, Reason::Green));
    }
    findings
        .0
        .sort_by_key(|finding| std::cmp::Reverse(finding.0));
    verdict.reasons = findings
        .0
        .iter()
        .map(|finding| finding.1)
        .take(MAX_REASONS)
        .collect();
    if verdict.outcome != Outcome::Admit && verdict.help.is_none() {
        verdict.help = Some(situation.policy.help.to_string()).filter(|help| !help.is_empty());
    }
    verdict
}

/// Most reasons on the screen and in a passage.
const MAX_REASONS: usize = 8;

fn of_error(error: &DocumentError) -> (Outcome, Reason) {
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

fn describe(pass: &Verified<Pass>, verdict: &mut Verdict) {
    let issuer = pass.issuer();
    verdict.document = Some(pass.live().map_or(pass.kind(), |_| Kind::LiveCode));
    verdict.medium = Some(pass.claims().medium);
    verdict.issuer = Some(IssuerName {
        code: issuer.id.to_string(),
        name: issuer.name.to_string(),
        local_name: issuer.local_name.to_string(),
    });
    verdict.not_after = Some(pass.claims().not_after.start());
    if let Recognition::Convert(address) = &issuer.recognition {
        verdict.help = Some(address.to_string());
    }
}

/// Each subject with the worse of the pass's colour and the list's, as it counts here.
fn people(pass: &Verified<Pass>, status: &[Lookup<Listing>]) -> Vec<Person> {
    let here = |colour| match &pass.issuer().recognition {
        Recognition::Accept(map) => map.map(colour),
        Recognition::Own | Recognition::Convert(_) | Recognition::Refuse => colour,
    };
    let subjects = pass.claims().subjects.as_slice();
    let person = |(subject, answer): (&gatepost_pass::Subject, &Lookup<Listing>)| {
        let listed = match answer {
            Lookup::Found(Listing::Listed(colour)) => *colour,
            Lookup::Found(Listing::NotListed)
            | Lookup::NoList
            | Lookup::Unreadable
            | Lookup::NotAsked => Colour::Green,
        };
        Person {
            name: subject.name.to_string(),
            last4: subject.last4.as_str().to_owned(),
            colour: here(subject.colour.max(listed)),
            class: subject.class,
        }
    };
    subjects.iter().zip(status).map(person).collect()
}

fn issuer_rules(pass: &Verified<Pass>, findings: &mut Findings) {
    match pass.issuer().recognition {
        Recognition::Own | Recognition::Accept(_) => {}
        Recognition::Convert(_) => findings.add(Outcome::Check, Reason::ConvertPass),
        Recognition::Refuse => findings.add(Outcome::Check, Reason::IssuerRefused),
    }
}

fn validity_rules(situation: &Situation<'_>, pass: &Verified<Pass>, findings: &mut Findings) {
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
    if until.since(from) > u64::from(situation.policy.max_validity_days) * 24 * 3600 {
        findings.add(Outcome::Refuse, Reason::ValidityTooLong);
    }
}

fn live_rules(situation: &Situation<'_>, pass: &Verified<Pass>, findings: &mut Findings) {
    if pass.claims().holder.is_none() {
        return;
    }
    let Some(live) = pass.live() else {
        findings.add(Outcome::Check, Reason::LiveCodeNeeded);
        return;
    };
    let window = match situation.now.clock {
        ClockTrust::Trusted => situation.policy.live_window,
        ClockTrust::BehindFloor | ClockTrust::FarAhead => situation.policy.live_window_untrusted,
    };
    if live.at.0.abs_diff(situation.now.time.0) > u64::from(window) {
        findings.add(Outcome::Check, Reason::LiveCodeOld);
    }
}

fn list_rules(
    people: &[Person],
    status: &[Lookup<Listing>],
    revocation: Lookup<Revocation>,
    findings: &mut Findings,
) {
    match revocation {
        Lookup::Found(Revocation::Revoked) => findings.add(Outcome::Refuse, Reason::Revoked),
        Lookup::NoList => findings.add(Outcome::Check, Reason::NoList),
        Lookup::Unreadable => findings.add(Outcome::Check, Reason::ListUnreadable),
        Lookup::Found(Revocation::Valid) | Lookup::NotAsked => {}
    }
    for answer in status {
        match answer {
            Lookup::NoList => findings.add(Outcome::Check, Reason::NoList),
            Lookup::Unreadable => findings.add(Outcome::Check, Reason::ListUnreadable),
            Lookup::Found(_) | Lookup::NotAsked => {}
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

fn data_rules(situation: &Situation<'_>, findings: &mut Findings) {
    match (situation.freshness, situation.policy.when_expired) {
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

/// Identity is only ever asked for at special places.
fn identity_rules(policy: &Policy, people: &[Person], findings: &mut Findings) {
    let asked = match policy.identity {
        IdentityRule::Nobody => false,
        IdentityRule::SpecialClasses => special_person(people),
        IdentityRule::Everyone => true,
    };
    if policy.special_place && asked {
        findings.add(Outcome::Check, Reason::CheckIdentity);
    }
}

/// The temperature is taken of those who would be admitted; in a low-risk area only at special places
/// and of special persons.
fn temperature_rules(policy: &Policy, people: &[Person], findings: &mut Findings) {
    let relaxed = policy.risk == Risk::Low && !policy.special_place && !special_person(people);
    let admitted = findings.0.iter().all(|finding| finding.0 == Outcome::Admit);
    if policy.temperature && admitted && !relaxed {
        findings.add(Outcome::Check, Reason::TakeTemperature);
    }
}

fn special_person(people: &[Person]) -> bool {
    people.iter().any(|person| person.class != Class::Ordinary)
}

fn pass_back_rules(policy: &Policy, observed: &Observed, findings: &mut Findings) {
    let window = u64::from(policy.pass_back_minutes) * 60;
    if observed
        .passed_before
        .is_some_and(|seconds| seconds < window)
    {
        let outcome = match policy.pass_back {
            PassBack::Warn => Outcome::Admit,
            PassBack::Check => Outcome::Check,
        };
        findings.add(outcome, Reason::AlreadyPassed);
    }
}
