//! PostgreSQL's rows and errors, as the store reads them.

use postgres::Row;

use crate::store::{HubStoreError, columns::implement_columns};

implement_columns!(Row, try_get);

/// An error of the client library, without the server's details: those may quote values.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostgresError {
    /// The server refused a statement.
    #[error("{code}: {message}")]
    Server {
        /// SQLSTATE.
        code: String,
        /// The server's message; no parameters are in it.
        message: String,
    },
    /// The connection failed, or a value has another type than expected.
    #[error(transparent)]
    Client(postgres::Error),
}

impl From<postgres::Error> for PostgresError {
    fn from(why: postgres::Error) -> Self {
        match why.as_db_error() {
            Some(server) => Self::Server {
                code: server.code().code().to_owned(),
                message: server.message().to_owned(),
            },
            None => Self::Client(why),
        }
    }
}

impl From<postgres::Error> for HubStoreError {
    fn from(why: postgres::Error) -> Self {
        Self::failed(PostgresError::from(why))
    }
}
