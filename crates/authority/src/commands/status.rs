//! `status`: a person's colour on the status list. The next `publish` sends it out.

use gatepost_pass::{Colour, SubjectTag, Timestamp};

use super::status_import as import;
use crate::{Context, args, clock, error::Error, identity_keys, person, store::Status};

/// What `status` is told: one person here, or many in a file.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(flatten)]
    one: Option<One>,
    #[command(subcommand)]
    many: Option<Many>,
}

#[derive(clap::Subcommand)]
enum Many {
    /// Set many persons at once, from a file of CSV or JSON lines: all of them or none.
    Import(import::Args),
}

#[derive(clap::Args)]
struct One {
    /// ID number of the person, who need not have a pass yet; `-` reads it from a line of the standard input.
    #[arg(long, value_name = "NUMBER", required_unless_present = "tag")]
    id: Option<String>,
    /// Tag of a person who has a pass.
    #[arg(long, conflicts_with = "id")]
    tag: Option<SubjectTag>,
    /// The colour; green takes the person off the list.
    #[arg(long, value_parser = args::colour)]
    colour: Colour,
    /// From when [default: now].
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    since: Option<Timestamp>,
    /// Until when [default: until further notice].
    #[arg(long, value_name = "RFC3339", value_parser = clock::parse)]
    until: Option<Timestamp>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    match (&args.many, &args.one) {
        (Some(Many::Import(args)), _) => import::run(args, context),
        (None, Some(args)) => set_one(args, context),
        // The command line asks for one of them.
        (None, None) => Err(Error::UnknownTag),
    }
}

fn set_one(args: &One, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let mut store = home.store()?;
    let id = args.id.as_deref().map(args::id_number).transpose()?;
    let tag = match (&id, args.tag) {
        (Some(id), _) => person::tag(id, &home.tag_secret()?),
        (None, Some(tag)) if store.knows(&tag)? => tag,
        (None, _) => return Err(Error::UnknownTag),
    };
    let status = Status::new(args.colour, args.since, args.until, context.now)?;
    store.set_status(&tag, status, context.now)?;
    if let Some(id) = &id {
        identity_keys::note(&mut store, &tag, id)?;
    }
    let passes = if store.knows(&tag)? {
        "has been issued a pass"
    } else {
        "has no pass yet"
    };
    println!(
        "{tag} ({passes}) is {}; `publish` to send it out",
        args.colour.name()
    );
    Ok(())
}
