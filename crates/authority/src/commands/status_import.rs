//! `status import`: the colours of many persons, from a file; all of them or none.

use std::{io::IsTerminal as _, path::PathBuf};

use gatepost_pass::SubjectTag;

use crate::{
    Context,
    error::Error,
    home::Home,
    person,
    progress::Progress,
    status_rows::{Row, RowFault, Who, each_row},
    store::{Status, Store},
};

/// What `status import` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// CSV under a line of column names, or JSON lines: `id` or `tag`, `colour`, and where wanted
    /// `since` and `until`. Of a person who comes twice the worse colour counts.
    file: PathBuf,
    /// Take the other rows when some are rejected.
    #[arg(long)]
    skip_rejected: bool,
    /// How many rejected rows to name.
    #[arg(long, value_name = "N", default_value_t = 20)]
    name_rejected: u64,
}

/// What was read.
#[derive(Default)]
struct Read {
    statuses: Vec<(SubjectTag, Status)>,
    rows: u64,
    rejected: u64,
}

pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Error> {
    let home = context.home()?;
    let _lock = home.lock()?;
    let mut store = home.store()?;
    let mut read = read(args, context, &home, &store)?;
    if read.rejected > 0 {
        let rows = read.rows;
        let rejected = read.rejected;
        if !args.skip_rejected {
            return Err(Error::Rejected { rejected, rows });
        }
        eprintln!("{rejected} of {rows} rows are rejected; the others are taken");
    }

    let named = read.statuses.len();
    // The worse colour first, and of one colour the later end.
    read.statuses
        .sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
    read.statuses.dedup_by_key(|(tag, _)| *tag);
    let persons = read.statuses.len();
    let mut progress = Progress::new("storing", persons as u64);
    let imported = store.import(&read.statuses, context.now, |done| progress.at(done))?;
    drop(progress);
    println!(
        "{} rows, {persons} persons: {} set yellow or red, {} taken off the list, {} were not on it",
        read.rows, imported.set, imported.removed, imported.unlisted
    );
    if persons < named {
        println!(
            "{} rows name a person again: the worse colour counts",
            named - persons
        );
    }
    if store.identity_salt()?.is_some() {
        println!("`identity import` the same file for the list by ID number");
    }
    println!("`publish` to send it out");
    Ok(())
}

fn read(args: &Args, context: &Context, home: &Home, store: &Store) -> Result<Read, Error> {
    let secret = home.tag_secret()?;
    let mut read = Read::default();
    read.rows = each_row(&args.file, context.now, |line, row| {
        let tagged = row.map(|row| tag_of(row, &secret, store));
        match tagged.unwrap_or_else(|why| Ok(Err(why)))? {
            Ok(status) => read.statuses.push(status),
            Err(why) => read.reject(args, line, why),
        }
        Ok(())
    })?;
    Ok(read)
}

/// The row under the person's tag. A tag that nobody has is a slip of the pen.
fn tag_of(
    row: Row,
    secret: &[u8; 32],
    store: &Store,
) -> Result<Result<(SubjectTag, Status), RowFault>, Error> {
    Ok(match row.who {
        Who::Number(number) => Ok((person::tag(&number, secret), row.status)),
        Who::Tag(tag) if store.knows(&tag)? => Ok((tag, row.status)),
        Who::Tag(_) => Err(RowFault::UnknownTag),
    })
}

impl Read {
    fn reject(&mut self, args: &Args, line: u64, why: RowFault) {
        self.rejected += 1;
        if self.rejected <= args.name_rejected {
            // Where a bar is drawn on this line it goes first.
            let clear = if std::io::stderr().is_terminal() {
                "\r\x1b[K"
            } else {
                ""
            };
            eprintln!("{clear}line {line}: {why}");
        } else if self.rejected == args.name_rejected + 1 {
            eprintln!("more rows are rejected, and only counted");
        }
    }
}
