//! What can go wrong with the window.

use slint::PlatformError;

/// Why there is no window, or no longer one.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// There is no screen to open a window on.
    #[error(
        "cannot open a window (start Gatepost in a graphical session with DISPLAY set, use a build \
         with the `kms` feature on a device without one, or run it with --offscreen 800x480)"
    )]
    NoDisplay(#[source] PlatformError),
    /// This thread has already had its window.
    #[error("this thread has already had a window; open the next one on a thread of its own")]
    AlreadyUsed,
    /// The event loop has ended, or has not started yet.
    #[error("the window is not running")]
    NotRunning,
    /// The window system failed while the window was open.
    #[error("the window failed; start Gatepost again")]
    Failed(#[from] PlatformError),
}
