//! Where a hub keeps what it has: a file, or a PostgreSQL server.

use std::path::{Path, PathBuf};

use ::postgres::{Config, config::SslMode};
use gatepost_system::files::{self, FileError};
use percent_encoding::percent_decode_str;

use super::{
    HubStore,
    error::HubStoreError,
    postgres::{CertificateFileError, Encryption, PostgresServer, PostgresStore},
    sqlite::SqliteStore,
};

/// Longest file that holds a URL, in bytes.
const MAX_URL: usize = 16 * 1024;

/// A database that the operator names.
#[derive(Clone, Debug)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL server. The debug output leaves the password out.
    Server(Box<PostgresServer>),
}

/// Why a database cannot be used by the name that the operator gave.
#[derive(Debug, thiserror::Error)]
pub enum LocationError {
    /// Neither a URL nor a readable file.
    #[error("neither a URL that begins with postgres:// nor a readable file")]
    Unreadable(#[source] FileError),
    /// A URL with a mistake. It is not repeated: it may hold a password.
    #[error("not a PostgreSQL URL such as postgres://hub@localhost/hub")]
    Url,
    /// An encryption mode that leaves the decision to the server, or an unknown one.
    #[error("sslmode must be disable, require, or verify-full with sslrootcert=FILE")]
    Mode,
    /// A file of certificates without the mode that uses it, or the mode without a file.
    #[error("sslmode=verify-full and sslrootcert=FILE must be given together")]
    NoRoot,
    /// The file of certificates cannot be used.
    #[error(transparent)]
    Root(#[from] CertificateFileError),
    /// TLS cannot be set up at all.
    #[error("TLS cannot be used")]
    Tls(#[from] rustls::Error),
}

impl Location {
    /// Reads a URL, or the file that holds one, so that no password is on a command line.
    pub fn server(text: &str) -> Result<Self, LocationError> {
        let url = match ["postgres://", "postgresql://"].map(|start| text.starts_with(start)) {
            [false, false] => {
                files::read_text(Path::new(text), MAX_URL).map_err(LocationError::Unreadable)?
            }
            _ => text.to_owned(),
        };
        let (url, encryption) = encryption(url.trim())?;
        let mut config: Config = url.parse().map_err(|_| LocationError::Url)?;
        // Never "prefer", which falls back to plain text when the server claims that it cannot
        // encrypt.
        config.ssl_mode(match encryption {
            Some(_) => SslMode::Require,
            None => SslMode::Disable,
        });
        Ok(Self::Server(Box::new(PostgresServer {
            config,
            encryption,
        })))
    }

    /// Opens the database of a hub that serves; makes a new one where there is none.
    pub fn open(&self) -> Result<Box<dyn HubStore>, HubStoreError> {
        Ok(match self {
            Self::File(path) => Box::new(SqliteStore::open(path)?),
            Self::Server(server) => Box::new(PostgresStore::open(server)?),
        })
    }

    /// Opens a database read-only, also while a hub serves from it.
    pub fn open_to_read(&self) -> Result<Box<dyn HubStore>, HubStoreError> {
        Ok(match self {
            Self::File(path) => Box::new(SqliteStore::open_to_read(path)?),
            Self::Server(server) => Box::new(PostgresStore::open_to_read(server)?),
        })
    }

    /// The name in messages; for a server without user and password.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(server) => {
                let name = server.config.get_dbname();
                format!("postgres database {}", name.unwrap_or("(default)"))
            }
        }
    }
}

/// Takes libpq's `sslmode` and `sslrootcert` out of a URL: the client library knows only one of the
/// modes that guarantee anything.
fn encryption(url: &str) -> Result<(String, Option<Encryption>), LocationError> {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for parameter in parameters.split('&').filter(|text| !text.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => {
                let path = percent_decode_str(value).decode_utf8();
                roots = Some(path.map_err(|_| LocationError::Url)?.into_owned());
            }
            _ => rest.push(parameter),
        }
    }
    let encryption = match (mode, &roots) {
        (None | Some("disable"), None) => None,
        (Some("require"), None) => Some(Encryption::to_anybody()?),
        (Some("verify-full"), Some(roots)) => Some(Encryption::verified(Path::new(roots))?),
        (None | Some("disable" | "require" | "verify-full"), _) => {
            return Err(LocationError::NoRoot);
        }
        (Some(_), _) => return Err(LocationError::Mode),
    };
    let url = match rest.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", rest.join("&")),
    };
    Ok((url, encryption))
}
