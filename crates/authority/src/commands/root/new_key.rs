//! `root new-key`: one root key, sealed by a passphrase, and its public half beside it.

use std::{
    error::Error,
    ffi::OsString,
    path::{Path, PathBuf},
};

use gatepost_pass::{IssuerId, KeyId, SecretKey, Signer};
use gatepost_system::{
    files::{self, Access},
    random, say,
};

use crate::{key_files::PublicKeyFile, passphrase::PassphraseArgs, root_keys};

/// Arguments of `root new-key`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Code of the region, such as CN-SD (ISO 3166-2).
    #[arg(long)]
    issuer: IssuerId,
    /// File for the sealed key, on the stick where it stays; its public half goes to FILE.pub.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let passphrase = args.passphrase.new_one(&args.out)?;
    let key = Signer {
        issuer: args.issuer,
        key: KeyId(0),
        secret: SecretKey::from_seed(&random::bytes()?),
    };
    root_keys::create(&args.out, &key, &passphrase)?;
    let public = PublicKeyFile {
        issuer: key.issuer,
        id: key.key,
        key: key.secret.public(),
    };
    let path = public_path(&args.out);
    let text = format!("{}\n", public.to_text());
    files::replace(&path, Access::Shared, text.as_bytes())?;
    say!("{} is a root key of {}", args.out.display(), key.issuer);
    say!("public half, for the authority: {}", path.display());
    say!("keep this stick apart from the other root keys, and a copy of it elsewhere");
    Ok(())
}

fn public_path(path: &Path) -> PathBuf {
    let mut public = OsString::from(path);
    public.push(".pub");
    public.into()
}
