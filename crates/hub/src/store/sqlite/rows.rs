//! SQLite's rows and errors, as the store reads them.

use rusqlite::{Error, ErrorCode, Row};

use crate::store::{HubStoreError, columns::implement_columns};

implement_columns!(Row<'_>, get);

impl From<Error> for HubStoreError {
    fn from(why: Error) -> Self {
        let damaged = matches!(
            why.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
        ) || matches!(
            why,
            Error::FromSqlConversionFailure(..)
                | Error::InvalidColumnType(..)
                | Error::IntegralValueOutOfRange(..)
        );
        if damaged {
            Self::damaged(why)
        } else {
            Self::failed(why)
        }
    }
}
