//! Why a delta can't be used or made.

use std::io;

use super::{error::ListError, kind::ListKind, write::WriteError};
use crate::{document_error::DocumentError, ids::IssuerId};

/// Why a delta can't be used or made. The list that was there stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum DeltaError {
    /// The earlier list can't be read.
    #[error(transparent)]
    List(#[from] ListError),
    /// The delta can't be read.
    #[error("the delta can't be read from storage")]
    Read(#[from] io::Error),
    /// The delta breaks the format, or what it changes is not there.
    #[error("delta is damaged: {0}")]
    Damaged(&'static str),
    /// The later list's head is not validly signed.
    #[error("the head of the delta's list is not valid")]
    Head(#[source] DocumentError),
    /// For a list of another issuer.
    #[error("delta of {delta} for a list of {list}")]
    OtherIssuer {
        /// Whose list is here.
        list: IssuerId,
        /// Whose lists the delta leads between.
        delta: IssuerId,
    },
    /// For a list of another kind.
    #[error("delta for a {} list, and this is a {} list", delta.name(), list.name())]
    OtherKind {
        /// The kind of the list that is here.
        list: ListKind,
        /// The kind of list that the delta is for.
        delta: ListKind,
    },
    /// It leads to a version that is not later.
    #[error("delta to version {to}, and the list is at {have}")]
    OldVersion {
        /// The version here.
        have: u64,
        /// The version that the delta leads to.
        to: u64,
    },
    /// It begins at another version.
    #[error(
        "delta from version {from}, and the list is at {have}: take those in between, or the list"
    )]
    OtherBase {
        /// The version here.
        have: u64,
        /// The version that it begins at.
        from: u64,
    },
    /// It begins at this version, but with other content.
    #[error("delta from other content of the same version: take the whole list")]
    OtherRoot,
    /// The later list has another salt: all its keys are others.
    #[error("delta to a list with another salt: take the whole list")]
    OtherSalt,
    /// What it adds and removes does not lead to the count in the head.
    #[error("delta leads to {found} records, and the head counts {expected}")]
    Count {
        /// The number of records that the signed head gives.
        expected: u64,
        /// The number that the delta's changes lead to.
        found: u64,
    },
    /// The result is not what the issuer signed.
    #[error("delta: the result is not what the issuer signed: take the whole list")]
    Result,
    /// The later list, or the delta, can't be written.
    #[error("it can't be written")]
    Write(#[source] io::Error),
}

impl From<WriteError> for DeltaError {
    fn from(why: WriteError) -> Self {
        match why {
            WriteError::Write(why) => Self::Write(why),
            // Merging signs nothing: the head comes with the delta.
            WriteError::Sign(why) => Self::Write(io::Error::other(why)),
            WriteError::Collision | WriteError::TooMany | WriteError::Order => {
                Self::Damaged("it adds what does not belong there")
            }
        }
    }
}
