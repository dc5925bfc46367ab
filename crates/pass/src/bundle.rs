//! The bundle: one signed manifest, and the files it names by digest.
//!
//! Checking follows TUF's client workflow (specification section 5) in this order: roots one version at
//! a time, trust list, manifest signature, no rollback, expiry, policy, then every list. Only
//! [`VerifiedBundle::verify`] makes a [`VerifiedBundle`].

pub use crate::manifest::{FileEntry, FileRole, MAX_DELTAS, Manifest, Versions, files_named};

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};

use crate::{
    envelope::{Envelope, EnvelopeError, Kind, MAX_FILE},
    key::PublicKey,
    list::{List, ListError, ListKind, ReadAt},
    manifest::check_roles,
    policy::Policy,
    time::Timestamp,
    trust::{Root, TrustError, TrustList},
    verify::{Claims, DocumentError, verify_envelope},
    words::{Digest, IssuerId},
};

/// Largest list in a bundle: 2 GiB.
pub const MAX_LENGTH: u64 = 1 << 31;
/// How much later than its manifest a file of a bundle may be signed, in seconds: clocks differ.
const SLACK: u64 = 3600;

impl Claims for Policy {
    const KINDS: &'static [Kind] = &[Kind::Policy];
}

/// Reads the files of a bundle by digest. Implemented over a directory, a cache, memory.
pub trait BundleFiles {
    /// What a file is read through.
    type Reader: ReadAt;
    /// Opens the file of that digest.
    fn open(&self, digest: &Digest) -> io::Result<Self::Reader>;
}

/// Why a bundle does not count. The one before stays in use.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The manifest breaks the format.
    #[error("manifest: {0}")]
    Manifest(#[from] EnvelopeError),
    /// The manifest or the policy is not signed by the own authority.
    #[error("{role}: {why}")]
    Document {
        /// Which file.
        role: &'static str,
        /// Why.
        why: DocumentError,
    },
    /// A root or the trust list does not count.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A list does not count.
    #[error("{kind:?} list of {issuer}: {why}")]
    List {
        /// Which list.
        kind: ListKind,
        /// Whose.
        issuer: IssuerId,
        /// Why.
        why: ListError,
    },
    /// The manifest names files in a wrong order, or one role twice.
    #[error("manifest: files are out of order, or one stands in it twice")]
    Order,
    /// The manifest names more deltas of one list than anyone takes.
    #[error("manifest: it names more than {MAX_DELTAS} deltas of one list")]
    ManyDeltas,
    /// The manifest does not name a file that every bundle has.
    #[error("manifest: it names no {0}")]
    Missing(&'static str),
    /// A file can't be read.
    #[error("file {digest} can't be read: {why}")]
    File {
        /// Its name.
        digest: Digest,
        /// What the storage said.
        why: io::Error,
    },
    /// Signed later than the manifest that names it.
    #[error("the {0} is signed later than the manifest that names it: its signer's clock is wrong")]
    LaterThanManifest(&'static str),
    /// A file's bytes or length are not the ones that the manifest names.
    #[error("file {0} is not the one that the manifest names: copy the bundle again")]
    WrongFile(Digest),
    /// A list has another count, kind or issuer than the manifest says.
    #[error("the manifest and the {kind:?} list of {issuer} disagree")]
    Disagree {
        /// Which list.
        kind: ListKind,
        /// Whose.
        issuer: IssuerId,
    },
    /// Identity lists of which each would need a hash of its own.
    #[error("the identity list of {0} has another salt than the others here: leave it out")]
    Salts(IssuerId),
    /// An older version of something that the device already holds.
    #[error("{what} goes back from version {have} to {found}: refused")]
    Rollback {
        /// Manifest, trust list, policy or list.
        what: &'static str,
        /// The version here.
        have: u64,
        /// The version that came.
        found: u64,
    },
    /// Too old to be used at all.
    #[error("the bundle's last usable time is over: fetch a newer one")]
    Expired,
}

/// How old the installed bundle is, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Freshness {
    /// Within its fresh time.
    Fresh,
    /// Past its fresh time: works, warns, marks each passage.
    Stale,
    /// Past its last usable time.
    Expired,
}

crate::names! { Freshness { Fresh = "fresh", Stale = "stale", Expired = "expired" } }

/// Whether a bundle is being taken in, or was taken in before and is loaded again.
#[derive(Clone, Copy, Debug)]
pub enum Intake<'a> {
    /// A new bundle: it must not go back from what the device holds, nor be expired.
    New(&'a Versions),
    /// The installed bundle: it may have expired since.
    Installed,
    /// The same, by the device that checked every byte when it was new: lists are opened by
    /// [`List::reopen`], in a time that does not grow with them. What has rotted since is an error of the
    /// look-up that meets it; a list that no longer opens is among [`VerifiedBundle::unopened`], and the
    /// others answer. What somebody wrote there instead is not found: whoever can do that can put a
    /// whole older bundle back too.
    Reopened,
}

/// Everything of a bundle but its lists: whom to trust, what it names, how to decide.
#[derive(Debug)]
pub struct Rules {
    root: Root,
    trust: TrustList,
    manifest: Manifest,
    signed_by: PublicKey,
    policy: Policy,
}

impl Rules {
    /// Checks roots, trust list, manifest and policy, starting at a root that the device trusts: the
    /// pinned one for the installed bundle, and the one that was used last for a new bundle. (Starting
    /// at the pinned one there would bring revoked root keys back when newer roots are left out.)
    pub fn verify<F: BundleFiles>(
        from: &Root,
        manifest: &[u8],
        files: &F,
        intake: Intake<'_>,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        let envelope = Envelope::parse_kind(Kind::Manifest, manifest, MAX_FILE)?;
        // Nothing of this is believed yet; it only says where to look.
        let claimed: Manifest = envelope.peek().map_err(EnvelopeError::from)?;
        let entries = claimed.files.as_slice();
        check_roles(entries)?;
        let root = walk_roots(from, entries, files)?;
        let trust = TrustList::verify(&root, &small(files, find(entries, FileRole::TrustList)?)?)?;
        let signed_at = signing_time(&claimed, &intake, now);
        let document = |role| move |why| BundleError::Document { role, why };
        let header = &envelope.header;
        let (_, signed_by) = trust
            .key_for(header.issuer, header.key, Kind::Manifest, signed_at)
            .map_err(document("manifest"))?;
        let signed_by = *signed_by;
        let manifest = verify_envelope::<Manifest>(&envelope, &trust, signed_at)
            .map_err(document("manifest"))?
            .claims()
            .clone();
        let policy = small(files, find(entries, FileRole::Policy)?)?;
        let policy = Envelope::parse_kind(Kind::Policy, &policy, MAX_FILE)
            .map_err(DocumentError::from)
            .and_then(|envelope| verify_envelope::<Policy>(&envelope, &trust, signed_at))
            .map_err(document("policy"))?
            .claims()
            .clone();
        if trust.issued_at() > manifest.issued_at.plus(SLACK) {
            return Err(BundleError::LaterThanManifest("trust list"));
        }
        let rules = Self {
            root,
            trust,
            manifest,
            signed_by,
            policy,
        };
        if let Intake::New(have) = intake {
            rules.check_new(&rules.have(have), now)?;
        }
        Ok(rules)
    }

    /// What the device holds, as far as it still binds. A newer trust list that has dropped the key of
    /// the installed manifest starts all counts but its own anew: whoever stole that key could have
    /// signed the highest version there is, and nothing honest could ever follow (TUF, section 5.3.11).
    /// The thief gains nothing by it: only the roots sign trust lists.
    fn have(&self, have: &Versions) -> Versions {
        let own = self.trust.issuer(self.trust.own());
        let keys = own.map_or(&[][..], |own| own.keys.as_slice());
        let dropped = have
            .signed_by
            .is_some_and(|old| keys.iter().all(|entry| entry.key != old));
        if dropped && self.trust.version() > have.trust_list {
            Versions {
                trust_list: have.trust_list,
                ..Versions::default()
            }
        } else {
            have.clone()
        }
    }

    /// A new bundle goes back in nothing, and is not over.
    fn check_new(&self, have: &Versions, now: Timestamp) -> Result<(), BundleError> {
        let found = self.manifest.version;
        // Every bundle has a version of its own: the same one with other contents goes back too.
        if found <= have.manifest {
            return Err(BundleError::Rollback {
                what: "manifest",
                have: have.manifest,
                found,
            });
        }
        no_rollback("trust list", have.trust_list, self.trust.version())?;
        no_rollback("policy", have.policy, self.policy.version)?;
        if now >= self.manifest.hard_expiry {
            return Err(BundleError::Expired);
        }
        Ok(())
    }

    /// The newest root.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Whose signature counts.
    pub fn trust(&self) -> &TrustList {
        &self.trust
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The rules of this checkpoint.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// A bundle of which everything was checked.
#[derive(Debug)]
pub struct VerifiedBundle<R> {
    rules: Rules,
    lists: BTreeMap<(ListKind, IssuerId), List<R>>,
    unopened: BTreeMap<(ListKind, IssuerId), BundleError>,
}

impl<R: ReadAt> VerifiedBundle<R> {
    /// Checks a whole bundle; `from` as in [`Rules::verify`].
    pub fn verify<F: BundleFiles<Reader = R>>(
        from: &Root,
        manifest: &[u8],
        files: &F,
        intake: Intake<'_>,
        now: Timestamp,
    ) -> Result<Self, BundleError> {
        let rules = Rules::verify(from, manifest, files, intake, now)?;
        let mut bundle = Self {
            rules,
            lists: BTreeMap::new(),
            unopened: BTreeMap::new(),
        };
        bundle.open_lists(files, intake)?;
        Ok(bundle)
    }

    fn open_lists<F: BundleFiles<Reader = R>>(
        &mut self,
        files: &F,
        intake: Intake<'_>,
    ) -> Result<(), BundleError> {
        for entry in self.rules.manifest.files.as_slice() {
            let FileRole::List(kind, issuer) = entry.role else {
                continue;
            };
            let list = open_list(&self.rules, files, intake, (kind, issuer), entry);
            match list.and_then(|list| self.check_salt(list)) {
                Ok(list) => {
                    self.lists.insert((kind, issuer), list);
                }
                Err(why) if matches!(intake, Intake::Reopened) => {
                    self.unopened.insert((kind, issuer), why);
                }
                Err(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// A person is looked up by ID number in all identity lists with one hash, which takes a while.
    fn check_salt(&self, list: List<R>) -> Result<List<R>, BundleError> {
        let salts = self.identity_salt().into_iter();
        let mut others = salts.filter(|salt| *salt != list.head().salt);
        match (list.head().kind, others.next()) {
            (ListKind::Identity, Some(_)) => Err(BundleError::Salts(list.issuer())),
            _ => Ok(list),
        }
    }

    /// Everything but the lists.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The newest root.
    pub fn root(&self) -> &Root {
        self.rules.root()
    }

    /// Whose signature counts.
    pub fn trust(&self) -> &TrustList {
        self.rules.trust()
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        self.rules.manifest()
    }

    /// The rules of this checkpoint.
    pub fn policy(&self) -> &Policy {
        self.rules.policy()
    }

    /// A list, where the issuer has one.
    pub fn list(&self, kind: ListKind, issuer: IssuerId) -> Option<&List<R>> {
        self.lists.get(&(kind, issuer))
    }

    /// The salt of all identity lists here; none where there is no such list.
    pub fn identity_salt(&self) -> Option<[u8; 16]> {
        let heads = self.lists.values().map(List::head);
        let mut identity = heads.filter(|head| head.kind == ListKind::Identity);
        identity.next().map(|head| head.salt)
    }

    /// Lists that an installed bundle had and that no longer open: nothing can be said of whom they
    /// list. None of a bundle that was verified whole.
    pub fn unopened(&self) -> &BTreeMap<(ListKind, IssuerId), BundleError> {
        &self.unopened
    }

    /// All lists that open.
    pub fn lists(&self) -> impl Iterator<Item = &List<R>> {
        self.lists.values()
    }

    /// How old the whole is: the worst of the manifest and every list.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let lists = self
            .lists
            .values()
            .map(|list| self.list_freshness(list, now));
        lists.fold(self.manifest_freshness(now), Freshness::max)
    }

    /// How old what is known of an issuer is: the worst of the manifest and that issuer's lists. A new
    /// manifest around an old list is not fresh.
    pub fn freshness_of(&self, issuer: IssuerId, now: Timestamp) -> Freshness {
        let own = self.lists.values().filter(|list| list.issuer() == issuer);
        let lists = own.map(|list| self.list_freshness(list, now));
        lists.fold(self.manifest_freshness(now), Freshness::max)
    }

    fn manifest_freshness(&self, now: Timestamp) -> Freshness {
        self.aged(self.manifest().issued_at, now)
    }

    fn list_freshness(&self, list: &List<R>, now: Timestamp) -> Freshness {
        self.aged(list.head().as_of, now)
    }

    /// Something signed then, by the spans that the manifest gives itself.
    fn aged(&self, signed: Timestamp, now: Timestamp) -> Freshness {
        let Manifest {
            issued_at,
            fresh_until,
            hard_expiry,
            ..
        } = self.manifest();
        if now >= signed.plus(hard_expiry.since(*issued_at)) {
            Freshness::Expired
        } else if now >= signed.plus(fresh_until.since(*issued_at)) {
            Freshness::Stale
        } else {
            Freshness::Fresh
        }
    }

    /// Versions of everything in it.
    pub fn versions(&self) -> Versions {
        Versions {
            manifest: self.manifest().version,
            trust_list: self.trust().version(),
            policy: self.policy().version,
            lists: self
                .lists
                .iter()
                .map(|(key, list)| (*key, list.head().version))
                .collect(),
            signed_by: Some(self.rules.signed_by),
        }
    }
}

/// The time at which the keys of a bundle are judged.
///
/// A new bundle: now, or its own time when the clock is behind that (a dead battery says 1970; a
/// forger gains nothing by a later time). An installed one: when it was signed, so that it still loads
/// when its keys have run out since; it ages by its own expiry. Lists of other issuers are judged at
/// the time of the manifest that names them.
fn signing_time(claimed: &Manifest, intake: &Intake<'_>, now: Timestamp) -> Timestamp {
    match intake {
        Intake::New(_) => now.max(claimed.issued_at),
        Intake::Installed | Intake::Reopened => claimed.issued_at,
    }
}

fn no_rollback(what: &'static str, have: u64, found: u64) -> Result<(), BundleError> {
    if found < have {
        Err(BundleError::Rollback { what, have, found })
    } else {
        Ok(())
    }
}

fn find(entries: &[FileEntry], role: FileRole) -> Result<&FileEntry, BundleError> {
    let name = match role {
        FileRole::TrustList => "trust list",
        FileRole::Policy => "policy",
        FileRole::Root(_) => "root",
        FileRole::List(..) => "list",
        FileRole::Delta { .. } => "delta",
    };
    entries
        .iter()
        .find(|entry| entry.role == role)
        .ok_or(BundleError::Missing(name))
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

/// A file that is read whole: its digest is checked.
fn small<F: BundleFiles>(files: &F, entry: &FileEntry) -> Result<Vec<u8>, BundleError> {
    let unreadable = |why| BundleError::File {
        digest: entry.digest,
        why,
    };
    if entry.length > MAX_FILE as u64 {
        return Err(BundleError::WrongFile(entry.digest));
    }
    let reader = files.open(&entry.digest).map_err(unreadable)?;
    if reader.length().map_err(unreadable)? != entry.length {
        return Err(BundleError::WrongFile(entry.digest));
    }
    let mut bytes = vec![0; entry.length as usize];
    reader.read_at(&mut bytes, 0).map_err(unreadable)?;
    if Digest::of(&bytes) == entry.digest {
        Ok(bytes)
    } else {
        Err(BundleError::WrongFile(entry.digest))
    }
}

fn open_list<F: BundleFiles>(
    rules: &Rules,
    files: &F,
    intake: Intake<'_>,
    (kind, issuer): (ListKind, IssuerId),
    entry: &FileEntry,
) -> Result<List<F::Reader>, BundleError> {
    let reader = files.open(&entry.digest).map_err(|why| BundleError::File {
        digest: entry.digest,
        why,
    })?;
    check_length(&reader, entry)?;
    let list = match intake {
        Intake::New(_) | Intake::Installed => {
            check_digest(&reader, entry)?;
            List::open(reader, &rules.trust, rules.manifest.issued_at)
        }
        Intake::Reopened => List::reopen(reader, &rules.trust, rules.manifest.issued_at),
    };
    let list = list.map_err(|why| BundleError::List { kind, issuer, why })?;
    let head = list.head();
    if head.as_of > rules.manifest.issued_at.plus(SLACK) {
        return Err(BundleError::LaterThanManifest("list"));
    }
    if (head.kind, list.issuer(), head.count) != (kind, issuer, entry.records) {
        return Err(BundleError::Disagree { kind, issuer });
    }
    if let Intake::New(have) = intake
        && let Some(have) = rules.have(have).lists.get(&(kind, issuer))
    {
        no_rollback("list", *have, head.version)?;
    }
    Ok(list)
}

fn check_length<R: ReadAt>(reader: &R, entry: &FileEntry) -> Result<(), BundleError> {
    let length = reader.length().map_err(|why| BundleError::File {
        digest: entry.digest,
        why,
    })?;
    if length == entry.length && length <= MAX_LENGTH {
        Ok(())
    } else {
        Err(BundleError::WrongFile(entry.digest))
    }
}

/// The bytes of a file of the right length against its name.
fn check_digest<R: ReadAt>(reader: &R, entry: &FileEntry) -> Result<(), BundleError> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut at = 0;
    while at < entry.length {
        let part = buffer.len().min((entry.length - at) as usize);
        reader
            .read_at(&mut buffer[..part], at)
            .map_err(|why| BundleError::File {
                digest: entry.digest,
                why,
            })?;
        hasher.update(&buffer[..part]);
        at += part as u64;
    }
    if hasher.finalize().as_bytes() == &entry.digest.0 {
        Ok(())
    } else {
        Err(BundleError::WrongFile(entry.digest))
    }
}
