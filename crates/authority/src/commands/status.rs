//! `status`: a person's colour on the status list. The next `publish` sends it out.

use gatepost_pass::{Colour, SubjectTag};

use crate::{Context, args, error::Error, person::IdNumber};

/// What `status` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// ID number of the person, who need not have a pass yet; `-` reads it from a line of the standard input.
    #[arg(long, value_name = "NUMBER", required_unless_present = "tag")]
    id: Option<String>,
    /// Tag of a person who has a pass.
    #[arg(long, conflicts_with = "id")]
    tag: Option<SubjectTag>,
    /// The colour; green takes the person off the list.
    #[arg(long, value_parser = args::colour)]
    colour: Colour,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let store = home.store()?;
    let tag = match (&args.id, args.tag) {
        (Some(id), _) => IdNumber::parse(&args::or_line(id)?)?.tag(&home.tag_secret()?),
        (None, Some(tag)) if store.knows(&tag)? => tag,
        (None, _) => return Err(Error::UnknownTag),
    };
    store.set_status(&tag, args.colour, context.now)?;
    let passes = if store.knows(&tag)? {
        "has been issued a pass"
    } else {
        "has no pass yet"
    };
    println!(
        "{tag} ({passes}) is {}; `publish` to send it out",
        args::colour_name(args.colour)
    );
    Ok(())
}
