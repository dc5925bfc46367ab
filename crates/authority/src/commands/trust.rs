//! `trust`: whose passes are accepted here. What is changed stands in `trust.json`,
//! and comes into force once the root keys have signed it.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use gatepost_pass::{IssuerId, KeyId, Kind, PublicKey, Text, envelope::MAX_FILE, trust::ColourMap};
use gatepost_system::clock::format_time;
use gatepost_system::say;
use gatepost_system::{files::FileError, stick};

use crate::{
    args::{self, RegionArgs},
    config::{self, IssuerConfig, KeyConfig, RecognitionConfig, RoleName},
    context::Context,
    durations::{DAY, TRUST_LIFE},
    key_files::PublicKeyFile,
    signed_files,
};

/// What to do with the trust list.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Put another region on the trust list.
    Add(Box<AddArgs>),
    /// Change the floors: the loosest that policies and bundles may become.
    Floors {
        /// JSON with the floors to change, named as in `trust.json` in the home.
        #[arg(value_name = "FILE")]
        settings: PathBuf,
    },
    /// Let the trust list last for another year from now.
    Renew,
    /// Show the trust list.
    Show,
}

/// Arguments of `trust add`.
#[derive(clap::Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    region: RegionArgs,
    /// What its passes are worth here.
    #[arg(long)]
    recognition: RecognitionArg,
    /// Where its passes are converted to local ones.
    #[arg(long, value_name = "URL", value_parser = args::text::<160>)]
    address: Option<Text<160>>,
    /// Its public pass key: a file that its `public` wrote, or hexadecimal digits.
    #[arg(long, value_name = "FILE|HEX")]
    key: String,
    /// Number of that key; not needed with a file.
    #[arg(long, value_name = "N")]
    key_id: Option<u16>,
    /// Its public list key, if its lists go into the bundles too.
    #[arg(long, value_name = "FILE|HEX")]
    list_key: Option<String>,
    /// Number of the list key; not needed with a file.
    #[arg(long, value_name = "N")]
    list_key_id: Option<u16>,
    /// Number of days for which it is recognised.
    #[arg(long, default_value_t = 730, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RecognitionArg {
    /// They are valid, and their colours mean the same here.
    Accept,
    /// The holder must get a local pass first.
    Convert,
    /// They are not valid.
    Refuse,
}

/// A region cannot be put on the trust list.
#[derive(Debug, thiserror::Error)]
enum TrustAddError {
    /// Recognition by conversion without an address, or an address without it.
    #[error("--address says where passes are converted: use it with --recognition convert only")]
    Address,
    /// It is on the list.
    #[error("{0} is on the trust list already: edit trust.json to change it")]
    Known(IssuerId),
    /// A bare key has no number.
    #[error("a key in hexadecimal digits needs its number: add --{0}")]
    KeyNumber(&'static str),
    /// The key's file cannot be read.
    #[error("cannot use the key: it is neither a readable file nor 64 hexadecimal digits")]
    KeyFile(#[source] FileError),
    /// The file holds something else.
    #[error("{} is not a file that `public` wrote", .0.display())]
    NotAKey(PathBuf),
    /// The file holds another region's key.
    #[error("{} holds a key of {found}, not of {expected}", path.display())]
    OtherIssuer {
        path: PathBuf,
        found: IssuerId,
        expected: IssuerId,
    },
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Add(args) => add(args, context),
        Command::Floors { settings } => set_floors(settings, context),
        Command::Renew => renew(context),
        Command::Show => show(context),
    }
}

/// Changes floors as a file says, all or none.
fn set_floors(settings: &Path, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut trust = home.trust()?;
    trust.floors = config::changed(&trust.floors, settings)?;
    trust.floors.claims(settings)?;
    config::save(&home.trust_path(), &trust)?;
    say!(
        "floors changed. {}",
        signed_files::next_step(&home, context.now)?
    );
    Ok(())
}

fn renew(context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut trust = home.trust()?;
    trust.until = context.now.plus(TRUST_LIFE);
    config::save(&home.trust_path(), &trust)?;
    let until = format_time(trust.until);
    say!(
        "the trust list is to last until {until}. {}",
        signed_files::next_step(&home, context.now)?
    );
    Ok(())
}

fn add(args: &AddArgs, context: &Context) -> Result<(), Box<dyn Error>> {
    let issuer = args.region.issuer;
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut trust = home.trust()?;
    if trust.issuers.iter().any(|known| known.id == issuer) {
        return Err(TrustAddError::Known(issuer).into());
    }
    let recognition = match (args.recognition, &args.address) {
        (RecognitionArg::Accept, None) => RecognitionConfig::Accept(ColourMap::SAME),
        (RecognitionArg::Convert, Some(address)) => RecognitionConfig::Convert(address.clone()),
        (RecognitionArg::Refuse, None) => RecognitionConfig::Refuse,
        _ => return Err(TrustAddError::Address.into()),
    };
    let (from, until) = (context.now.minus(DAY), context.now.plus(args.days * DAY));
    let entry = |(id, key), kinds: &[Kind]| KeyConfig {
        id,
        key,
        roles: kinds.iter().copied().map(RoleName).collect(),
        from,
        until,
    };
    let passes = read_key(issuer, &args.key, args.key_id, "key-id")?;
    let mut keys = vec![entry(passes, &[Kind::Pass, Kind::FamilyPass])];
    if let Some(key) = &args.list_key {
        let lists = read_key(issuer, key, args.list_key_id, "list-key-id")?;
        keys.push(entry(lists, &[Kind::List]));
    }
    trust.issuers.push(IssuerConfig {
        id: issuer,
        name: args.region.name.clone(),
        local_name: args.region.local_name.clone(),
        recognition,
        from,
        until,
        keys,
    });
    config::save(&home.trust_path(), &trust)?;
    say!(
        "{issuer} is in trust.json. {}",
        signed_files::next_step(&home, context.now)?
    );
    Ok(())
}

/// A public key from a file of `public`, or from the command line with its number.
fn read_key(
    issuer: IssuerId,
    given: &str,
    id: Option<u16>,
    option: &'static str,
) -> Result<(KeyId, PublicKey), TrustAddError> {
    if let Ok(key) = args::public_key(given) {
        let id = id.ok_or(TrustAddError::KeyNumber(option))?;
        return Ok((KeyId(id), key));
    }
    let path = Path::new(given);
    let text = stick::read_text(path, MAX_FILE).map_err(TrustAddError::KeyFile)?;
    let not_a_key = || TrustAddError::NotAKey(path.to_owned());
    let file = PublicKeyFile::parse(&text).ok_or_else(not_a_key)?;
    if file.issuer != issuer {
        return Err(TrustAddError::OtherIssuer {
            path: path.to_owned(),
            found: file.issuer,
            expected: issuer,
        });
    }
    Ok((id.map_or(file.id, KeyId), file.key))
}

fn show(context: &Context) -> Result<(), Box<dyn Error>> {
    for issuer in context.home()?.trust()?.issuers {
        let recognition = match &issuer.recognition {
            RecognitionConfig::Own => "own authority".to_owned(),
            RecognitionConfig::Accept(colours) if *colours == ColourMap::SAME => {
                "accept".to_owned()
            }
            RecognitionConfig::Accept(_) => "accept, with other colours".to_owned(),
            RecognitionConfig::Convert(address) => format!("convert at {address}"),
            RecognitionConfig::Refuse => "refuse".to_owned(),
        };
        say!(
            "{} {} {}: {recognition}, {} to {}",
            issuer.id,
            issuer.name,
            issuer.local_name,
            format_time(issuer.from),
            format_time(issuer.until)
        );
        for key in &issuer.keys {
            let roles: Vec<_> = key.roles.iter().map(|role| role.0.name()).collect();
            say!("  key {} {}: {}", key.id.0, key.key, roles.join(", "));
        }
    }
    Ok(())
}
