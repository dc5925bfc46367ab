//! Standard output of a command, which may be closed at any line (`| head`).
//!
//! `println!` panics there. A line that nobody reads any more is dropped instead, and the command
//! goes on: an import or an exchange with the hub must not stop because its words are no longer
//! read.

use std::{
    fmt,
    io::{self, Write as _},
    sync::Mutex,
};

/// The first failure other than a closed pipe.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Writes a line to standard output, like `println!`, but never panics: see
/// [`output`](crate::output).
#[macro_export]
macro_rules! say {
    () => { $crate::output::write(format_args!("\n")) };
    ($($arg:tt)*) => { $crate::output::write(format_args!("{}\n", format_args!($($arg)*))) };
}

/// Writes text to standard output. What fails is told by [`finish`].
pub fn write(text: fmt::Arguments<'_>) {
    if let Err(why) = io::stdout().lock().write_fmt(text) {
        remember(why);
    }
}

/// Ends the output: an error when some of it was lost, as on a full disk. A reader that went away
/// lost nothing that it wanted.
pub fn finish() -> io::Result<()> {
    if let Err(why) = io::stdout().flush() {
        remember(why);
    }
    let mut failed = FAILED
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    failed.take().map_or(Ok(()), Err)
}

fn remember(why: io::Error) {
    if why.kind() != io::ErrorKind::BrokenPipe {
        let mut failed = FAILED
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        failed.get_or_insert(why);
    }
}
