//! A bundle of which everything was checked: its rules and its lists.

use std::collections::BTreeMap;

use super::{
    error::BundleError,
    files::{BundleFiles, check_digest, check_length},
    freshness::Freshness,
    manifest::{FileEntry, FileRole, Manifest, SignedVersion, Versions},
    rules::{Intake, Rules, SLACK, no_rollback},
};
use crate::{
    ids::IssuerId,
    list::{List, ListKind, ReadAt},
    policy::Policy,
    time::Timestamp,
    trust::{Root, TrustList},
};

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
        for entry in self.rules.manifest().files.as_slice() {
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

    /// Whose signatures are valid.
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

    /// What PINs of badges are checked against: see [`Rules::pins`].
    pub fn pins(&self) -> Option<&[u8]> {
        self.rules.pins()
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

    /// How old what is known of an issuer is: the worst of the manifest and that issuer's lists. A
    /// new manifest around an old list is not fresh.
    pub fn freshness_of(&self, issuer: IssuerId, now: Timestamp) -> Freshness {
        let own = self.lists.values().filter(|list| list.issuer() == issuer);
        let lists = own.map(|list| self.list_freshness(list, now));
        lists.fold(self.manifest_freshness(now), Freshness::max)
    }

    /// Of the manifest, and of those that vouch for it: under a root or a trust list that has ended
    /// nothing is fresh any more.
    fn manifest_freshness(&self, now: Timestamp) -> Freshness {
        if now >= self.rules.trust_ends() {
            Freshness::Expired
        } else {
            self.aged(self.manifest().issued_at, now)
        }
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

    /// What a device that had these versions has once it has installed this. What is not in this
    /// bundle is remembered as it was: a list that it leaves out can't come back older later.
    pub fn versions_after(&self, have: &Versions) -> Versions {
        let mut lists = have.lists.clone();
        lists.extend(self.lists.iter().map(|(name, list)| {
            let number = list.head().version;
            let key = list.signed_by();
            (*name, SignedVersion { number, key })
        }));
        Versions {
            lists,
            ..self.rules.versions()
        }
    }

    /// Versions of everything in it.
    pub fn versions(&self) -> Versions {
        self.versions_after(&Versions::default())
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
            List::open(reader, rules.trust(), rules.manifest().issued_at)
        }
        Intake::Reopened => List::reopen(reader, rules.trust(), rules.manifest().issued_at),
    };
    let list = list.map_err(|why| BundleError::List { kind, issuer, why })?;
    let head = list.head();
    if head.as_of > rules.manifest().issued_at.plus(SLACK) {
        return Err(BundleError::LaterThanManifest("list"));
    }
    if (head.kind, list.issuer(), head.count) != (kind, issuer, entry.records) {
        return Err(BundleError::Disagree { kind, issuer });
    }
    if let Intake::New(have) = intake {
        let have = have.lists.get(&(kind, issuer));
        let binding = have.and_then(|have| have.binding(rules.trust(), issuer));
        no_rollback("list", binding, head.version)?;
    }
    Ok(list)
}
