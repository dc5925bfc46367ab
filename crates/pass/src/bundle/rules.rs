//! All of a bundle but its lists, checked: [`Rules`].

use std::collections::BTreeMap;

use super::{
    error::BundleError,
    files::{BundleFiles, find, small},
    manifest::{FileEntry, FileRole, Manifest, ManifestId, SignedVersion, Versions, check_roles},
};
use crate::{
    digest::Digest,
    document_error::DocumentError,
    envelope::{Envelope, EnvelopeError, MAX_FILE},
    key::PublicKey,
    kind::Kind,
    policy::Policy,
    time::Timestamp,
    trust::{Floors, Root, TrustList},
    verify::{Claims, verify_envelope},
};

/// How much later than its manifest a file of a bundle may be signed, and a manifest than it comes,
/// in seconds: clocks differ.
pub const SLACK: u64 = 3600;

impl Claims for Policy {
    const KINDS: &'static [Kind] = &[Kind::Policy];
}

/// Whether a bundle is being taken in, or was taken in before and is loaded again.
#[derive(Clone, Copy, Debug)]
pub enum Intake<'a> {
    /// A new bundle: it must not go back from what the device holds, nor be expired.
    New(&'a Versions),
    /// The installed bundle: it may have expired since.
    Installed,
    /// The same, by the device that checked every byte when it was new: lists are opened by
    /// [`List::reopen`](crate::List::reopen), in a time that does not grow with them. What has
    /// rotted since is an error of the look-up that meets it; a list that no longer opens is among
    /// [`VerifiedBundle::unopened`](super::VerifiedBundle::unopened), and the others answer. What
    /// somebody wrote there instead is not found: whoever can do that can put a whole older bundle
    /// back too.
    Reopened,
}

/// Everything of a bundle but its lists: whom to trust, what it names, how to decide.
#[derive(Debug)]
pub struct Rules {
    root: Root,
    trust: TrustList,
    manifest: Manifest,
    manifest_id: ManifestId,
    manifest_key: PublicKey,
    policy: Policy,
    policy_key: PublicKey,
    pins: Option<Vec<u8>>,
}

impl Rules {
    /// Checks roots, trust list, manifest and policy, starting at a root that the device trusts:
    /// the pinned one for the installed bundle, and the one that was used last for a new bundle.
    /// (Starting at the pinned one there would bring revoked root keys back when newer roots are
    /// left out.)
    pub fn verify<F: BundleFiles>(
        from: &Root,
        manifest: &[u8],
        files: &F,
        intake: Intake<'_>,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        let digest = Digest::of(manifest);
        let envelope = Envelope::parse_kind(Kind::Manifest, manifest, MAX_FILE)?;
        // Nothing of this is believed yet; it only says where to look.
        let claimed: Manifest = envelope.peek().map_err(EnvelopeError::from)?;
        let entries = claimed.files.as_slice();
        check_roles(entries)?;
        let root = walk_roots(from, entries, files)?;
        let trust = TrustList::verify(&root, &small(files, find(entries, FileRole::TrustList)?)?)?;
        let signed_at = signing_time(&claimed, &intake, now);
        let document = |role| move |why| BundleError::Document { role, why };
        let manifest = verify_envelope::<Manifest>(&envelope, &trust, signed_at)
            .map_err(document("manifest"))?;
        let policy = small(files, find(entries, FileRole::Policy)?)?;
        let policy = Envelope::parse_kind(Kind::Policy, &policy, MAX_FILE)
            .map_err(DocumentError::from)
            .and_then(|envelope| verify_envelope::<Policy>(&envelope, &trust, signed_at))
            .map_err(document("policy"))?;
        if trust.issued_at() > manifest.claims().issued_at.plus(SLACK) {
            return Err(BundleError::LaterThanManifest("trust list"));
        }
        check_floors(trust.floors(), policy.claims(), manifest.claims())?;
        let pins = entries.iter().find(|entry| entry.role == FileRole::Pins);
        let rules = Self {
            root,
            trust,
            manifest_id: ManifestId {
                version: manifest.claims().version,
                digest,
            },
            manifest: manifest.claims().clone(),
            manifest_key: manifest.key(),
            policy: policy.claims().clone(),
            policy_key: policy.key(),
            pins: pins.map(|entry| small(files, entry)).transpose()?,
        };
        if let Intake::New(have) = intake {
            rules.check_new(have, now)?;
        }
        Ok(rules)
    }

    /// A new bundle goes back in nothing, and is not over.
    fn check_new(&self, have: &Versions, now: Timestamp) -> Result<(), BundleError> {
        let found = self.manifest.version;
        let binding = |have: Option<SignedVersion>| have?.binding(&self.trust, self.trust.own());
        // Every bundle has a version of its own: the same one with other contents goes back too.
        if let Some(have) = binding(have.manifest)
            && found <= have
        {
            return Err(BundleError::Rollback {
                what: "manifest",
                have,
                found,
            });
        }
        no_rollback("trust list", Some(have.trust_list), self.trust.version())?;
        no_rollback("policy", binding(have.policy), self.policy.version)?;
        if now >= self.manifest.hard_expiry {
            return Err(BundleError::Expired);
        }
        Ok(())
    }

    /// Its own versions, but those of its lists.
    pub(super) fn versions(&self) -> Versions {
        Versions {
            trust_list: self.trust.version(),
            manifest: Some(SignedVersion {
                number: self.manifest.version,
                key: self.manifest_key,
            }),
            policy: Some(SignedVersion {
                number: self.policy.version,
                key: self.policy_key,
            }),
            lists: BTreeMap::new(),
        }
    }

    /// When the root or the trust list ends, whichever is first.
    pub fn trust_ends(&self) -> Timestamp {
        self.root.expires().min(self.trust.expires())
    }

    /// The newest root.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Whose signatures are valid.
    pub fn trust(&self) -> &TrustList {
        &self.trust
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Which manifest that is.
    pub fn manifest_id(&self) -> ManifestId {
        self.manifest_id
    }

    /// The rules of this checkpoint.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What PINs of badges are checked against, sealed; none where the bundle has no such file.
    pub fn pins(&self) -> Option<&[u8]> {
        self.pins.as_deref()
    }
}

/// The time at which the keys of a bundle are judged.
///
/// A new bundle: now, or its own time when the clock is behind that (a dead battery says 1970; a
/// forger gains nothing by a later time). An installed one: when it was signed, so that it still
/// loads when its keys have run out since; it ages by its own expiry. Lists of other issuers are
/// judged at the time of the manifest that names them.
fn signing_time(claimed: &Manifest, intake: &Intake<'_>, now: Timestamp) -> Timestamp {
    match intake {
        Intake::New(_) => now.max(claimed.issued_at),
        Intake::Installed | Intake::Reopened => claimed.issued_at,
    }
}

/// Policy and manifest give themselves no more than the roots allow.
fn check_floors(floors: &Floors, policy: &Policy, manifest: &Manifest) -> Result<(), BundleError> {
    let fresh = manifest.fresh_until.since(manifest.issued_at);
    let usable = manifest.hard_expiry.since(manifest.issued_at);
    let looser = floors
        .looser(policy)
        .or_else(|| floors.longer(fresh, usable));
    looser.map_or(Ok(()), |rule| Err(BundleError::Looser(rule)))
}

/// An older version than the device holds is refused.
pub(super) fn no_rollback(
    what: &'static str,
    have: Option<u64>,
    found: u64,
) -> Result<(), BundleError> {
    match have {
        Some(have) if found < have => Err(BundleError::Rollback { what, have, found }),
        Some(_) | None => Ok(()),
    }
}

fn walk_roots<F: BundleFiles>(
    pinned: &Root,
    entries: &[FileEntry],
    files: &F,
) -> Result<Root, BundleError> {
    let mut root = pinned.clone();
    for entry in entries {
        if let FileRole::Root(version) = entry.role
            && version > root.version()
        {
            root = root.advance(&small(files, entry)?)?;
        }
    }
    Ok(root)
}
