//! `public`: a public key of this authority, in a file that another region's `trust add` takes.
//!
//! Four lines: title with the version, issuer, the key's number, the key in hexadecimal digits.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use gatepost_pass::{IssuerId, KeyId, PublicKey};

use crate::{Context, args, error::Error, files, home::SigningKey};

/// Opens a file of a public key.
pub(crate) const TITLE: &str = "gatepost public key 1";

/// What `public` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which key.
    #[arg(long, default_value = "documents")]
    key: Which,
    /// File to write, instead of the standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// The key that signs passes.
    Documents,
    /// The key that signs status and revocation lists.
    Lists,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let signer = context.home()?.signer(match args.key {
        Which::Documents => SigningKey::Documents,
        Which::Lists => SigningKey::Lists,
    })?;
    let text = format!(
        "{TITLE}\nissuer {}\nkey {}\npublic {}",
        signer.issuer,
        signer.key.0,
        signer.secret.public()
    );
    args::give_text(&text, args.out.as_deref())
}

/// A public key and its name.
pub(crate) struct PublicKeyFile {
    pub(crate) issuer: IssuerId,
    pub(crate) id: KeyId,
    pub(crate) key: PublicKey,
}

/// Reads what `public` wrote.
pub(crate) fn read(path: &Path) -> Result<PublicKeyFile, Error> {
    let unusable = || Error::PublicKey(path.display().to_string());
    let text = files::read_text(path).map_err(|_| unusable())?;
    parse(&text).ok_or_else(unusable)
}

fn parse(text: &str) -> Option<PublicKeyFile> {
    let mut lines = text.lines();
    lines.next().filter(|line| *line == TITLE)?;
    let mut field = |name| lines.next()?.strip_prefix(name);
    Some(PublicKeyFile {
        issuer: field("issuer ")?.parse().ok()?,
        id: KeyId(field("key ")?.parse().ok()?),
        key: args::public_key(field("public ")?).ok()?,
    })
}
