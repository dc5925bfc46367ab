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

use gatepost_pass::visible::visible;

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
///
/// Names of files, devices and regions come from others, and a terminal takes some characters for
/// orders: all that cannot be seen is written by its number, but for ends of lines and tabs.
pub fn write(text: fmt::Arguments<'_>) {
    if let Err(why) = io::stdout().lock().write_all(legible(text).as_bytes()) {
        remember(why);
    }
}

/// The text of lines with all else that cannot be seen made [`visible`].
pub(crate) fn legible(text: fmt::Arguments<'_>) -> String {
    let text = text.to_string();
    let mut shown = String::with_capacity(text.len());
    for part in text.split_inclusive(['\n', '\t']) {
        let (part, end) = match part.strip_suffix(['\n', '\t']) {
            Some(front) => part.split_at(front.len()),
            None => (part, ""),
        };
        shown.push_str(&visible(part));
        shown.push_str(end);
    }
    shown
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_file_orders_a_terminal_about_or_turns_its_text_around() {
        let name = "stick\u{1b}]0;ok\u{7}\u{9b}2J\u{202e}txt.exe\r\u{200b}";
        let shown = legible(format_args!("{name}: damaged\n\tby hand\n"));
        let name = "stick[U+001B]]0;ok[U+0007][U+009B]2J[U+202E]txt.exe[U+000D][U+200B]";
        assert_eq!(shown, format!("{name}: damaged\n\tby hand\n"));
        let plain = "济南 ئۈرۈمچى: 3 of 4\n";
        assert_eq!(legible(format_args!("{plain}")), plain);
    }
}
