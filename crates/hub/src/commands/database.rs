//! The database, as the command line names it.

use std::path::PathBuf;

use gatepost_hub::{HubStore, HubStoreError, store::Location};
use gatepost_system::chain;

use super::error::CliError;

/// The database.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Database {
    /// The database of received passages, an SQLite file; `serve` creates it if it does not exist.
    #[arg(long = "data", value_name = "FILE")]
    file: Option<PathBuf>,
    /// The database on a PostgreSQL server: postgres://USER@HOST/NAME, or a file that holds such a
    /// URL, so that no password is on the command line.
    #[arg(long = "store", value_name = "URL", value_parser = server)]
    server: Option<Location>,
}

impl Database {
    /// Opens it to write; creates or upgrades it where that is needed.
    pub(super) fn open(&self) -> Result<Box<dyn HubStore>, CliError> {
        let location = self.location();
        location.open().map_err(failed(&location))
    }

    /// Opens it read-only, also while a hub serves from it.
    pub(super) fn open_to_read(&self) -> Result<Box<dyn HubStore>, CliError> {
        let location = self.location();
        location.open_to_read().map_err(failed(&location))
    }

    fn location(&self) -> Location {
        match (&self.server, &self.file) {
            (Some(server), _) => server.clone(),
            // clap requires one of the two.
            (None, file) => Location::File(file.clone().unwrap_or_default()),
        }
    }
}

fn failed(location: &Location) -> impl FnOnce(HubStoreError) -> CliError {
    let name = location.name();
    move |source| CliError::Database { name, source }
}

/// Reads an argument; the error has its causes, which clap would leave out.
fn server(text: &str) -> Result<Location, String> {
    Location::server(text).map_err(|why| chain(&why))
}
