//! `passages`: lists what arrived, or exports it.

use std::{
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use gatepost_hub::{
    export::{Exported, export},
    listing::{self, ListFormat, ListingError},
    store::ArrivalFilter,
};
use gatepost_pass::{DeviceId, Timestamp};
use gatepost_system::{clock::parse_time, say};

use super::{database::Database, error::CliError};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    database: Database,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Write every batch into a file of its own in this directory instead of a listing. Existing
    /// files stay: run it again to complete an export that broke off, or to add what arrived since.
    #[arg(long = "export", value_name = "DIR", conflicts_with = "json")]
    to: Option<PathBuf>,
    /// Only what this device sent.
    #[arg(long, value_name = "ID", requires = "to")]
    device: Option<DeviceId>,
    /// Only what arrived at this time or later, such as 2026-11-01T00:00:00Z. Passages arrive after
    /// they happened, some of them days later: to trace a day, begin with that day and set no end.
    #[arg(long, value_name = "RFC3339", requires = "to", value_parser = parse_time)]
    arrived_from: Option<Timestamp>,
    /// Only what arrived before this time.
    #[arg(long, value_name = "RFC3339", requires = "to", value_parser = parse_time)]
    arrived_until: Option<Timestamp>,
}

impl Args {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        match &self.to {
            Some(to) => self.export(to),
            None => self.list(),
        }
    }

    fn list(&self) -> Result<(), CliError> {
        let store = self.database.open_to_read()?;
        let format = match self.json {
            true => ListFormat::Json,
            false => ListFormat::Text,
        };
        let mut output = BufWriter::new(io::stdout().lock());
        complete(listing::list(&*store, format, &mut output))
    }

    fn export(&self, to: &Path) -> Result<(), CliError> {
        let store = self.database.open_to_read()?;
        let filter = ArrivalFilter {
            device: self.device,
            from: self.arrived_from.unwrap_or(ArrivalFilter::ALL.from),
            until: self.arrived_until.unwrap_or(ArrivalFilter::ALL.until),
        };
        let Exported { written, there } = export(&*store, &filter, to)?;
        say!("{written} batches written, {there} existed already");
        Ok(())
    }
}

/// The result of a listing. It stops early, and that is no error, when nobody reads it any more (`|
/// head`).
pub(super) fn complete(listed: Result<(), ListingError>) -> Result<(), CliError> {
    match listed {
        Err(ListingError::Write(why)) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        listed => Ok(listed?),
    }
}
