//! `publish`: a signed bundle in a directory. The manifest comes last, when everything that it names is
//! on disk and was verified as a device would.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    Colour, FileRole, IssuerId, Kind, List, Listing, Manifest, PassNumber, Revocation, SubjectTag,
    Timestamp, TrustList, VerifiedBundle,
    bundle::{Intake, Versions},
    list::{ListKind, ListPlan, WriteError, write_revocation, write_status},
};

use crate::{
    Context,
    bundle_dir::BundleDir,
    clock,
    error::{Error, at},
    files::{self, random},
    home::{Home, SigningKey},
    signing,
    store::Store,
};

/// Salts to try; two persons share a hash under one in thousands of years.
const TRIES: usize = 8;
/// Largest list of another region, in bytes.
const MAX_LIST: u64 = 1 << 31;

/// What `publish` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory to write to: the hub's, or a USB stick's.
    dir: PathBuf,
}

/// Bytes of a file of the bundle, and how many records it holds.
type Parts = BTreeMap<FileRole, (Vec<u8>, u64)>;

/// What the store says now.
struct Content {
    persons: Vec<SubjectTag>,
    numbers: Vec<PassNumber>,
    listed: BTreeMap<SubjectTag, Colour>,
    revoked: Vec<PassNumber>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let (home, now) = (context.home()?, context.now);
    let _lock = home.lock()?;
    let store = home.store()?;
    let roots = home.roots()?;
    let (trust_bytes, trust) = signing::trust_list(&home, &store, &roots.newest, now)?;
    let policy_bytes = signing::policy(&home, &store)?;
    let (fresh_until, hard_expiry) = home.policy()?.lifetime(now, &home.policy_path())?;
    store.keep_signed(signing::TRUST_LIST, &trust_bytes)?;
    store.keep_signed(signing::POLICY, &policy_bytes)?;
    let version = store.next_bundle(now)?;
    let before = store.published()?;

    let content = Content::read(&store)?;
    let mut parts = foreign_lists(&home, &trust, &before, now)?;
    parts.extend(own_lists(&home, &content, version, now)?);
    parts.insert(FileRole::TrustList, (trust_bytes.bytes, 0));
    parts.insert(FileRole::Policy, (policy_bytes.bytes, 0));
    for (version, bytes) in &roots.files {
        parts.insert(FileRole::Root(*version), (bytes.clone(), 0));
    }

    let dir = BundleDir::create(&args.dir)?;
    let files = parts
        .iter()
        .map(|(role, (bytes, records))| dir.add(*role, bytes, *records))
        .collect::<Result<Vec<_>, _>>()?;
    let manifest = Manifest {
        version,
        issued_at: now,
        fresh_until,
        hard_expiry,
        files: files.try_into().map_err(|_| Error::Values {
            path: home.lists_dir(),
            why: "a bundle holds at most 2048 files: remove some lists",
        })?,
    };
    let manifest = home
        .signer(SigningKey::Bundle)?
        .sign(Kind::Manifest, &manifest);
    let bundle = VerifiedBundle::verify(&roots.first, &manifest, &dir, Intake::New(&before), now)?;
    content.compare(&bundle, trust.own())?;
    dir.swap(&manifest)?;
    store.bundle_published(version, &newest(before, bundle.versions()))?;

    println!(
        "bundle {version} in {}: fresh until {}, usable until {}",
        args.dir.display(),
        clock::show(fresh_until),
        clock::show(hard_expiry)
    );
    println!(
        "trust list {}, policy {}, {} lists; {} persons yellow or red, {} passes revoked",
        bundle.trust().version(),
        bundle.policy().version,
        bundle.lists().count(),
        content.listed.len(),
        content.revoked.len()
    );
    println!(
        "tested {} enrolled persons and {} passes: 0 false",
        content.persons.len(),
        content.numbers.len()
    );
    Ok(())
}

impl Content {
    fn read(store: &Store) -> Result<Self, Error> {
        Ok(Self {
            persons: store.persons()?,
            numbers: store.numbers()?,
            listed: store.statuses()?.into_iter().collect(),
            revoked: store.revoked()?,
        })
    }

    /// Asks the written lists about everyone, as a device would.
    fn compare<F: gatepost_pass::ReadAt>(
        &self,
        bundle: &VerifiedBundle<F>,
        own: IssuerId,
    ) -> Result<(), Error> {
        let status = bundle.list(ListKind::Status, own);
        let revocation = bundle.list(ListKind::Revocation, own);
        let right_colour = |tag: &SubjectTag| {
            let expected = self
                .listed
                .get(tag)
                .map_or(Listing::NotListed, |colour| Listing::Listed(*colour));
            status.is_some_and(|list| list.status(tag).is_ok_and(|found| found == expected))
        };
        let right_revocation = |number: &PassNumber| {
            let expected = match self.revoked.binary_search(number) {
                Ok(_) => Revocation::Revoked,
                Err(_) => Revocation::Valid,
            };
            revocation
                .is_some_and(|list| list.revocation(number).is_ok_and(|found| found == expected))
        };
        let persons = self.persons.iter().chain(self.listed.keys());
        let wrong = persons.filter(|tag| !right_colour(tag)).count()
            + self
                .numbers
                .iter()
                .filter(|number| !right_revocation(number))
                .count();
        match wrong {
            0 => Ok(()),
            wrong => Err(Error::FalseAnswers(wrong)),
        }
    }
}

/// The own status and revocation lists, under a salt by which nobody is taken for someone else.
fn own_lists(home: &Home, content: &Content, version: u64, now: Timestamp) -> Result<Parts, Error> {
    let signer = home.signer(SigningKey::Lists)?;
    let unlisted = |tag: &&SubjectTag| !content.listed.contains_key(tag);
    let mut written = Err(WriteError::Collision);
    let mut plan = ListPlan {
        version,
        as_of: now,
        salt: [0; 16],
    };
    for _ in 0..TRIES {
        plan.salt = random()?;
        let listed = content.listed.iter().map(|(tag, colour)| (*tag, *colour));
        let enrolled = content.persons.iter().filter(unlisted).copied();
        written = write_status(&signer, plan, listed, enrolled);
        if !matches!(written, Err(WriteError::Collision)) {
            break;
        }
    }
    let revoked = write_revocation(&signer, plan, content.revoked.iter().copied())?;
    let role = |kind| FileRole::List(kind, signer.issuer);
    Ok(Parts::from([
        (
            role(ListKind::Status),
            (written?, content.listed.len() as u64),
        ),
        (
            role(ListKind::Revocation),
            (revoked, content.revoked.len() as u64),
        ),
    ]))
}

/// Lists of other regions in `lists/`, the newest of each. One that can't be used is named and left out,
/// so that a neighbour's fault never holds up the own red list; devices then say that the list is missing.
fn foreign_lists(
    home: &Home,
    trust: &TrustList,
    before: &Versions,
    now: Timestamp,
) -> Result<Parts, Error> {
    let dir = home.lists_dir();
    let mut newest: BTreeMap<FileRole, u64> = BTreeMap::new();
    let mut parts = Parts::new();
    for entry in dir.read_dir().map_err(at("read", &dir))? {
        let path = entry.map_err(at("read", &dir))?.path();
        let (role, version, records) = match usable(&path, trust, before, now) {
            Ok(found) => found,
            Err(why) => {
                eprintln!("warning: {} is left out: {why}", path.display());
                continue;
            }
        };
        if newest.get(&role).is_none_or(|other| *other < version) {
            newest.insert(role, version);
            parts.insert(role, (files::read(&path, MAX_LIST)?, records));
        }
    }
    Ok(parts)
}

/// Role, version and count of a list of another region.
fn usable(
    path: &Path,
    trust: &TrustList,
    before: &Versions,
    now: Timestamp,
) -> Result<(FileRole, u64, u64), String> {
    let file = File::open(path).map_err(|why| why.to_string())?;
    let list = List::open(file, trust, now).map_err(|why| why.to_string())?;
    let (kind, issuer, version) = (list.head().kind, list.issuer(), list.head().version);
    if issuer == trust.own() {
        return Err("it is of this authority, whose lists are made anew".to_owned());
    }
    if list.head().as_of > now {
        return Err("it is dated later than now: its signer's clock is wrong".to_owned());
    }
    let have = before.lists.get(&(kind, issuer));
    if have.is_some_and(|have| version < *have) {
        return Err(format!(
            "version {version} is older than what was published"
        ));
    }
    Ok((FileRole::List(kind, issuer), version, list.head().count))
}

/// What was published, with lists that are missing this time still remembered.
fn newest(before: Versions, now: Versions) -> Versions {
    let mut lists = before.lists;
    lists.extend(now.lists);
    Versions { lists, ..now }
}
