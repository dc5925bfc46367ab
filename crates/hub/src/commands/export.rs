//! `passages --export`: what was asked for, on the command line.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use gatepost_hub::{
    clock,
    export::{Exported, export},
    store::{Location, Which},
};
use gatepost_pass::{DeviceId, Timestamp};

use crate::{Data, Failure, open};

/// What is exported, and where to.
#[derive(clap::Args)]
pub(crate) struct Export {
    /// Write every batch into this directory, a file each, instead of a listing. What is there already stays: an export
    /// that broke off, or a later one, adds what is missing.
    #[arg(long = "export", value_name = "DIR", conflicts_with = "json")]
    pub(crate) to: Option<PathBuf>,
    /// Only what this device sent.
    #[arg(long, value_name = "ID", requires = "to")]
    device: Option<DeviceId>,
    /// Only what arrived from then on, such as 2026-11-01T00:00:00Z. Passages arrive after they happened, some of them
    /// days later: to trace a day, begin with that day and set no end.
    #[arg(long, value_name = "RFC3339", requires = "to", value_parser = clock::parse)]
    arrived_from: Option<Timestamp>,
    /// Only what arrived before then.
    #[arg(long, value_name = "RFC3339", requires = "to", value_parser = clock::parse)]
    arrived_until: Option<Timestamp>,
}

impl Export {
    pub(crate) fn run(&self, data: &Data, to: &Path) -> Result<(), Failure> {
        let store = open(data, Location::open_to_read)?;
        let which = Which {
            device: self.device,
            from: self.arrived_from.unwrap_or(Which::ALL.from),
            until: self.arrived_until.unwrap_or(Which::ALL.until),
        };
        let Exported { written, there } = export(&*store, &which, to)?;
        let mut out = io::stdout();
        Ok(writeln!(
            out,
            "{written} batches written, {there} were there already"
        )?)
    }
}
