//! What a proposal changes, in words, for those who sign it: all that is proposed is listed, not
//! only what differs, since nothing proves that what it says to be in force is.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use gatepost_pass::{
    Kind, Recognition,
    policy::{WhenExpired, WhenLogFull, WithoutCode},
    trust::{ColourMap, Floors, IssuerEntry, KeyEntry, Proposal, RootClaims, TrustListClaims},
};
use gatepost_system::clock::format_time;

/// One thing that a root or trust list says: of what, and what.
type Fact = (String, String);

/// The whole proposal, a line a fact.
pub(crate) fn describe(proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(next) = proposal.next_root() {
        let before = proposal.root().map(|root| root_facts(root.claims()));
        compare(&before.unwrap_or_default(), &root_facts(next), &mut lines);
    } else if let Some(root) = proposal.root() {
        lines.push(format!("  root {} stays", root.version()));
    }
    if let Some(next) = proposal.next_trust() {
        let before = proposal.trust().map(trust_facts);
        compare(&before.unwrap_or_default(), &trust_facts(next), &mut lines);
    }
    lines.push(format!("digest {}", proposal.digest()));
    lines
}

/// `+` comes, `-` goes, `~` changes; what has no mark stays.
fn compare(before: &[Fact], next: &[Fact], lines: &mut Vec<String>) {
    let line = |(of, what): &Fact| match what.as_str() {
        "" => of.clone(),
        what => format!("{of}: {what}"),
    };
    let mut old: BTreeMap<_, _> = before.iter().map(|(of, what)| (of, what)).collect();
    for fact in next {
        lines.push(match old.remove(&fact.0) {
            None => format!("+ {}", line(fact)),
            Some(before) if *before == fact.1 => format!("  {}", line(fact)),
            Some(before) => format!("~ {}: {before} -> {}", fact.0, fact.1),
        });
    }
    for fact in before.iter().filter(|(of, _)| old.contains_key(of)) {
        lines.push(format!("- {}", line(fact)));
    }
}

fn fact(of: impl Into<String>, what: impl Into<String>) -> Fact {
    (of.into(), what.into())
}

fn root_facts(root: &RootClaims) -> Vec<Fact> {
    let keys = root.keys.as_slice();
    let needed = format!("{} of {}", root.threshold, keys.len());
    let mut facts = vec![
        fact("root", root.version.to_string()),
        fact("root keys that must sign", needed),
        fact("root ends", format_time(root.expires)),
    ];
    facts.extend(keys.iter().map(|key| fact(format!("root key {key}"), "")));
    facts
}

fn trust_facts(list: &TrustListClaims) -> Vec<Fact> {
    let mut facts = vec![
        fact("trust list", list.version.to_string()),
        fact("trust list made", format_time(list.issued_at)),
        fact("trust list ends", format_time(list.expires)),
    ];
    facts.extend(floor_facts(&list.floors));
    for issuer in list.issuers.as_slice() {
        facts.push(fact(issuer.id.to_string(), issuer_words(issuer)));
        let keys = issuer.keys.as_slice().iter();
        facts.extend(keys.map(|key| {
            let of = format!("{} key {}", issuer.id, key.id.0);
            fact(of, key_words(key))
        }));
    }
    facts
}

/// The loosest that policies and bundles may become.
fn floor_facts(floors: &Floors) -> Vec<Fact> {
    let without_code = match floors.without_code {
        WithoutCode::Admit => "admits",
        WithoutCode::Supervisor => "needs a supervisor",
        WithoutCode::Never => "is refused",
    };
    let overridable: Vec<_> = floors.overridable.iter().map(|flaw| flaw.name()).collect();
    let lasts = [
        ("a live code lives", floors.live_window, "s"),
        ("a pass lasts", floors.max_validity_days, "days"),
        ("a bundle is fresh", floors.fresh_hours, "hours"),
        ("a bundle is usable", floors.hard_hours, "hours"),
    ];
    let past_the_end = match floors.when_expired {
        WhenExpired::Refuse => "everybody is refused",
        WhenExpired::Check => "a guard decides",
    };
    let full_log = match floors.when_log_full {
        WhenLogFull::Stop => "scanning stops",
        WhenLogFull::ScanWithoutLog => "scanning goes on without it",
    };
    let loosest = |what| format!("at the loosest, {what}");
    let mut facts = vec![fact(loosest("a person without a code"), without_code)];
    facts.extend(lasts.map(|(what, most, unit)| fact(loosest(what), format!("{most} {unit}"))));
    facts.push(fact(loosest("past the end of a bundle"), past_the_end));
    facts.push(fact(loosest("while the log is full"), full_log));
    let uploads = "at the shortest, between uploads";
    facts.push(fact(uploads, format!("{} minutes", floors.upload_minutes)));
    let may_allow = "at the most, a supervisor may allow";
    facts.push(fact(may_allow, overridable.join(", ")));
    facts.extend(floors.tracing_keys.as_slice().iter().map(|key| {
        let digits = HEXLOWER.encode(&key.key);
        fact(format!("passages may be sealed to key {}", key.id), digits)
    }));
    facts
}

fn issuer_words(issuer: &IssuerEntry) -> String {
    // Names come from other regions: what a terminal does not print shows as an escape.
    let name = issuer.name.as_str().escape_debug();
    let local_name = issuer.local_name.as_str().escape_debug();
    let recognition = match &issuer.recognition {
        Recognition::Own => "the own authority".to_owned(),
        Recognition::Accept(colours) if *colours == ColourMap::SAME => "accepted".to_owned(),
        Recognition::Accept(colours) => format!(
            "accepted, green as {}, yellow as {}, red as {}",
            colours.green.name(),
            colours.yellow.name(),
            colours.red.name()
        ),
        Recognition::Convert(address) => {
            format!("converted at {}", address.as_str().escape_debug())
        }
        Recognition::Refuse => "refused".to_owned(),
    };
    let (from, until) = (format_time(issuer.from), format_time(issuer.until));
    format!("{name}, {local_name}, {recognition}, from {from} until {until}")
}

fn key_words(key: &KeyEntry) -> String {
    let kinds: Vec<_> = key.roles.kinds().map(Kind::name).collect();
    let (from, until) = (format_time(key.from), format_time(key.until));
    let (key, kinds) = (key.key, kinds.join(", "));
    format!("{key} signs {kinds}, from {from} until {until}")
}
