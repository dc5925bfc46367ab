//! Why the program was not updated.

use std::io;

use gatepost_pass::{Digest, ReleaseError};
use gatepost_system::files::FileError;

use super::tool::ToolError;

/// Why the program was not updated. The running one stays.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The release is not for this device, or is not signed.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The release or its image cannot be read where they come from.
    #[error("cannot read the {what}")]
    Origin {
        /// Release or image.
        what: &'static str,
        /// What the system or the network said.
        source: io::Error,
    },
    /// The image is another one than was signed.
    #[error("image {0} is not the one that was signed: copy it again")]
    OtherImage(Digest),
    /// There is no room for the image, with something left for passages.
    #[error("the image needs {needed} bytes of disk, and {free} are free")]
    NoSpace {
        /// Bytes that have to be free.
        needed: u64,
        /// Bytes that are.
        free: u64,
    },
    /// The device's own storage failed.
    #[error("the image cannot be stored")]
    Store(#[from] FileError),
    /// The image could not be written into the other slot.
    #[error("the image cannot be installed")]
    Install(#[source] ToolError),
}
