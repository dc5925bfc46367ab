//! One file per group of addresses.

use crate::answer::Refusal;

pub(crate) mod batches;
mod body;
pub(crate) mod bundle;
pub(crate) mod enrolments;
pub(crate) mod health;

/// Runs blocking work off the threads that serve connections.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    // It fails only when the work panicked or the program is stopping.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Storage)
}
