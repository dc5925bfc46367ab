//! `query`: what checkpoints are told about a person, read from the very file that was published.

use std::error::Error;

use gatepost_pass::{
    BundleFiles as _, Colour, List, ListError, Listing, Rules,
    bundle::{FileRole, Intake},
    list::ListKind,
};
use gatepost_system::clock::format_time;
use gatepost_system::files::{Action, FileError};
use gatepost_system::say;

use crate::{
    args::PersonArgs,
    context::Context,
    pseudonym::{self, PersonId},
};

/// Arguments of `query`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    person: PersonArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
enum QueryError {
    /// The published list is damaged.
    #[error("the published list cannot be read, `publish` again")]
    List(#[source] ListError),
    /// No bundle was published yet.
    #[error("nothing was published yet: `publish` first")]
    NotPublished,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let tag = match args.person.person()? {
        PersonId::Tag(tag) => tag,
        PersonId::Number(id) => pseudonym::tag(&id, &home.tag_secret()?),
    };
    let dir = home.published()?;
    if dir.files()?.is_empty() {
        return Err(QueryError::NotPublished.into());
    }
    let first = home.roots()?.first;
    let manifest = dir.manifest()?;
    let rules = Rules::verify(&first, &manifest, &dir, Intake::Installed, context.now)?;
    let role = FileRole::List(ListKind::Status, rules.trust().own());
    let mut files = rules.manifest().files.as_slice().iter();
    let entry = files.find(|entry| entry.role == role);
    let entry = entry.ok_or(QueryError::NotPublished)?;
    let path = dir.path(&entry.digest);
    let file = dir.open(&entry.digest);
    let file = file.map_err(FileError::at(Action::Read, &path))?;
    let list = List::reopen(file, rules.trust(), rules.manifest().issued_at);
    let list = list.map_err(QueryError::List)?;
    let colour = match list.status(&tag).map_err(QueryError::List)? {
        Listing::NotListed => Colour::Green,
        Listing::Listed(colour) => colour,
    };
    let (version, as_of) = (list.head().version, format_time(list.head().as_of));
    let (colour, issuer) = (colour.name(), list.issuer());
    if args.json {
        let answer = serde_json::json!({
            "tag": tag.to_string(),
            "colour": colour,
            "issuer": issuer.to_string(),
            "list_version": version,
            "as_of": as_of,
        });
        say!("{answer}");
    } else {
        say!("{tag} is {colour} on status list {version} of {issuer}, as of {as_of}");
    }
    Ok(())
}
