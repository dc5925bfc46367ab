//! `inspect`: what a code, a file or a bundle is, in words, and whether it is valid in this region.
//!
//! Secrets are named, never shown.

mod describe;

use std::{
    error::Error,
    fs::File,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    Digest, Document, Kind, List, ListError, Manifest, Policy, ProgramRelease, Root, Signer,
    Timestamp, TrustError, TrustList, VerifiedBundle,
    bundle::Intake,
    document::TEXT_PREFIX,
    envelope::{Envelope, EnvelopeError, MAX_FILE},
    list::{Delta, DeltaError},
    trust::{Part, Proposal},
    verify::verify_envelope,
};
use gatepost_protocol::{
    Answer, BatchError, DeviceRequest, Enrolment, Receipt, VerifiedBatch, WipeOrder,
    device::{device_id, verify_certificate},
};
use gatepost_system::chain;
use gatepost_system::clock::format_time;
use gatepost_system::files::{self, Action, FileError};
use gatepost_system::say;

use self::describe::Description;
use crate::{
    age, bundle_dir::BundleDir, context::Context, home::Roots, key_files::PublicKeyFile,
    online_key::TokenKey, proposal_words, signed_files,
};

/// Arguments of `inspect`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A code's text, a file, or the directory of a bundle.
    #[arg(value_name = "TEXT|FILE|DIR")]
    what: String,
}

/// Neither a code nor a file of Gatepost.
#[derive(Debug, thiserror::Error)]
#[error("{} is nothing that Gatepost knows", .0.display())]
struct Unrecognised(PathBuf);

/// Inspects things, and checks their signatures against this region's trust.
struct Inspector {
    roots: Roots,
    trust: TrustList,
    now: Timestamp,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let roots = home.roots()?;
    let register = home.register()?;
    let trust = signed_files::trust_list(&home, &register, &roots.newest, context.now)?.list;
    let inspector = Inspector {
        roots,
        trust,
        now: context.now,
    };
    let path = Path::new(&args.what);
    let lines = if args.what.starts_with(TEXT_PREFIX) {
        inspector.code(&args.what)?
    } else if path.is_dir() {
        inspector.bundle(path)?
    } else {
        inspector.file(path)?
    };
    lines.iter().for_each(|line| say!("{line}"));
    Ok(())
}

impl Inspector {
    fn file(&self, path: &Path) -> Result<Description, Box<dyn Error>> {
        let open = || File::open(path).map_err(FileError::at(Action::Read, path));
        let file = open()?;
        match List::open(file, &self.trust, self.now) {
            Ok(list) => return Ok(describe::list(&list)),
            Err(ListError::NotAList) => {}
            Err(why) => return Ok(vec![format!("a list that is not valid: {}", chain(&why))]),
        }
        let file = open()?;
        match Delta::open(file, &self.trust, self.now) {
            Ok(delta) => return Ok(describe::delta(&delta)),
            Err(DeltaError::Damaged(_) | DeltaError::Read(_)) => {}
            Err(why) => return Ok(vec![format!("a delta that is not valid: {}", chain(&why))]),
        }
        let bytes = files::read(path, MAX_FILE)?;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            if text.starts_with(TEXT_PREFIX) {
                return Ok(self.code(text.trim_end_matches(['\r', '\n']))?);
            }
            if let Ok(part) = text.parse::<Part>() {
                let key = part.key();
                return Ok(vec![format!(
                    "a part of a proposal, by root key {key}; unchecked"
                )]);
            }
            if let Some(key) = TokenKey::parse(text) {
                let (token, public) = (&key.place.token, key.public);
                return Ok(vec![format!(
                    "key {} of {}, in the token {token}; its public key is {public}",
                    key.id.0, key.issuer
                )]);
            }
            if let Ok(signer) = text.parse::<Signer>() {
                return Ok(vec![format!(
                    "a SECRET key of {}, number {}; its public key is {}",
                    signer.issuer,
                    signer.key.0,
                    signer.secret.public()
                )]);
            }
            if let Some(key) = PublicKeyFile::parse(text) {
                let (issuer, id) = (key.issuer, key.id.0);
                return Ok(vec![format!("public key {id} of {issuer}: {}", key.key)]);
            }
        }
        self.binary(&bytes)
            .ok_or_else(|| Unrecognised(path.to_owned()).into())
    }

    /// Files that are not text. Formats without a magic number are recognised by parsing all of
    /// them.
    fn binary(&self, bytes: &[u8]) -> Option<Description> {
        if let Ok(proposal) = Proposal::parse(bytes) {
            return Some(proposal_words::describe(&proposal));
        }
        if age::is_sealed(bytes) {
            return Some(vec!["a secret that is sealed by a passphrase".to_owned()]);
        }
        if let Ok(request) = DeviceRequest::verify(bytes) {
            let by = match &request.by {
                Some(by) => format!("by enrolment code {}", by.code),
                None => "without an enrolment code: whoever brings it vouches for it".to_owned(),
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
            Ok(batch) => return Some(describe::batch(&batch)),
            Err(BatchError::Format(_)) => {}
            Err(why) => return Some(vec![format!("a batch that is not valid: {}", chain(&why))]),
        }
        if let Ok(root) = Root::pin(bytes) {
            return Some(self.root(&root, bytes));
        }
        match TrustList::verify(&self.roots.newest, bytes) {
            Ok(trust) => return Some(describe::trust(&trust)),
            Err(TrustError::Format { .. }) => {}
            Err(why) => {
                let why = chain(&why);
                return Some(vec![format!("a trust list that is not valid: {why}")]);
            }
        }
        let envelope = Envelope::parse(bytes, MAX_FILE).ok()?;
        Some(self.envelope(&envelope, bytes))
    }

    fn envelope(&self, envelope: &Envelope, bytes: &[u8]) -> Description {
        let (trust, now) = (&self.trust, self.now);
        let what = format!("a {} of {}", envelope.kind().name(), envelope.issuer());
        let described = match envelope.kind() {
            Kind::Manifest => verify_envelope::<Manifest>(envelope, trust, now)
                .map(|manifest| describe::manifest(manifest.claims())),
            Kind::Policy => verify_envelope::<Policy>(envelope, trust, now)
                .map(|policy| describe::policy(policy.claims())),
            Kind::Receipt => {
                Receipt::verify(bytes, trust, now).map(|receipt| vec![describe::receipt(&receipt)])
            }
            Kind::ProgramRelease => verify_envelope::<ProgramRelease>(envelope, trust, now)
                .map(|release| describe::release(release.claims())),
            Kind::WipeOrder => {
                return match WipeOrder::verify(bytes, trust) {
                    Ok(order) => vec![
                        format!("{what}, signature right"),
                        format!(
                            "device {} shall wipe itself, given {}",
                            order.device,
                            format_time(order.at)
                        ),
                    ],
                    Err(why) => vec![what, format!("not valid here: {}", chain(&why))],
                };
            }
            Kind::DeviceCertificate => {
                return vec![what, self.certificate(bytes)];
            }
            _ => Document::from_bytes(bytes)
                .map_err(Into::into)
                .and_then(|document| gatepost_pass::verify(&document, trust, now))
                .map(|document| describe::document(&document)),
        };
        match described {
            Ok(lines) => [vec![format!("{what}, signature right")], lines].concat(),
            Err(why) => vec![what, format!("not valid here: {}", chain(&why))],
        }
    }

    fn code(&self, text: &str) -> Result<Description, EnvelopeError> {
        let document = Document::from_text(text)?;
        let what = format!("a {} of {}", document.kind().name(), document.issuer());
        Ok(
            match gatepost_pass::verify(&document, &self.trust, self.now) {
                Ok(verified) => [
                    vec![format!("{what}, signature right")],
                    describe::document(&verified),
                ]
                .concat(),
                Err(why) => vec![what, format!("not valid here: {}", chain(&why))],
            },
        )
    }

    fn bundle(&self, path: &Path) -> Result<Description, Box<dyn Error>> {
        let dir = BundleDir::at(path)?;
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
        lines.extend(describe::manifest(bundle.manifest()));
        lines.extend(describe::trust(bundle.trust()));
        lines.extend(describe::policy(bundle.policy()));
        lines.extend(bundle.lists().flat_map(describe::list));
        Ok(lines)
    }

    fn enrolment(&self, enrolment: &Enrolment) -> Description {
        let root = match Root::pin(&enrolment.root) {
            Ok(root) => self.root(&root, &enrolment.root),
            Err(why) => vec![format!("its root is not valid: {}", chain(&why))],
        };
        let hub = describe::hub(enrolment.hub.as_ref());
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
                format_time(certificate.from),
                format_time(certificate.until)
            ),
            Err(why) => format!("its certificate is not valid here: {}", chain(&why)),
        }
    }

    fn root(&self, root: &Root, bytes: &[u8]) -> Description {
        let ours = self.roots.files.iter().any(|(_, ours)| ours == bytes);
        vec![format!(
            "root version {} with {} keys, ends {}, {}; fingerprint {}",
            root.version(),
            root.keys().len(),
            format_time(root.expires()),
            if ours {
                "this authority's"
            } else {
                "NOT this authority's"
            },
            Digest::of(bytes)
        )]
    }
}
