//! The decision: one pure, total function from what is known to what the guard sees.

use gatepost_pass::{Colour, Kind, Listing, Pass, Policy, Recognition, Verified};

use super::{
    case::{Case, Observed, Situation},
    document_lookup::{CheckedDocument, CheckedPass},
    list_answer::ListAnswer,
    rules::{self, Findings},
    verdict::{IssuerName, JudgedPerson, Outcome, Reason, Verdict},
};

/// Decides one case: the worst finding is the outcome, and all findings are the reasons.
pub fn decide(situation: &Situation<'_>, case: &Case, observed: &Observed) -> Verdict {
    let here = situation.here;
    let mut findings = Findings::new(here.rules(), observed);
    let mut verdict = Verdict::blank();
    let good_news = match case {
        Case::Code(Err(error)) => {
            let (outcome, reason) = rules::of_error(error);
            findings.add(outcome, reason);
            Reason::Green
        }
        Case::Code(Ok(CheckedDocument::Pass(checked))) => {
            let CheckedPass {
                pass,
                status,
                revocation,
            } = &**checked;
            verdict.people = people(pass, status);
            describe(pass, &mut verdict);
            rules::issuer_rules(pass, &mut findings);
            rules::validity_rules(situation, pass, &mut findings);
            rules::live_rules(situation, pass, observed, &mut findings);
            rules::list_rules(&verdict.people, status, *revocation, &mut findings);
            Reason::Green
        }
        Case::Code(Ok(other)) => {
            findings.add(Outcome::Check, Reason::NotAPass);
            verdict.document = Some(other.kind());
            Reason::Green
        }
        Case::Person(listed) => {
            rules::person_rules(*listed, &mut findings);
            Reason::NotListed
        }
        Case::ByHand(answers) => {
            rules::by_hand_rules(here.rules(), answers.as_slice(), &mut findings);
            Reason::RegisteredByHand
        }
    };
    if !matches!(
        case,
        Case::Code(Err(_))
            | Case::Code(Ok(CheckedDocument::Place(_)
                | CheckedDocument::Badge(_)
                | CheckedDocument::Enrolment(_)))
    ) {
        rules::data_rules(situation, &mut findings);
        // Asked together with identity and pass-back, not instead of them.
        rules::temperature_rules(here, &verdict.people, observed, &mut findings);
        rules::identity_rules(here.rules(), &verdict.people, &mut findings);
        verdict.passed_minutes_ago =
            rules::pass_back_rules(here, &verdict.people, observed, &mut findings);
    }
    rules::clock_rules(situation, &mut findings);

    verdict.overriding = findings.overriding();
    (verdict.outcome, verdict.reasons) = findings.conclude(good_news);
    guide(here.policy(), &mut verdict);
    verdict
}

/// Where somebody who is not let through can turn.
fn guide(policy: &Policy, verdict: &mut Verdict) {
    if verdict.outcome == Outcome::Admit {
        return;
    }
    if verdict.help.is_none() {
        verdict.help = Some(policy.help.to_string()).filter(|help| !help.is_empty());
    }
    verdict.desks = policy.desks.as_slice().to_vec();
    let from_elsewhere = [Reason::IssuerRefused, Reason::UnknownIssuer];
    if verdict.link.is_none()
        && verdict
            .reasons
            .iter()
            .any(|reason| from_elsewhere.contains(reason))
    {
        verdict.link = policy.declare.as_ref().map(ToString::to_string);
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
        verdict.link = Some(address.to_string());
    }
}

/// Each subject with the worse of the pass's colour and the list's, as it is read here.
fn people(pass: &Verified<Pass>, status: &[ListAnswer<Listing>]) -> Vec<JudgedPerson> {
    let here = |colour| match &pass.issuer().recognition {
        Recognition::Accept(map) => map.map(colour),
        Recognition::Own | Recognition::Convert(_) | Recognition::Refuse => colour,
    };
    let subjects = pass.claims().subjects.as_slice();
    let person = |(subject, answer): (&gatepost_pass::Subject, &ListAnswer<Listing>)| {
        let listed = match answer {
            ListAnswer::Found(Listing::Listed(colour)) => *colour,
            ListAnswer::Found(Listing::NotListed)
            | ListAnswer::NoList
            | ListAnswer::Unreadable
            | ListAnswer::NotAsked => Colour::Green,
        };
        JudgedPerson {
            name: subject.name.to_string(),
            last4: subject.last4.as_str().to_owned(),
            colour: here(subject.colour.max(listed)),
            class: subject.class,
        }
    };
    subjects.iter().zip(status).map(person).collect()
}
