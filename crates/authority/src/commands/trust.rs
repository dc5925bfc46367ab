//! `trust`: whose passes count here. `trust add` writes `trust.json`; the next `publish` signs it.

use std::path::Path;

use clap::ValueEnum;
use gatepost_pass::{IssuerId, KeyId, Kind, PublicKey, Text, trust::ColourMap};

use super::public;
use crate::{
    Context, args,
    clock::{self, DAY},
    config::{self, Issuer, Key, Role, Rule},
    error::Error,
};

/// What to do with the trust list.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Put another region on the trust list.
    Add(Box<AddArgs>),
    /// Show the trust list.
    Show,
}

/// What `trust add` is told.
#[derive(clap::Args)]
pub(crate) struct AddArgs {
    /// Code of the region, such as CN-JS.
    #[arg(long)]
    issuer: IssuerId,
    /// Name in English.
    #[arg(long, value_parser = args::text::<60>)]
    name: Text<60>,
    /// Name in its own language.
    #[arg(long, value_parser = args::text::<60>)]
    local_name: Text<60>,
    /// What its passes are worth here.
    #[arg(long)]
    recognition: Recognition,
    /// Where its passes are converted to local ones.
    #[arg(long, value_name = "URL", value_parser = args::text::<160>)]
    address: Option<Text<160>>,
    /// Its public pass key: a file of its `public`, or hexadecimal digits.
    #[arg(long, value_name = "FILE|HEX")]
    key: String,
    /// Number of that key; a file brings its own.
    #[arg(long, value_name = "N")]
    key_id: Option<u16>,
    /// Its public list key, where its lists are to be shipped too.
    #[arg(long, value_name = "FILE|HEX")]
    list_key: Option<String>,
    /// Number of the list key; a file brings its own.
    #[arg(long, value_name = "N")]
    list_key_id: Option<u16>,
    /// For how long it is recognised.
    #[arg(long, default_value_t = 730, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Recognition {
    /// They count, and their colours mean the same here.
    Accept,
    /// The holder gets a local pass first.
    Convert,
    /// They do not count.
    Refuse,
}

pub(crate) fn run(command: &Command, context: &Context) -> Result<(), Error> {
    match command {
        Command::Add(args) => add(args, context),
        Command::Show => show(context),
    }
}

fn add(args: &AddArgs, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut trust = home.trust()?;
    if trust.issuers.iter().any(|issuer| issuer.id == args.issuer) {
        return Err(Error::KnownIssuer(args.issuer));
    }
    let recognition = match (args.recognition, &args.address) {
        (Recognition::Accept, None) => Rule::Accept(ColourMap::SAME),
        (Recognition::Convert, Some(address)) => Rule::Convert(address.clone()),
        (Recognition::Refuse, None) => Rule::Refuse,
        _ => return Err(Error::Address),
    };
    let (from, until) = (context.now.minus(DAY), context.now.plus(args.days * DAY));
    let entry = |(id, key), kinds: &[Kind]| Key {
        id,
        key,
        roles: kinds.iter().copied().map(Role).collect(),
        from,
        until,
    };
    let passes = read_key(args.issuer, &args.key, args.key_id, "key-id")?;
    let mut keys = vec![entry(passes, &[Kind::Pass, Kind::FamilyPass])];
    if let Some(key) = &args.list_key {
        let lists = read_key(args.issuer, key, args.list_key_id, "list-key-id")?;
        keys.push(entry(lists, &[Kind::List]));
    }
    trust.issuers.push(Issuer {
        id: args.issuer,
        name: args.name.clone(),
        local_name: args.local_name.clone(),
        recognition,
        from,
        until,
        keys,
    });
    config::save(&home.trust_path(), &trust)?;
    println!(
        "{} is on the trust list; `publish` to send it out",
        args.issuer
    );
    Ok(())
}

/// A public key from a file of `public`, or from the command line with its number.
fn read_key(
    issuer: IssuerId,
    given: &str,
    id: Option<u16>,
    option: &'static str,
) -> Result<(KeyId, PublicKey), Error> {
    if let Ok(key) = args::public_key(given) {
        let id = id.ok_or(Error::KeyNumber(option))?;
        return Ok((KeyId(id), key));
    }
    let path = Path::new(given);
    let file = public::read(path)?;
    if file.issuer != issuer {
        return Err(Error::OtherIssuer {
            path: path.to_owned(),
            found: file.issuer,
            expected: issuer,
        });
    }
    Ok((id.map_or(file.id, KeyId), file.key))
}

fn show(context: &Context) -> Result<(), Error> {
    for issuer in context.home()?.trust()?.issuers {
        let recognition = match &issuer.recognition {
            Rule::Own => "own authority".to_owned(),
            Rule::Accept(colours) if *colours == ColourMap::SAME => "accept".to_owned(),
            Rule::Accept(_) => "accept, with other colours".to_owned(),
            Rule::Convert(address) => format!("convert at {address}"),
            Rule::Refuse => "refuse".to_owned(),
        };
        println!(
            "{} {} {}: {recognition}, {} to {}",
            issuer.id,
            issuer.name,
            issuer.local_name,
            clock::show(issuer.from),
            clock::show(issuer.until)
        );
        for key in &issuer.keys {
            let roles: Vec<_> = key.roles.iter().map(|role| role.0.name()).collect();
            println!("  key {} {}: {}", key.id.0, key.key, roles.join(", "));
        }
    }
    Ok(())
}
