//! Descriptions of what was verified, line by line.

use gatepost_pass::{
    Badge, BadgeRole, Digest, HubAddress, KebabName, List, Manifest, Policy, ProgramRelease,
    ReadAt, Site, Text, TrustList, VerifiedDocument,
    bundle::AuditHead,
    list::{Delta, ListKind},
    policy::PlaceRules,
    time::Minute,
};
use gatepost_protocol::{Receipt, VerifiedBatch};
use gatepost_system::clock::format_time;

/// What is described, a line each.
pub(super) type Description = Vec<String>;

pub(super) fn document(document: &VerifiedDocument) -> Description {
    match document {
        VerifiedDocument::Pass(pass) => {
            let claims = pass.claims();
            let mut lines = vec![format!(
                "number {}, {:?}, {} to {}",
                claims.number,
                claims.medium,
                format_time(claims.not_before.start()),
                format_time(claims.not_after.start())
            )];
            lines.extend(claims.subjects.as_slice().iter().map(|subject| {
                format!(
                    "{} {} {}, {:?}, tag {}",
                    subject.name,
                    subject.last4.as_str(),
                    subject.colour.name(),
                    subject.class,
                    subject.tag
                )
            }));
            lines.push(match (pass.live(), claims.holder) {
                (Some(live), _) => format!("signed by its holder at {}", format_time(live.at)),
                (None, Some(_)) => "valid only as a live code of its holder's phone".to_owned(),
                (None, None) => "valid as it is, on paper or on a screen".to_owned(),
            });
            lines
        }
        VerifiedDocument::Place(place) => {
            let place = place.claims();
            let id = place.id.as_str();
            let mut lines = named("place", id, place.name.as_str(), place.not_after);
            let named = |name: &Option<KebabName>| {
                name.as_ref().map_or("none", KebabName::as_str).to_owned()
            };
            let (class, area) = (named(&place.class), named(&place.area));
            lines.push(format!("class {class}, area {area}"));
            lines
        }
        VerifiedDocument::Badge(verified) => badge(verified.claims()),
        VerifiedDocument::Enrolment(code) => {
            let code = code.claims();
            let hub = hub(code.hub.as_ref());
            let mut lines = named("root", &code.root.to_string(), hub, code.not_after);
            lines.push(match &code.secret {
                Some(secret) => {
                    format!("enrols one device over the hub, as code {}", secret.code())
                }
                None => "requests go by USB stick".to_owned(),
            });
            lines
        }
    }
}

/// A hub's address, or that there is none.
pub(super) fn hub(address: Option<&HubAddress>) -> &str {
    address.map_or("none: served by USB stick", HubAddress::as_str)
}

fn named(what: &str, id: &str, name: &str, until: Minute) -> Description {
    vec![format!(
        "{what} {id}: {name}, until {}",
        format_time(until.start())
    )]
}

pub(super) fn badge(badge: &Badge) -> Description {
    let sites = badge.sites.as_slice().iter().map(|site| match site {
        Site::Place(id) => id.to_string(),
        Site::Prefix(front) => format!("{front}*"),
    });
    let sites: Vec<String> = sites.collect();
    let mut lines = named(
        "badge",
        badge.id.as_str(),
        badge.name.as_str(),
        badge.not_after,
    );
    lines.push(format!(
        "number {}, {}, {}, {}",
        badge.number,
        match badge.role {
            BadgeRole::Guard => "guard",
            BadgeRole::Supervisor => "supervisor",
        },
        if sites.is_empty() {
            "everywhere".to_owned()
        } else {
            format!("at {}", sites.join(", "))
        },
        if badge.pin.is_some() {
            "with a PIN"
        } else {
            "without a PIN"
        }
    ));
    lines
}

pub(super) fn batch(batch: &VerifiedBatch) -> Description {
    let first = batch.records().first().map_or(0, |(record, ..)| record.seq);
    vec![format!(
        "a batch of device {} ({}): epoch {}, {} records from {first} on, under {}; signature and \
         order are right",
        batch.device_name(),
        batch.device(),
        batch.epoch(),
        batch.records().len(),
        batch
            .manifest()
            .map_or("no bundle".to_owned(), |manifest| format!(
                "bundle {}, manifest {}",
                manifest.version, manifest.digest
            ))
    )]
}

pub(super) fn trust(trust: &TrustList) -> Description {
    let issuers: Vec<String> = trust.issuers().map(|entry| entry.id.to_string()).collect();
    vec![format!(
        "trust list of {}, version {}, signed {}, ends {}: {}",
        trust.own(),
        trust.version(),
        format_time(trust.issued_at()),
        format_time(trust.expires()),
        issuers.join(", ")
    )]
}

pub(super) fn policy(policy: &Policy) -> Description {
    let mut lines = vec![format!(
        "policy version {}: {}, passes of at most {} days, tracing key {}",
        policy.version, policy.name, policy.max_validity_days, policy.tracing_key.id
    )];
    lines.push(format!(
        "  {} health questions; {} help desks; arrivals declare at {}",
        policy.questions.as_slice().len(),
        policy.desks.as_slice().len(),
        policy.declare.as_ref().map_or("no address", Text::as_str)
    ));
    for (id, class) in policy.places.as_map() {
        for (from, rules) in class.rules.as_map() {
            lines.push(place_rules(&dated("class", id, *from), rules));
        }
    }
    for (id, area) in policy.areas.as_map() {
        for (from, risk) in area.risks.as_map() {
            lines.push(format!(
                "{}: {} risk",
                dated("area", id, *from),
                risk.name()
            ));
        }
    }
    lines
}

fn dated(what: &str, id: &KebabName, from: Minute) -> String {
    match from {
        Minute(0) => format!("  {what} {id}"),
        from => format!("  {what} {id} from {}", format_time(from.start())),
    }
}

fn place_rules(of: &str, rules: &PlaceRules) -> String {
    let mut words = vec![format!("by hand {:?}", rules.without_code).to_lowercase()];
    let mut flag = |is: bool, what: &str| words.extend(is.then(|| what.to_owned()));
    flag(rules.special_place, "special place");
    flag(rules.temperature, "temperature taken");
    flag(rules.questionnaire, "questions asked");
    words.extend(rules.ways.iter().map(|way| way.name().to_owned()));
    let allowed: Vec<_> = rules.overridable.iter().map(|what| what.name()).collect();
    words.push(match allowed.as_slice() {
        [] => "a supervisor's badge allows nothing".to_owned(),
        allowed => format!("a supervisor's badge allows {}", allowed.join(", ")),
    });
    format!("{of}: {}", words.join("; "))
}

pub(super) fn receipt(receipt: &Receipt) -> String {
    format!(
        "the hub held {} records of device {}, epoch {}, in the hour {}; for batch {}, under \
         bundle {}, manifest {}",
        receipt.next_seq,
        receipt.device,
        receipt.epoch,
        format_time(receipt.at),
        receipt.batch,
        receipt.manifest.version,
        receipt.manifest.digest
    )
}

pub(super) fn manifest(manifest: &Manifest) -> Description {
    let AuditHead { entries, head } = manifest.audit;
    vec![
        format!(
            "manifest version {}, {} files, signed {}, fresh until {}, usable until {}",
            manifest.version,
            manifest.files.as_slice().len(),
            format_time(manifest.issued_at),
            format_time(manifest.fresh_until),
            format_time(manifest.hard_expiry)
        ),
        format!(
            "  the log of traces had {entries} entries, the newest {}",
            Digest(head)
        ),
    ]
}

pub(super) fn delta<R: ReadAt>(delta: &Delta<R>) -> Description {
    let [adds, removals, recolours] = delta.changes();
    vec![format!(
        "delta of the {} list of {}, version {} to {}: {adds} come, \
         {removals} go, {recolours} change colour",
        delta.head().kind.name(),
        delta.issuer(),
        delta.from_version(),
        delta.head().version
    )]
}

pub(super) fn list<R: ReadAt>(list: &List<R>) -> Description {
    let head = list.head();
    let records = match head.kind {
        ListKind::Status => "persons yellow or red",
        ListKind::Revocation => "passes revoked",
        ListKind::Identity => "persons yellow or red, by ID number",
    };
    vec![format!(
        "{} list of {}, version {}, as of {}: {} {records}",
        head.kind.name(),
        list.issuer(),
        head.version,
        format_time(head.as_of),
        head.count
    )]
}

pub(super) fn release(release: &ProgramRelease) -> Description {
    vec![
        format!("version {} for {}", release.version, release.target),
        format!("image {}, {} bytes", release.digest, release.length.get()),
        format!("signed {}", format_time(release.at)),
    ]
}
