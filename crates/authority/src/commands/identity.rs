//! `identity`: the list by which checkpoints look a person up by ID number, without a pass.
//!
//! It is optional, because who steals it can try ID numbers on it (docs/threat-model.md). Its hash is
//! slow on purpose: `identity import` makes the keys, and can be stopped and gone on with; `publish`
//! only writes what is there.

use std::{num::NonZeroUsize, path::PathBuf, thread};

use gatepost_pass::{IdNumber, SubjectTag, parse_hex};

use crate::{
    Context, clock,
    error::Error,
    files::{hex, random},
    identity_keys::hash_all,
    person,
    progress::Progress,
    status_rows::{Who, each_row},
};

/// What to do about the identity list.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Publish an identity list from now on.
    On(On),
    /// Publish none any more, and forget all keys.
    Off,
    /// Hash the ID numbers of a file for all listed persons whose key is not here yet. Can be stopped
    /// and started again; `publish` does not wait for it.
    Import(Import),
}

/// What `identity on` is told.
#[derive(clap::Args)]
pub(crate) struct On {
    /// The programme's salt, 32 hexadecimal digits, as its first region was told; without it, the one
    /// that is here, or a new one. Another than before makes all keys useless: `identity import` again.
    #[arg(long, value_name = "HEX", value_parser = parse_hex::<16>)]
    salt: Option<[u8; 16]>,
}

/// What `identity import` is told.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// The file that `status import` took, or any other of its form: only the column `id` is used.
    file: PathBuf,
    /// Cores to work on [default: all].
    #[arg(long, value_name = "N")]
    cores: Option<NonZeroUsize>,
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Error> {
    match command {
        Command::On(args) => on(args, context),
        Command::Off => off(context),
        Command::Import(args) => import(args, context),
    }
}

fn on(args: &On, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut store = home.store()?;
    let salt = match args.salt.or(store.identity_salt()?) {
        Some(salt) => salt,
        None => random()?,
    };
    let gone = store.set_identity(Some(salt))?;
    if gone > 0 {
        println!("{gone} keys of another salt are gone: `identity import` to make them anew");
    }
    println!("the next bundle has an identity list");
    println!(
        "other regions of the programme: `identity on --salt {}`",
        hex(&salt)
    );
    Ok(())
}

fn off(context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let gone = home.store()?.set_identity(None)?;
    println!("the next bundle has no identity list; {gone} keys are forgotten");
    Ok(())
}

/// What a file holds.
#[derive(Default)]
struct Read {
    /// Whose keys are to be made.
    persons: Vec<(SubjectTag, IdNumber)>,
    rows: u64,
    known: u64,
    green: u64,
    tags: u64,
    rejected: u64,
}

fn import(args: &Import, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    // Not locked: this may take hours, and others publish in the meantime.
    let mut store = home.store()?;
    let salt = store.identity_salt()?.ok_or(Error::NoIdentityList)?;
    let secret = home.tag_secret()?;
    let mut read = Read::default();
    read.rows = each_row(&args.file, context.now, |_, row| {
        match row.map(|row| row.who) {
            Ok(Who::Number(number)) => {
                let tag = person::tag(&number, &secret);
                match store.listed_without_key(&tag)? {
                    Some(true) => read.persons.push((tag, number)),
                    Some(false) => read.known += 1,
                    None => read.green += 1,
                }
            }
            Ok(Who::Tag(_)) => read.tags += 1,
            Err(_) => read.rejected += 1,
        }
        Ok(())
    })?;
    read.persons.sort_unstable_by_key(|(tag, _)| *tag);
    read.persons.dedup_by_key(|(tag, _)| *tag);
    println!(
        "{} rows: {} persons to hash, {} have their key, {} are not yellow or red, {} by tag alone, {} rejected",
        read.rows,
        read.persons.len(),
        read.known,
        read.green,
        read.tags,
        read.rejected
    );
    let cores = args.cores.map_or_else(thread::available_parallelism, Ok);
    let cores = cores.unwrap_or(NonZeroUsize::MIN);
    let elapsed = clock::stopwatch();
    let mut progress = Progress::new("hashing", read.persons.len() as u64).of("persons");
    let mut done = 0;
    hash_all(&salt, &read.persons, cores, |keys| {
        if store.keep_identity_keys(&salt, keys)? < keys.len() {
            return Err(Error::IdentityChanged);
        }
        done += keys.len() as u64;
        progress.at(done);
        Ok(())
    })?;
    drop(progress);
    if done > 0 {
        let seconds = elapsed().as_secs_f64();
        println!(
            "{done} hashed in {seconds:.1} s on {cores} cores: {:.1} persons a second",
            done as f64 / seconds
        );
    }
    println!("`publish` to send it out");
    Ok(())
}
