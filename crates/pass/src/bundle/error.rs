//! Why a bundle is refused.

use std::io;

use crate::{
    digest::Digest,
    document_error::DocumentError,
    envelope::EnvelopeError,
    ids::IssuerId,
    list::{ListError, ListKind},
    trust::TrustError,
};

/// Most deltas that a manifest names of one list.
pub const MAX_DELTAS: usize = 32;

/// Why a bundle is refused. The one before stays in use.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The manifest breaks the format.
    #[error("the manifest can't be read")]
    Manifest(#[from] EnvelopeError),
    /// The manifest or the policy is not signed by the own authority.
    #[error("the {role} is not valid")]
    Document {
        /// Manifest or policy.
        role: &'static str,
        /// What is wrong with it.
        #[source]
        why: DocumentError,
    },
    /// A root or the trust list is refused.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A list is refused.
    #[error("the {kind} list of {issuer} is not valid", kind = kind.name())]
    List {
        /// Status, revocation or identity.
        kind: ListKind,
        /// Whose list it is.
        issuer: IssuerId,
        /// What is wrong with it.
        #[source]
        why: ListError,
    },
    /// The manifest names files in a wrong order, or one role twice.
    #[error("manifest: files are out of order, or one stands in it twice")]
    Order,
    /// The manifest names more deltas of one list than anyone takes.
    #[error("manifest: it names more than {MAX_DELTAS} deltas of one list")]
    ManyDeltas,
    /// The manifest does not name a file that every bundle has.
    #[error("manifest: it names no {0}")]
    Missing(&'static str),
    /// A file can't be read.
    #[error("file {digest} can't be read")]
    File {
        /// Its name.
        digest: Digest,
        /// What the storage reported.
        #[source]
        why: io::Error,
    },
    /// Signed later than the manifest that names it.
    #[error("the {0} is signed later than the manifest that names it: its signer's clock is wrong")]
    LaterThanManifest(&'static str),
    /// A file's bytes or length are not the ones that the manifest names.
    #[error("file {0} is not the one that the manifest names: copy the bundle again")]
    WrongFile(Digest),
    /// A list has another count, kind or issuer than the manifest says.
    #[error("the manifest and the {kind} list of {issuer} disagree", kind = kind.name())]
    Disagree {
        /// Status, revocation or identity.
        kind: ListKind,
        /// Whose list it is.
        issuer: IssuerId,
    },
    /// Identity lists of which each would need a hash of its own.
    #[error("the identity list of {0} has another salt than the others here: leave it out")]
    Salts(IssuerId),
    /// An older version of something that the device already holds.
    #[error("{what} goes back from version {have} to {found}: refused")]
    Rollback {
        /// Manifest, trust list, policy or list.
        what: &'static str,
        /// The version here.
        have: u64,
        /// The version that came.
        found: u64,
    },
    /// A policy or a manifest that gives itself more than the trust list allows.
    #[error("the bundle is looser than the trust list allows: {0}")]
    Looser(&'static str),
    /// Too old to be used at all.
    #[error("the bundle's last usable time is over: fetch a newer one")]
    Expired,
}
