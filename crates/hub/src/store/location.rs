//! Where a hub keeps what it has: a file, or a PostgreSQL server.

use std::{fs, path::PathBuf};

use ::postgres::Config;

use super::{PostgresStore, SqliteStore, Store, StoreError};

/// A database that the operator names.
#[derive(Clone, Debug)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL server. The debug output leaves the password out.
    Server(Box<Config>),
}

/// Why a store's address does not count.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    /// Neither a URL nor a readable file.
    #[error("neither a URL that begins with postgres:// nor a readable file: {0}")]
    Unreadable(std::io::Error),
    /// A URL with a mistake. What it says is not repeated: it may hold a password.
    #[error("not a PostgreSQL URL such as postgres://hub@localhost/hub")]
    Url,
}

impl Location {
    /// Reads a URL, or the file that holds one, so that no password stands on a command line.
    pub fn server(text: &str) -> Result<Self, LocationError> {
        let url = match ["postgres://", "postgresql://"].map(|start| text.starts_with(start)) {
            [false, false] => fs::read_to_string(text).map_err(LocationError::Unreadable)?,
            _ => text.to_owned(),
        };
        let config = url.trim().parse().map_err(|_| LocationError::Url)?;
        Ok(Self::Server(Box::new(config)))
    }

    /// Opens the database of a hub that serves; makes a new one where there is none.
    pub fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(match self {
            Self::File(path) => Box::new(SqliteStore::open(path)?),
            Self::Server(config) => Box::new(PostgresStore::open(config)?),
        })
    }

    /// Opens a database to look at it, also while a hub serves from it.
    pub fn open_to_read(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(match self {
            Self::File(path) => Box::new(SqliteStore::open_to_read(path)?),
            Self::Server(config) => Box::new(PostgresStore::open_to_read(config)?),
        })
    }

    /// The name in messages; for a server without user and password.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(config) => {
                format!(
                    "postgres database {}",
                    config.get_dbname().unwrap_or("(default)")
                )
            }
        }
    }
}
