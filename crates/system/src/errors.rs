//! Errors as people read them: what happened, and why, down to the disk.

use std::error::Error;

/// An error and all its causes on one line: `cannot write key.json: No space left on device`.
///
/// Errors of this house name only what they themselves know and keep the rest as their source, so
/// that nothing is lost on the way up and nothing stands there twice. A cause that is the end of
/// the text already, as `#[error(transparent)]` leaves it or other libraries write it, is not
/// repeated.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the log is closed")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("cannot write {path}: {source}")]
    struct Inner {
        path: &'static str,
        source: io::Error,
    }

    #[test]
    fn every_cause_is_told_once() {
        let source = io::Error::other("no space left");
        let error = Outer(Inner {
            path: "log",
            source,
        });
        let text = chain(&error);
        assert_eq!(text, "the log is closed: cannot write log: no space left");
    }
}
