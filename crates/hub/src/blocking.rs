//! Blocking work, off the threads that serve connections.

use crate::refusal::Refusal;

/// Runs work that reads or writes disk, database or much memory.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    // It fails only when the work panicked or the program is stopping.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Storage)
}
