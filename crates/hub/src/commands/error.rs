//! Why a command failed.

use std::{io, net::SocketAddr, path::PathBuf};

use gatepost_hub::{
    HubStoreError, export::ExportError, fleet::OperatorsError, listing::ListingError, tls::TlsError,
};
use gatepost_pass::{KeyError, TrustError};
use gatepost_system::files::FileError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("cannot use the root in {}", path.display())]
    Root { path: PathBuf, source: TrustError },
    #[error("cannot use the key in {}", path.display())]
    Key { path: PathBuf, source: KeyError },
    #[error(
        "cannot use the key in {}: it is a published test key, with which anybody could sign \
         receipts",
        path.display()
    )]
    PublishedKey { path: PathBuf },
    #[error("cannot open {name}")]
    Database { name: String, source: HubStoreError },
    #[error("cannot use the operators in {}", path.display())]
    Operators {
        path: PathBuf,
        source: OperatorsError,
    },
    #[error(
        "passwords would cross the network in clear: give --tls-cert, or a loopback \
         --operator-listen such as 127.0.0.1:8471"
    )]
    PasswordsInClear,
    #[error("no hash was made")]
    Password(#[from] OperatorsError),
    #[error("cannot read the password")]
    Input(#[source] io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error(transparent)]
    Listing(#[from] ListingError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("cannot start the server")]
    Runtime(#[source] io::Error),
}
