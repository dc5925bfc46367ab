//! Why a sync with the hub, or with a stick, stopped.

use gatepost_pass::DocumentError;
use gatepost_protocol::{BatchError, Epoch, OrderError, TimeAnswerError};
use gatepost_system::{files::FileError, random::RandomError};

use super::http::HubError;
use crate::{
    data::DataError,
    program::ProgramError,
    store::{CacheError, LogError},
};

/// Why a sync stopped. What was not exchanged stays where it is.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum SyncError {
    /// The hub could not be reached, or answered with an error.
    Hub(#[from] HubError),
    /// The bundle was not installed.
    Bundle(#[from] CacheError),
    /// The passage log failed.
    Log(#[from] LogError),
    /// The data directory cannot be used.
    Data(#[from] DataError),
    /// The hub's receipt is not valid.
    #[error("the hub's receipt is not valid")]
    Receipt(#[source] DocumentError),
    /// A batch could not be made.
    Batch(#[from] BatchError),
    /// There is no trust list yet to check receipts with.
    #[error("there is no bundle on this device yet: import one, or let the hub send it")]
    NoBundle,
    /// A file of the device, or of a directory of batches and receipts.
    File(#[from] FileError),
    /// What is kept of the hub of a wiped device cannot be read.
    #[error("the address of a wiped device's hub is damaged")]
    WipedHub(#[source] gatepost_pass::FormatError),
    /// The program was not updated.
    Program(#[from] ProgramError),
    /// The order to wipe this device is not valid.
    #[error("the order to wipe this device is not valid")]
    Order(#[source] OrderError),
    /// The hub's word on the time is not valid.
    #[error(transparent)]
    Time(#[from] TimeAnswerError),
    /// The hub's word on the time took too long.
    #[error("the hub's answer to what time it is took longer than 10 s")]
    SlowTime,
    /// The system gives no random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The hub's receipt covers nothing new.
    #[error("the hub took a batch of epoch {epoch} and acknowledged nothing new: it waits here")]
    Stuck {
        /// The epoch whose records wait.
        epoch: Epoch,
    },
}

impl SyncError {
    /// Whether another batch may succeed: the hub answered, and refused this very batch.
    pub fn is_about_the_batch(&self) -> bool {
        match self {
            Self::Hub(HubError::Refused { reason, .. }) => reason.is_about_the_body(),
            Self::Log(LogError::Receipt) | Self::Batch(_) => true,
            _ => false,
        }
    }
}
