//! `status`: a person's colour on the status list. The next `publish` sends it out.

use std::error::Error;

use gatepost_pass::{Colour, Timestamp};
use gatepost_system::{clock::parse_time, say};

use super::status_import as import;
use crate::{
    args::{self, PersonArgs},
    context::Context,
    identity_hashing,
    pseudonym::{self, PersonId},
    register::{EndsFirst, Status},
};

/// Arguments of `status`: one person here, or many in a file.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArgs,
    /// The colour; green takes the person off the list.
    #[arg(long, value_parser = args::colour, required = true)]
    colour: Option<Colour>,
    /// When it begins [default: now].
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    since: Option<Timestamp>,
    /// When it ends [default: until further notice].
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    until: Option<Timestamp>,
    #[command(subcommand)]
    many: Option<Many>,
}

#[derive(clap::Subcommand)]
enum Many {
    /// Set many persons at once, from a file of CSV or JSON lines: all of them or none.
    Import(import::Args),
}

/// A status cannot be set.
#[derive(Debug, thiserror::Error)]
enum StatusError {
    /// Nobody has that tag.
    #[error("nobody with this tag was ever issued a pass: check it, or use --id")]
    UnknownTag,
    /// Its times do not fit together.
    #[error("cannot use --since and --until")]
    Times(#[from] EndsFirst),
    /// Neither a person nor a file; the command line normally refuses that itself.
    #[error("name a person and a colour, or use `status import`")]
    Nothing,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    match (&args.many, args.colour) {
        (Some(Many::Import(args)), _) => import::run(args, context),
        (None, Some(colour)) => set_one(args, colour, context),
        (None, None) => Err(StatusError::Nothing.into()),
    }
}

fn set_one(args: &Args, colour: Colour, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let mut register = home.register()?;
    let person = args.person.person()?;
    let tag = match &person {
        PersonId::Number(id) => pseudonym::tag(id, &home.tag_secret()?),
        PersonId::Tag(tag) if register.knows(tag)? => *tag,
        PersonId::Tag(_) => return Err(StatusError::UnknownTag.into()),
    };
    let status = Status::new(colour, args.since, args.until, context.now);
    let status = status.map_err(StatusError::Times)?;
    register.set_status(&tag, status, context.now)?;
    if let PersonId::Number(id) = &person {
        identity_hashing::store_key(&mut register, &tag, id)?;
    }
    let passes = if register.knows(&tag)? {
        "has been issued a pass"
    } else {
        "has no pass yet"
    };
    say!(
        "{tag} ({passes}) is {}; `publish` to send it out",
        colour.name()
    );
    Ok(())
}
