//! `publish`: a signed bundle, made in the home, checked there as a device would, then copied to a
//! directory. The manifest comes last in both: if it is killed, the previous bundle stays in use.

use std::{error::Error, path::PathBuf};

use gatepost_pass::bundle::{FileEntry, Intake, Versions};
use gatepost_pass::list::ListKind;
use gatepost_pass::trust::Due;
use gatepost_pass::{
    BundleError, Digest, FileRole, IssuerId, Kind, Manifest, ReadAt, Rules, Timestamp,
    VerifiedBundle,
};
use gatepost_protocol::{Revoked, SealedPins, rand_core::UnwrapErr};
use gatepost_system::clock::format_time;
use gatepost_system::files::{self, Access, FileError};
use gatepost_system::random::SysRng;
use gatepost_system::say;

use crate::bundle_dir::BundleDir;
use crate::commands::revoke_device;
use crate::config::ConfigFileError;
use crate::context::Context;
use crate::deltas::{DeltaMaker, DeltaMakingError, list_of_delta};
use crate::home::{Home, Roots};
use crate::own_lists::{OwnListWriter, OwnLists, Salt};
use crate::register::{Register, SignedFile};
use crate::signed_files::{self, SignedTrust};
use crate::signing_keys::SigningKey;
use crate::trace::audit_log;
use crate::{imported_lists, proposals, waiting_keys};

/// Name of the sealed PINs in the register.
const PINS: &str = "pins";

/// Arguments of `publish`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory to write to: the hub's, or a USB stick's.
    dir: PathBuf,
    /// Give the status list a new salt, so that records from before and after cannot be linked;
    /// devices then fetch the whole list. An identity list keeps the programme's salt: see
    /// `identity on`.
    #[arg(long)]
    new_salt: bool,
}

/// The new bundle is not valid, so the one before stays.
#[derive(Debug, thiserror::Error)]
#[error("the new bundle is not valid, nothing was published")]
struct InvalidBundle(#[source] BundleError);

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let (home, now) = (context.home()?, context.now);
    let _lock = home.lock()?;
    let mut register = home.register()?;
    let roots = home.roots()?;
    let orders = revoked(&home)?;
    let SignedTrust {
        file: trust_bytes,
        list: trust,
        next,
    } = signed_files::trust_list(&home, &register, &roots.newest, now)?;
    register.keep_signed(signed_files::TRUST_LIST, &trust_bytes)?;
    if let Some(next) = next {
        let waiting = proposals::keep(&home, &next)?;
        log::warn!("trust.json has changed, and this bundle has the trust list before: {waiting}");
    }
    for name in waiting_keys::put_to_use(&home, &trust)? {
        log::info!("{name} is used from now on");
    }
    let policy_bytes = signed_files::policy(&home, &register)?;
    let (fresh_until, hard_expiry) = home.policy()?.lifetime(now, &home.policy_path())?;
    register.keep_signed(signed_files::POLICY, &policy_bytes)?;
    let audit = audit_log::head_after(&home, newest_manifest(&home, &roots, now)?.as_ref())?;
    let version = register.next_bundle(now)?;
    let before = register.published()?;

    let published = home.published()?;
    let deltas = DeltaMaker {
        dir: &published,
        before: &published.files()?,
        trust: &trust,
        now,
    };
    let salt = if args.new_salt { Salt::New } else { Salt::Keep };
    let programme = register.identity_salt()?;
    let own = own_lists(&home, &mut register, &deltas, version, (salt, programme))?;
    let mut lists: Vec<_> = own.files().cloned().collect();
    lists.extend(imported(&home, &deltas, &before, programme)?);
    let mut files = small_files(&published, &roots, &trust_bytes, &policy_bytes)?;
    files.extend(pins(&home, &register, &published, now)?);
    files.extend(deltas_to(&deltas, &lists)?);
    files.extend(lists);
    files.sort_by_key(|entry| entry.role);

    let manifest = Manifest {
        version,
        issued_at: now,
        fresh_until,
        hard_expiry,
        audit,
        files: files.try_into().map_err(|_| {
            let why = "a bundle has at most 8192 files: remove some lists";
            ConfigFileError::values(&home.lists_dir(), why)
        })?,
    };
    let signed = home
        .signer(SigningKey::Freshness)?
        .sign(Kind::Manifest, &manifest)?;
    let intake = Intake::New(&before);
    let bundle = VerifiedBundle::verify(&roots.first, &signed, &published, intake, now)
        .map_err(InvalidBundle)?;
    published.swap(&signed)?;
    register.bundle_published(
        bundle.rules().manifest_id(),
        &bundle.versions_after(&before),
    )?;

    let dir = BundleDir::create(&args.dir)?;
    for entry in manifest.files.as_slice() {
        dir.copy(entry, &published)?;
    }
    if let Some(orders) = orders {
        files::replace(&args.dir.join("revoked"), Access::Shared, &orders)?;
    }
    dir.swap(&signed)?;

    say!(
        "bundle {version} in {}: fresh until {}, usable until {}",
        args.dir.display(),
        format_time(fresh_until),
        format_time(hard_expiry)
    );
    report(&bundle, &own);
    let root = roots.newest.expires();
    warn_of("the root", root, now, "`root rotate` proposes the next");
    let list = trust.expires();
    warn_of(
        "the trust list",
        list,
        now,
        "`trust renew` proposes the next",
    );
    Ok(())
}

/// Says that something ends within thirty days, or has ended: devices then call nothing fresh.
fn warn_of(what: &str, end: Timestamp, now: Timestamp, remedy: &str) {
    let at = format_time(end);
    match Due::of(end, now) {
        Due::Later => {}
        Due::Soon => log::warn!("{what} ends soon, on {at}: {remedy}"),
        Due::Over => log::warn!("{what} has ended, on {at}: {remedy}"),
    }
}

/// The manifest of the newest bundle; none where none was published yet.
fn newest_manifest(
    home: &Home,
    roots: &Roots,
    now: Timestamp,
) -> Result<Option<Manifest>, Box<dyn Error>> {
    let published = home.published()?;
    if !published.has_manifest() {
        return Ok(None);
    }
    let manifest = published.manifest()?;
    let intake = Intake::Installed;
    let rules = Rules::verify(&roots.first, &manifest, &published, intake, now)?;
    Ok(Some(rules.manifest().clone()))
}

/// The list of orders to wipe, which goes beside the bundle; none where none was ever given.
fn revoked(home: &Home) -> Result<Option<Vec<u8>>, FileError> {
    match files::read(&home.revoked_path(), Revoked::MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(why) if why.is_not_found() => Ok(None),
        Err(why) => Err(why),
    }
}

/// Writes and tests this authority's lists.
fn own_lists(
    home: &Home,
    register: &mut Register,
    deltas: &DeltaMaker<'_>,
    version: u64,
    (salt, programme): (Salt, Option<[u8; 16]>),
) -> Result<OwnLists, Box<dyn Error>> {
    let signer = home.signer(SigningKey::Lists)?;
    let lists = OwnListWriter {
        deltas,
        rows: &register.list_rows()?,
        signer: &signer,
        version,
    };
    Ok(OwnLists {
        status: lists.status(salt)?,
        revocation: lists.revocation()?,
        identity: programme.map(|salt| lists.identity(salt)).transpose()?,
    })
}

/// Adds the newest lists of other regions. Of identity lists only those of this region's programme,
/// so that a device hashes an ID number once.
fn imported(
    home: &Home,
    deltas: &DeltaMaker<'_>,
    published: &Versions,
    programme: Option<[u8; 16]>,
) -> Result<Vec<FileEntry>, FileError> {
    let mut lists = imported_lists::newest(home, deltas.trust, published, deltas.now)?;
    lists.retain(|(kind, issuer), imported| {
        let fits = *kind != ListKind::Identity || Some(imported.list.head().salt) == programme;
        if !fits {
            log::warn!(
                "the identity list of {issuer} is left out: it belongs to another programme than \
                 that of `identity on`"
            );
        }
        fits
    });
    let copied = lists.into_iter().map(|((kind, issuer), imported)| {
        let role = FileRole::List(kind, issuer);
        let entry = deltas.dir.add_file(role, &imported.path)?;
        let records = imported.list.head().count;
        Ok(FileEntry { records, ..entry })
    });
    copied.collect()
}

/// The deltas that lead to these lists from those of earlier bundles.
fn deltas_to(
    maker: &DeltaMaker<'_>,
    lists: &[FileEntry],
) -> Result<Vec<FileEntry>, DeltaMakingError> {
    let mut deltas = Vec::new();
    for entry in lists {
        if let FileRole::List(kind, issuer) = entry.role {
            deltas.extend(maker.deltas_to(kind, issuer, entry)?);
        }
    }
    Ok(deltas)
}

/// Adds the roots, the trust list and the policy.
fn small_files(
    dir: &BundleDir,
    roots: &Roots,
    trust: &SignedFile,
    policy: &SignedFile,
) -> Result<Vec<FileEntry>, FileError> {
    let roots = roots.files.iter();
    let files = roots
        .map(|(version, bytes)| (FileRole::Root(*version), bytes))
        .chain([
            (FileRole::TrustList, &trust.bytes),
            (FileRole::Policy, &policy.bytes),
        ]);
    files.map(|(role, bytes)| dir.add(role, bytes)).collect()
}

/// Adds what the PINs of badges are checked against, sealed for the devices that are not revoked;
/// nothing while no badge has a PIN. It is sealed again only when badges or devices have changed.
fn pins(
    home: &Home,
    register: &Register,
    dir: &BundleDir,
    now: Timestamp,
) -> Result<Option<FileEntry>, Box<dyn Error>> {
    let pins = register.pins(now)?;
    if pins.is_empty() {
        return Ok(None);
    }
    let mut devices = register.devices(now)?;
    for revoked in revoke_device::read_list(&home.revoked_path())?.devices() {
        devices.remove(&revoked);
    }
    let content = Digest::of(&gatepost_pass::encode(&(&pins, &devices)));
    let before = register.signed(PINS)?;
    let version = before.as_ref().map_or(1, |before| before.version + 1);
    let bytes = match before {
        Some(before) if before.content == content => before.bytes,
        _ => {
            // Where the system had no random numbers, the lists before have failed already.
            let sealed = SealedPins::seal(&pins, &devices, &mut UnwrapErr(SysRng))?;
            let file = SignedFile {
                version,
                content,
                bytes: sealed.to_bytes(),
            };
            register.keep_signed(PINS, &file)?;
            file.bytes
        }
    };
    Ok(Some(dir.add(FileRole::Pins, &bytes)?))
}

fn report<R: ReadAt>(bundle: &VerifiedBundle<R>, own: &OwnLists) {
    let (status, revocation) = (&own.status, &own.revocation);
    say!(
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
        let deltas = lengths(list_of_delta);
        say!(
            "{} list of {issuer}, version {}: {} bytes, or {} deltas of {} bytes",
            kind.name(),
            list.head().version,
            lengths(is_list).sum::<u64>(),
            deltas.clone().count(),
            deltas.sum::<u64>()
        );
    }
    if let Some(identity) = &own.identity {
        say!(
            "{} persons by ID number; {} more are listed whose number was never hashed: \
             `identity import`",
            identity.file.records,
            identity.missing
        );
    }
    say!(
        "tested {} enrolled persons and {} passes: 0 false",
        status.tested,
        revocation.tested
    );
}

/// The list that a file is; none for other files.
const fn is_list(role: FileRole) -> Option<(ListKind, IssuerId)> {
    match role {
        FileRole::List(kind, issuer) => Some((kind, issuer)),
        _ => None,
    }
}
