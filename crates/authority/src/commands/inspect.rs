//! `inspect`: what a code, a file or a bundle is, in words, and whether it counts in this region.
//!
//! Secrets are named, never shown.

use std::{fs::File, path::Path};

use gatepost_pass::{
    Badge, BadgeRole, Digest, Document, Kind, List, ListError, Manifest, Policy, ReadAt, Root,
    Signer, Site, Text, Timestamp, TrustError, TrustList, VerifiedBundle, VerifiedDocument,
    bundle::Intake,
    document::TEXT_PREFIX,
    envelope::{Envelope, MAX_FILE},
    list::{Delta, DeltaError, ListKind},
    time::Minute,
    verify::verify_envelope,
};
use gatepost_protocol::{
    Answer, BatchError, DeviceRequest, Enrolment, Receipt, VerifiedBatch,
    device::{device_id, verify_certificate},
};

use super::public;
use crate::{
    Context,
    bundle_dir::BundleDir,
    clock::show,
    error::{Error, at},
    files,
    home::Roots,
    signing,
};

/// What `inspect` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A code's text, a file, or the directory of a bundle.
    #[arg(value_name = "TEXT|FILE|DIR")]
    what: String,
}

/// What the signatures are checked against.
struct Region {
    roots: Roots,
    trust: TrustList,
    now: Timestamp,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let roots = home.roots()?;
    let (_, trust) = signing::trust_list(&home, &home.store()?, &roots.newest, context.now)?;
    let region = Region {
        roots,
        trust,
        now: context.now,
    };
    let path = Path::new(&args.what);
    let lines = if args.what.starts_with(TEXT_PREFIX) {
        region.code(&args.what)?
    } else if path.is_dir() {
        region.bundle(path)?
    } else {
        region.file(path)?
    };
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

type Lines = Vec<String>;

impl Region {
    fn file(&self, path: &Path) -> Result<Lines, Error> {
        let file = File::open(path).map_err(at("read", path))?;
        match List::open(file, &self.trust, self.now) {
            Ok(list) => return Ok(describe_list(&list)),
            Err(ListError::NotAList) => {}
            Err(why) => return Ok(vec![format!("a list that does not count: {why}")]),
        }
        let file = File::open(path).map_err(at("read", path))?;
        match Delta::open(file, &self.trust, self.now) {
            Ok(delta) => return Ok(describe_delta(&delta)),
            Err(DeltaError::Damaged(_) | DeltaError::Read(_)) => {}
            Err(why) => return Ok(vec![format!("a delta that does not count: {why}")]),
        }
        let bytes = files::read(path, MAX_FILE as u64)?;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            if text.starts_with(TEXT_PREFIX) {
                return self.code(text.trim_end_matches(['\r', '\n']));
            }
            if let Ok(signer) = text.parse::<Signer>() {
                return Ok(vec![format!(
                    "a SECRET key of {}, number {}; its public key is {}",
                    signer.issuer,
                    signer.key.0,
                    signer.secret.public()
                )]);
            }
            if let Ok(key) = public::read(path) {
                let (issuer, id) = (key.issuer, key.id.0);
                return Ok(vec![format!("public key {id} of {issuer}: {}", key.key)]);
            }
        }
        self.binary(&bytes)
            .ok_or_else(|| Error::Unknown(path.display().to_string()))
    }

    /// Files of bytes. Those without a number in front are recognised by their whole form.
    fn binary(&self, bytes: &[u8]) -> Option<Lines> {
        if let Ok(request) = DeviceRequest::verify(bytes) {
            let by = match &request.by {
                Some(by) => format!("by enrolment code {}", by.code),
                None => "by no enrolment code: whoever brings it vouches for it".to_owned(),
            };
            return Some(vec![format!(
                "a request of device {} ({}), signed by itself, {by}",
                request.name,
                device_id(&request.key)
            )]);
        }
        if let Ok(enrolment) = Enrolment::from_bytes(bytes).or_else(|_| Answer::peek(bytes)) {
            return Some(self.enrolment(&enrolment));
        }
        match VerifiedBatch::verify(bytes, &self.trust, self.now) {
            Ok(batch) => return Some(describe_batch(&batch)),
            Err(BatchError::Format(_)) => {}
            Err(why) => return Some(vec![format!("a batch that does not count: {why}")]),
        }
        if let Ok(root) = Root::pin(bytes) {
            return Some(self.root(&root, bytes));
        }
        match TrustList::verify(&self.roots.newest, bytes) {
            Ok(trust) => return Some(describe_trust(&trust)),
            Err(TrustError::Format { .. }) => {}
            Err(why) => return Some(vec![format!("a trust list that does not count: {why}")]),
        }
        let envelope = Envelope::parse(bytes, MAX_FILE).ok()?;
        Some(self.envelope(&envelope, bytes))
    }

    fn envelope(&self, envelope: &Envelope, bytes: &[u8]) -> Lines {
        let (trust, now) = (&self.trust, self.now);
        let what = format!("a {} of {}", envelope.kind().name(), envelope.issuer());
        let described = match envelope.kind() {
            Kind::Manifest => verify_envelope::<Manifest>(envelope, trust, now)
                .map(|manifest| describe_manifest(manifest.claims())),
            Kind::Policy => verify_envelope::<Policy>(envelope, trust, now)
                .map(|policy| describe_policy(policy.claims())),
            Kind::Receipt => {
                Receipt::verify(bytes, trust, now).map(|receipt| vec![describe_receipt(&receipt)])
            }
            Kind::DeviceCertificate => {
                return vec![what, self.certificate(bytes)];
            }
            _ => Document::from_bytes(bytes)
                .map_err(Into::into)
                .and_then(|document| gatepost_pass::verify(&document, trust, now))
                .map(|document| describe_document(&document)),
        };
        match described {
            Ok(lines) => [vec![format!("{what}, signature right")], lines].concat(),
            Err(why) => vec![what, format!("does not count here: {why}")],
        }
    }

    fn code(&self, text: &str) -> Result<Lines, Error> {
        let document = Document::from_text(text)?;
        let what = format!("a {} of {}", document.kind().name(), document.issuer());
        Ok(
            match gatepost_pass::verify(&document, &self.trust, self.now) {
                Ok(verified) => [
                    vec![format!("{what}, signature right")],
                    describe_document(&verified),
                ]
                .concat(),
                Err(why) => vec![what, format!("does not count here: {why}")],
            },
        )
    }

    fn bundle(&self, path: &Path) -> Result<Lines, Error> {
        let dir = BundleDir::at(path);
        let manifest = dir.manifest()?;
        let bundle = VerifiedBundle::verify(
            &self.roots.first,
            &manifest,
            &dir,
            Intake::Installed,
            self.now,
        )?;
        let mut lines = vec![format!(
            "a bundle of {}, everything in it checked; {} at this time",
            bundle.trust().own(),
            bundle.freshness(self.now).name()
        )];
        lines.extend(describe_manifest(bundle.manifest()));
        lines.extend(describe_trust(bundle.trust()));
        lines.extend(describe_policy(bundle.policy()));
        lines.extend(bundle.lists().flat_map(describe_list));
        Ok(lines)
    }

    fn enrolment(&self, enrolment: &Enrolment) -> Lines {
        let root = match Root::pin(&enrolment.root) {
            Ok(root) => self.root(&root, &enrolment.root),
            Err(why) => vec![format!("its root does not count: {why}")],
        };
        let hub = match enrolment.hub.as_str() {
            "" => "none: served by USB stick".to_owned(),
            address => address.to_owned(),
        };
        [
            vec![
                "an enrolment file".to_owned(),
                self.certificate(&enrolment.certificate),
                format!("hub: {hub}"),
            ],
            root,
        ]
        .concat()
    }

    fn certificate(&self, bytes: &[u8]) -> String {
        match verify_certificate(bytes, &self.trust, self.now) {
            Ok(certificate) => format!(
                "certificate of device {} ({}), {} to {}",
                certificate.name,
                device_id(&certificate.key),
                show(certificate.from),
                show(certificate.until)
            ),
            Err(why) => format!("its certificate does not count here: {why}"),
        }
    }

    fn root(&self, root: &Root, bytes: &[u8]) -> Lines {
        let ours = self.roots.files.iter().any(|(_, ours)| ours == bytes);
        vec![format!(
            "root version {} with {} keys, {}; fingerprint {}",
            root.version(),
            root.keys().len(),
            if ours {
                "this authority's"
            } else {
                "NOT this authority's"
            },
            Digest::of(bytes)
        )]
    }
}

fn describe_document(document: &VerifiedDocument) -> Lines {
    match document {
        VerifiedDocument::Pass(pass) => {
            let claims = pass.claims();
            let mut lines = vec![format!(
                "number {}, {:?}, {} to {}",
                claims.number,
                claims.medium,
                show(claims.not_before.start()),
                show(claims.not_after.start())
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
                (Some(live), _) => format!("signed by its holder at {}", show(live.at)),
                (None, Some(_)) => "counts only as a live code of its holder's phone".to_owned(),
                (None, None) => "counts as it is, on paper or on a screen".to_owned(),
            });
            lines
        }
        VerifiedDocument::Place(place) => {
            let place = place.claims();
            named(
                "place",
                place.id.as_str(),
                place.name.as_str(),
                place.not_after,
            )
        }
        VerifiedDocument::Badge(badge) => describe_badge(badge.claims()),
        VerifiedDocument::Enrolment(code) => {
            let code = code.claims();
            let hub = code.hub.as_str();
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

fn named(what: &str, id: &str, name: &str, until: Minute) -> Lines {
    vec![format!(
        "{what} {id}: {name}, until {}",
        show(until.start())
    )]
}

fn describe_badge(badge: &Badge) -> Lines {
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

fn describe_batch(batch: &VerifiedBatch) -> Lines {
    let first = batch.records().first().map_or(0, |(record, ..)| record.seq);
    vec![format!(
        "a batch of device {} ({}): epoch {}, {} records from {first} on; signature and order right",
        batch.device_name(),
        batch.device(),
        batch.epoch(),
        batch.records().len()
    )]
}

fn describe_trust(trust: &TrustList) -> Lines {
    let issuers: Vec<String> = trust.issuers().map(|entry| entry.id.to_string()).collect();
    vec![format!(
        "trust list of {}, version {}, signed {}: {}",
        trust.own(),
        trust.version(),
        show(trust.issued_at()),
        issuers.join(", ")
    )]
}

fn describe_policy(policy: &Policy) -> Lines {
    let mut lines = vec![format!(
        "policy version {}: {}, risk {:?}, passes of at most {} days, tracing key {}",
        policy.version, policy.name, policy.risk, policy.max_validity_days, policy.tracing_key.id
    )];
    lines.push(format!(
        "  by hand: {:?}, after {} questions; temperature {}; {} help desks; arrivals declare at {}",
        policy.without_code,
        policy.questions.as_slice().len(),
        if policy.temperature { "taken" } else { "not taken" },
        policy.desks.as_slice().len(),
        policy.declare.as_ref().map_or("no address", Text::as_str)
    ));
    let allowed: Vec<String> = policy
        .overridable
        .iter()
        .map(|what| format!("{what:?}"))
        .collect();
    lines.push(match allowed.as_slice() {
        [] => "  a supervisor's badge allows nothing".to_owned(),
        allowed => format!("  a supervisor's badge allows {}", allowed.join(", ")),
    });
    lines
}

fn describe_receipt(receipt: &Receipt) -> String {
    format!(
        "the hub held {} records of device {}, epoch {}, at {}",
        receipt.next_seq,
        receipt.device,
        receipt.epoch,
        show(receipt.at)
    )
}

fn describe_manifest(manifest: &Manifest) -> Lines {
    vec![format!(
        "manifest version {}, {} files, signed {}, fresh until {}, usable until {}",
        manifest.version,
        manifest.files.as_slice().len(),
        show(manifest.issued_at),
        show(manifest.fresh_until),
        show(manifest.hard_expiry)
    )]
}

fn describe_delta<R: ReadAt>(delta: &Delta<R>) -> Lines {
    let [adds, removals, recolours] = delta.changes();
    vec![format!(
        "delta of the {} list of {}, version {} to {}: {adds} come, {removals} go, {recolours} change colour",
        delta.head().kind.name(),
        delta.issuer(),
        delta.from_version(),
        delta.head().version
    )]
}

fn describe_list<R: ReadAt>(list: &List<R>) -> Lines {
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
        show(head.as_of),
        head.count
    )]
}
