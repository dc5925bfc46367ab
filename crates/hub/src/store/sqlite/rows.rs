//! SQLite's rows and errors, as the store reads them.

use rusqlite::{Error, ErrorCode, Row};

use crate::store::{HubStoreError, columns::Columns};

impl Columns for Row<'_> {
    fn nullable(&self, column: usize) -> Result<Option<i64>, HubStoreError> {
        Ok(self.get(column)?)
    }

    fn text(&self, column: usize) -> Result<String, HubStoreError> {
        Ok(self.get(column)?)
    }

    fn bytes(&self, column: usize) -> Result<Vec<u8>, HubStoreError> {
        Ok(self.get(column)?)
    }

    fn flag(&self, column: usize) -> Result<bool, HubStoreError> {
        Ok(self.get(column)?)
    }
}

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
