//! `identity`: the list by which checkpoints look a person up by ID number, without a pass.
//!
//! It is optional, because whoever steals it can test ID numbers against it (docs/threat-model.md).
//! Its hash is slow on purpose: `identity import` makes the keys, and can be stopped and continued;
//! `publish` only writes those that exist.

use std::{error::Error, num::NonZeroUsize, path::PathBuf, thread, time::Instant};

use data_encoding::HEXLOWER;
use gatepost_pass::{IdNumber, SubjectTag, parse_hex};
use gatepost_system::{random, say};

use crate::{
    context::Context,
    identity_hashing::hash_all,
    progress::ProgressBar,
    pseudonym::{self, PersonId},
    status_file::each_row,
};

/// What to do with the identity list.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Publish an identity list from now on.
    On(OnArgs),
    /// Stop publishing one, and delete all keys.
    Off,
    /// Hash the ID numbers of a file for all listed persons whose key is missing. Can be stopped
    /// and started again; `publish` does not wait for it.
    Import(ImportArgs),
}

/// Arguments of `identity on`.
#[derive(clap::Args)]
pub(crate) struct OnArgs {
    /// The programme's salt, 32 hexadecimal digits, as its first region printed it [default: the
    /// current one, or a new one]. A different salt makes all keys useless: `identity import`
    /// again.
    #[arg(long, value_name = "HEX", value_parser = parse_hex::<16>)]
    salt: Option<[u8; 16]>,
}

/// Arguments of `identity import`.
#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    /// The file that `status import` read, or another of the same form: only the column `id` is
    /// used.
    file: PathBuf,
    /// Number of cores to use [default: all].
    #[arg(long, value_name = "N")]
    cores: Option<NonZeroUsize>,
}

/// Keys cannot be made.
#[derive(Debug, thiserror::Error)]
enum IdentityError {
    /// There is no salt to make them under.
    #[error("this authority publishes no identity list: `identity on` first")]
    NoList,
    /// The salt is not the one that they were made under.
    #[error("the identity list was ended or given another salt meanwhile: start again")]
    SaltChanged,
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::On(args) => on(args, context),
        Command::Off => off(context),
        Command::Import(args) => import(args, context),
    }
}

fn on(args: &OnArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut register = home.register()?;
    let salt = match args.salt.or(register.identity_salt()?) {
        Some(salt) => salt,
        None => random::bytes()?,
    };
    let deleted = register.set_identity(Some(salt))?;
    if deleted > 0 {
        say!("{deleted} keys of another salt are deleted: `identity import` to make them again");
    }
    say!("the next bundle has an identity list");
    say!(
        "other regions of the programme: `identity on --salt {}`",
        HEXLOWER.encode(&salt)
    );
    Ok(())
}

fn off(context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let deleted = home.register()?.set_identity(None)?;
    say!("the next bundle has no identity list; {deleted} keys are deleted");
    Ok(())
}

/// What was read from the file, in rows.
#[derive(Default)]
struct IdentityRows {
    /// Persons whose keys are to be made.
    to_hash: Vec<(SubjectTag, IdNumber)>,
    rows: u64,
    known: u64,
    green: u64,
    tags: u64,
    rejected: u64,
}

fn import(args: &ImportArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    // Not locked: this may take hours, and bundles are published meanwhile.
    let mut register = home.register()?;
    let salt = register.identity_salt()?.ok_or(IdentityError::NoList)?;
    let secret = home.tag_secret()?;
    let mut read = IdentityRows::default();
    read.rows = each_row(&args.file, context.now, |_, row| {
        match row.map(|row| row.person) {
            Ok(PersonId::Number(number)) => {
                let tag = pseudonym::tag(&number, &secret);
                match register.listed_without_key(&tag)? {
                    Some(true) => read.to_hash.push((tag, number)),
                    Some(false) => read.known += 1,
                    None => read.green += 1,
                }
            }
            Ok(PersonId::Tag(_)) => read.tags += 1,
            Err(_) => read.rejected += 1,
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    read.to_hash.sort_unstable_by_key(|(tag, _)| *tag);
    read.to_hash.dedup_by_key(|(tag, _)| *tag);
    say!(
        "{} rows: {} persons to hash, {} have their key, {} are not yellow or red, \
         {} by tag alone, {} rejected",
        read.rows,
        read.to_hash.len(),
        read.known,
        read.green,
        read.tags,
        read.rejected
    );
    let cores = args.cores.map_or_else(thread::available_parallelism, Ok);
    let cores = cores.unwrap_or(NonZeroUsize::MIN);
    let started = Instant::now();
    let mut progress = ProgressBar::new("hashing", read.to_hash.len() as u64).of("persons");
    let mut done = 0;
    hash_all(&salt, &read.to_hash, cores, |keys| {
        if register.keep_identity_keys(&salt, keys)? < keys.len() {
            return Err(IdentityError::SaltChanged.into());
        }
        done += keys.len() as u64;
        progress.at(done);
        Ok::<_, Box<dyn Error>>(())
    })?;
    drop(progress);
    if done > 0 {
        let seconds = started.elapsed().as_secs_f64();
        say!(
            "{done} hashed in {seconds:.1} s on {cores} cores: {:.1} persons per second",
            done as f64 / seconds
        );
    }
    say!("`publish` to send it out");
    Ok(())
}
