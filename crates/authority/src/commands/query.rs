//! `query`: what a checkpoint is told of a person, out of the very file that was published.

use gatepost_pass::{
    BundleFiles as _, Colour, List, Listing, Rules, SubjectTag,
    bundle::{FileRole, Intake},
    list::ListKind,
};

use crate::{
    Context, args, clock,
    error::{Error, at},
    person,
};

/// What `query` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// ID number of the person; `-` reads it from a line of the standard input.
    #[arg(long, value_name = "NUMBER", required_unless_present = "tag")]
    id: Option<String>,
    /// Tag of the person.
    #[arg(long, conflicts_with = "id")]
    tag: Option<SubjectTag>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let tag = match (&args.id, args.tag) {
        (_, Some(tag)) => tag,
        (Some(id), None) => person::tag(&args::id_number(id)?, &home.tag_secret()?),
        // The command line asks for one of them.
        (None, None) => return Err(Error::UnknownTag),
    };
    let dir = home.published()?;
    if dir.files()?.is_empty() {
        return Err(Error::NotPublished);
    }
    let first = home.roots()?.first;
    let manifest = dir.manifest()?;
    let rules = Rules::verify(&first, &manifest, &dir, Intake::Installed, context.now)?;
    let role = FileRole::List(ListKind::Status, rules.trust().own());
    let mut files = rules.manifest().files.as_slice().iter();
    let entry = files.find(|entry| entry.role == role);
    let entry = entry.ok_or(Error::NotPublished)?;
    let path = dir.path(&entry.digest);
    let file = dir.open(&entry.digest).map_err(at("read", &path))?;
    let list = List::reopen(file, rules.trust(), rules.manifest().issued_at);
    let list = list.map_err(Error::Query)?;
    let colour = match list.status(&tag).map_err(Error::Query)? {
        Listing::NotListed => Colour::Green,
        Listing::Listed(colour) => colour,
    };
    let (version, as_of) = (list.head().version, clock::show(list.head().as_of));
    let (colour, issuer) = (colour.name(), list.issuer());
    if args.json {
        let answer = serde_json::json!({
            "tag": tag.to_string(),
            "colour": colour,
            "issuer": issuer.to_string(),
            "list_version": version,
            "as_of": as_of,
        });
        println!("{answer}");
    } else {
        println!("{tag} is {colour} on status list {version} of {issuer}, as of {as_of}");
    }
    Ok(())
}
