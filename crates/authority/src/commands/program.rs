//! `program`: signs releases of the program that the devices run.

use std::{
    error::Error,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use gatepost_pass::{
    Digest, ImageLength, KebabName, Kind, ProgramRelease, ProgramVersion, ValueError,
};
use gatepost_system::{
    files::{Access, Action, FileError},
    say,
    stick::StickDir,
};

use crate::{
    bundle_dir::digest_of, context::Context, offline_key, passphrase::PassphraseArgs,
    signing_keys::SigningKey,
};

/// What to do with programs.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Sign the image of a slot as a version of the program, for the hub or for a stick.
    Sign(SignArgs),
}

/// Arguments of `program sign`.
#[derive(clap::Args)]
pub(crate) struct SignArgs {
    /// The image, as the devices' installer takes it.
    image: PathBuf,
    /// What the program in it calls itself, such as 1.4.0.
    #[arg(long, value_name = "X.Y.Z")]
    version: ProgramVersion,
    /// The devices that it is for, as their settings name them, such as aarch64.
    #[arg(long, value_name = "NAME")]
    target: KebabName,
    /// Where the release and the image are written: the hub's bundle directory, or a stick.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The program key, on its stick; not needed in a trial, which has it in its home.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// The file is no image.
#[derive(Debug, thiserror::Error)]
#[error("{} is no image of a slot", path.display())]
struct NoImage {
    path: PathBuf,
    source: ValueError,
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Sign(args) => sign(args, context),
    }
}

fn sign(args: &SignArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let (name, key) = (SigningKey::Program, args.key.as_deref());
    let signer = offline_key::open(&home, name, key, &args.passphrase, context.now)?;
    let dir = StickDir::create(&args.out, Access::Shared)?;
    let (digest, length) = copy(&args.image, &dir)?;
    let release = ProgramRelease {
        version: args.version,
        target: args.target.clone(),
        length,
        digest,
        at: context.now,
    };
    // Last of all: what it names is there.
    dir.replace(
        ProgramRelease::file_name(&args.target),
        Access::Shared,
        &signer.sign(Kind::ProgramRelease, &release),
    )?;
    say!(
        "program {} for {}: {} bytes, {digest}, in {}",
        args.version,
        args.target,
        length.get(),
        args.out.display()
    );
    Ok(())
}

/// Copies an image under its digest.
fn copy(path: &Path, to: &StickDir) -> Result<(Digest, ImageLength), Box<dyn Error>> {
    let unreadable = || FileError::at(Action::Read, path);
    let no_image = |source| NoImage {
        path: path.to_owned(),
        source,
    };
    let source = File::open(path).map_err(unreadable())?;
    let length = source.metadata().map_err(unreadable())?.len();
    ImageLength::try_from(length).map_err(no_image)?;
    let (digest, length) = to.write_new(Access::Shared, |file| {
        // It may grow meanwhile.
        let copied = io::copy(&mut (&source).take(ImageLength::MAX + 1), file);
        copied.map_err(FileError::at(Action::Write, to.path()))?;
        let read = digest_of(file).map_err(FileError::at(Action::Read, to.path()))?;
        Ok::<_, FileError>((read, read.0.to_string()))
    })?;
    Ok((digest, ImageLength::try_from(length).map_err(no_image)?))
}
