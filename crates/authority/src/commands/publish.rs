//! `publish`: a signed bundle, made in the home, checked there as a device would, then copied to a
//! directory. The manifest comes last in both: killed at any point, the bundle before is in use.

use std::path::PathBuf;

use gatepost_pass::{
    FileRole, IssuerId, Kind, Manifest, ReadAt, VerifiedBundle,
    bundle::{FileEntry, Intake, Versions},
    list::ListKind,
};

use crate::{
    Context,
    bundle_dir::BundleDir,
    clock,
    deltas::{self, Chain},
    error::Error,
    foreign,
    home::{Home, Roots, SigningKey},
    own_lists::{Lists, OwnLists, Salt},
    signing,
    store::{Signed, Store},
};

/// What `publish` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory to write to: the hub's, or a USB stick's.
    dir: PathBuf,
    /// Give the status list a new salt, so that records of before and after can't be joined; devices
    /// then take the whole list. An identity list keeps the programme's: see `identity on`.
    #[arg(long)]
    new_salt: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let (home, now) = (context.home()?, context.now);
    let _lock = home.lock()?;
    let mut store = home.store()?;
    let roots = home.roots()?;
    let (trust_bytes, trust) = signing::trust_list(&home, &store, &roots.newest, now)?;
    let policy_bytes = signing::policy(&home, &store)?;
    let (fresh_until, hard_expiry) = home.policy()?.lifetime(now, &home.policy_path())?;
    store.keep_signed(signing::TRUST_LIST, &trust_bytes)?;
    store.keep_signed(signing::POLICY, &policy_bytes)?;
    let version = store.next_bundle(now)?;
    let before = store.published()?;

    let published = home.published()?;
    let chain = Chain {
        dir: &published,
        before: &published.files()?,
        trust: &trust,
        now,
    };
    let salt = if args.new_salt { Salt::New } else { Salt::Keep };
    let programme = store.identity_salt()?;
    let own = own_lists(&home, &mut store, &chain, version, (salt, programme))?;
    let mut lists: Vec<_> = own.files().cloned().collect();
    lists.extend(foreign_lists(&home, &chain, &before, programme)?);
    let mut files = small_files(&published, &roots, &trust_bytes, &policy_bytes)?;
    files.extend(deltas_to(&chain, &lists)?);
    files.extend(lists);
    files.sort_by_key(|entry| entry.role);

    let manifest = Manifest {
        version,
        issued_at: now,
        fresh_until,
        hard_expiry,
        files: files.try_into().map_err(|_| Error::Values {
            path: home.lists_dir(),
            why: "a bundle holds at most 8192 files: remove some lists",
        })?,
    };
    let signed = home
        .signer(SigningKey::Bundle)?
        .sign(Kind::Manifest, &manifest);
    let intake = Intake::New(&before);
    let bundle = VerifiedBundle::verify(&roots.first, &signed, &published, intake, now)?;
    published.swap(&signed)?;
    store.bundle_published(version, &newest(before.clone(), bundle.versions()))?;

    let dir = BundleDir::create(&args.dir)?;
    for entry in manifest.files.as_slice() {
        dir.copy(entry, &published.path(&entry.digest))?;
    }
    dir.swap(&signed)?;

    println!(
        "bundle {version} in {}: fresh until {}, usable until {}",
        args.dir.display(),
        clock::show(fresh_until),
        clock::show(hard_expiry)
    );
    tell(&bundle, &own);
    Ok(())
}

/// The own lists, which answer rightly for everyone.
fn own_lists(
    home: &Home,
    store: &mut Store,
    chain: &Chain<'_>,
    version: u64,
    (salt, programme): (Salt, Option<[u8; 16]>),
) -> Result<OwnLists, Error> {
    let signer = home.signer(SigningKey::Lists)?;
    let lists = Lists {
        chain,
        store: &store.snapshot()?,
        signer: &signer,
        version,
    };
    Ok(OwnLists {
        status: lists.status(salt)?,
        revocation: lists.revocation()?,
        identity: programme.map(|salt| lists.identity(salt)).transpose()?,
    })
}

/// The newest lists of other regions; by ID number those of the own programme, so that a device hashes once.
fn foreign_lists(
    home: &Home,
    chain: &Chain<'_>,
    before: &Versions,
    programme: Option<[u8; 16]>,
) -> Result<Vec<FileEntry>, Error> {
    let mut lists = foreign::newest(home, chain.trust, before, chain.now)?;
    lists.retain(|(kind, issuer), foreign| {
        let fits = *kind != ListKind::Identity || Some(foreign.list.head().salt) == programme;
        if !fits {
            eprintln!("warning: the identity list of {issuer} is left out: it is not of the programme of `identity on`");
        }
        fits
    });
    let copied = lists.into_iter().map(|((kind, issuer), foreign)| {
        let role = FileRole::List(kind, issuer);
        let entry = chain.dir.add_file(role, &foreign.path)?;
        let records = foreign.list.head().count;
        Ok(FileEntry { records, ..entry })
    });
    copied.collect()
}

/// What leads from lists of bundles before to these.
fn deltas_to(chain: &Chain<'_>, lists: &[FileEntry]) -> Result<Vec<FileEntry>, Error> {
    let mut deltas = Vec::new();
    for entry in lists {
        if let FileRole::List(kind, issuer) = entry.role {
            deltas.extend(chain.to(kind, issuer, entry)?);
        }
    }
    Ok(deltas)
}

/// Roots, trust list and policy.
fn small_files(
    dir: &BundleDir,
    roots: &Roots,
    trust: &Signed,
    policy: &Signed,
) -> Result<Vec<FileEntry>, Error> {
    let roots = roots.files.iter();
    let files = roots
        .map(|(version, bytes)| (FileRole::Root(*version), bytes))
        .chain([
            (FileRole::TrustList, &trust.bytes),
            (FileRole::Policy, &policy.bytes),
        ]);
    files.map(|(role, bytes)| dir.add(role, bytes)).collect()
}

/// What was published, with lists that are missing this time still remembered.
fn newest(before: Versions, now: Versions) -> Versions {
    let mut lists = before.lists;
    lists.extend(now.lists);
    Versions { lists, ..now }
}

fn tell<R: ReadAt>(bundle: &VerifiedBundle<R>, own: &OwnLists) {
    let (status, revocation) = (&own.status, &own.revocation);
    println!(
        "trust list {}, policy {}, {} lists; {} persons yellow or red, {} passes revoked",
        bundle.trust().version(),
        bundle.policy().version,
        bundle.lists().count(),
        status.file.records,
        revocation.file.records
    );
    for list in bundle.lists() {
        let (kind, issuer) = (list.head().kind, list.issuer());
        let lengths = |of: fn(FileRole) -> Option<(ListKind, IssuerId)>| {
            let files = bundle.manifest().files.as_slice().iter();
            let same = move |entry: &&FileEntry| of(entry.role) == Some((kind, issuer));
            files.filter(same).map(|entry| entry.length)
        };
        let deltas = lengths(deltas::of_list);
        println!(
            "{} list of {issuer}, version {}: {} bytes, or {} deltas of {} bytes",
            kind.name(),
            list.head().version,
            lengths(is_list).sum::<u64>(),
            deltas.clone().count(),
            deltas.sum::<u64>()
        );
    }
    if let Some(identity) = &own.identity {
        println!(
            "{} persons by ID number; {} more are listed whose number was never hashed: `identity import`",
            identity.file.records, identity.missing
        );
    }
    println!(
        "tested {} enrolled persons and {} passes: 0 false",
        status.tested, revocation.tested
    );
}

/// Which list a file is.
const fn is_list(role: FileRole) -> Option<(ListKind, IssuerId)> {
    match role {
        FileRole::List(kind, issuer) => Some((kind, issuer)),
        _ => None,
    }
}
