//! `status import`: the colours of many persons from a file, all of them or none.

use std::{error::Error, path::PathBuf};

use gatepost_pass::SubjectTag;
use gatepost_system::say;

use crate::{
    context::Context,
    home::Home,
    progress::ProgressBar,
    pseudonym::{self, PersonId},
    register::{Register, RegisterError, Status},
    status_file::{RowError, StatusRow, each_row},
};

/// Arguments of `status import`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// CSV with column names in the first line, or JSON lines: `id` or `tag`, `colour`, and
    /// optionally `since` and `until`. If a person occurs twice, the worse colour is used.
    file: PathBuf,
    /// Import the other rows if some are rejected.
    #[arg(long)]
    skip_rejected: bool,
    /// Number of rejected rows to name.
    #[arg(long, value_name = "N", default_value_t = 20)]
    name_rejected: u64,
}

/// Some rows cannot be used, so none is.
#[derive(Debug, thiserror::Error)]
#[error(
    "{rejected} of {rows} rows are rejected: nothing was changed. Correct them, or add \
     --skip-rejected to import the others"
)]
struct Rejected {
    rejected: u64,
    rows: u64,
}

/// What was read from the file.
#[derive(Default)]
struct StatusRows {
    statuses: Vec<(SubjectTag, Status)>,
    rows: u64,
    rejected: u64,
    /// Lines of the first rejected rows.
    named: Vec<(u64, RowError)>,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Box<dyn Error>> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut register = home.register()?;
    let mut read = StatusRows::default();
    let whole = read.take(args, context, &home, &register);
    let (rows, rejected) = (read.rows, read.rejected);
    // Also where the rest of the file can't be read.
    for (line, why) in &read.named {
        log::warn!("line {line}: {why}");
    }
    whole?;
    if rejected > args.name_rejected {
        log::warn!("{} more rows are rejected", rejected - args.name_rejected);
    }
    if rejected > 0 {
        if !args.skip_rejected {
            return Err(Rejected { rejected, rows }.into());
        }
        log::warn!("{rejected} of {rows} rows are rejected; importing the others");
    }

    let accepted = read.statuses.len();
    // The worse colour first, and of one colour the later end.
    read.statuses
        .sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
    read.statuses.dedup_by_key(|(tag, _)| *tag);
    let persons = read.statuses.len();
    let mut progress = ProgressBar::new("storing", persons as u64);
    let imported = register.import(&read.statuses, context.now, |done| progress.at(done))?;
    drop(progress);
    say!(
        "{rows} rows, {persons} persons: {} set yellow or red, {} taken off the list, \
         {} were not on it",
        imported.set,
        imported.removed,
        imported.unlisted
    );
    if persons < accepted {
        say!(
            "{} rows name a person again: the worse colour is used",
            accepted - persons
        );
    }
    if register.identity_salt()?.is_some() {
        say!("`identity import` the same file for the list by ID number");
    }
    say!("`publish` to send it out");
    Ok(())
}

impl StatusRows {
    fn take(
        &mut self,
        args: &Args,
        context: &Context,
        home: &Home,
        register: &Register,
    ) -> Result<(), Box<dyn Error>> {
        let secret = home.tag_secret()?;
        self.rows = each_row(&args.file, context.now, |line, row| {
            let row = match row {
                Ok(row) => with_tag(row, &secret, register)?,
                Err(why) => Err(why),
            };
            match row {
                Ok(status) => self.statuses.push(status),
                Err(why) => {
                    self.rejected += 1;
                    if self.rejected <= args.name_rejected {
                        self.named.push((line, why));
                    }
                }
            }
            Ok::<_, Box<dyn Error>>(())
        })?;
        Ok(())
    }
}

/// The row with the person's tag. A tag that nobody has is a typing mistake.
fn with_tag(
    row: StatusRow,
    secret: &[u8; 32],
    register: &Register,
) -> Result<Result<(SubjectTag, Status), RowError>, RegisterError> {
    Ok(match row.person {
        PersonId::Number(number) => Ok((pseudonym::tag(&number, secret), row.status)),
        PersonId::Tag(tag) if register.knows(&tag)? => Ok((tag, row.status)),
        PersonId::Tag(_) => Err(RowError::UnknownTag),
    })
}
