//! Why a list can't be used, or a look-up has no answer.

use std::io;

use super::kind::ListKind;
use crate::document_error::DocumentError;

/// Why a list can't be used, or a look-up had no answer.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// Something else than a list.
    #[error("not a list")]
    NotAList,
    /// The file breaks the format.
    #[error("list is damaged: {0}")]
    Damaged(&'static str),
    /// The head is not validly signed.
    #[error("the head of the list is not valid")]
    Head(#[from] DocumentError),
    /// The digests at the end of the file are not what the issuer signed.
    #[error("list: its table of digests is not what the issuer signed: fetch it again")]
    Root,
    /// A chunk of the body is not what the issuer signed.
    #[error("list: chunk {0} is not what the issuer signed: fetch it again")]
    Chunk(u32),
    /// ID numbers are hashed in a way that came after this program.
    #[error(
        "list: its ID numbers are hashed in way {0}, which this program does not know: update it"
    )]
    UnknownHash(u8),
    /// A question that was hashed for lists of another salt.
    #[error("list: the question was hashed under another salt")]
    OtherSalt,
    /// A question for a list of another kind.
    #[error("a {kind} list does not answer this", kind = .0.name())]
    OtherKind(ListKind),
    /// The storage failed.
    #[error("the list can't be read from storage")]
    Read(#[from] io::Error),
}
