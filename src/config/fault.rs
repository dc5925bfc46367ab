//! What is wrong with the settings: which line, which key, what is allowed.

use std::io;

use thiserror::Error;

/// Why the settings can't be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is there and can't be read.
    #[error("{path} can't be read: {why}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// The file breaks its rules.
    #[error("{path}, {fault}")]
    Wrong {
        /// The file.
        path: String,
        /// Where and how.
        fault: Fault,
    },
}

/// One thing that is wrong with the file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}, `{key}`: {why}; allowed: {allowed}")]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// The key with its table, such as `gate.pulse_ms`; empty where the line has none.
    pub key: String,
    /// What is wrong.
    pub why: String,
    /// What would be right.
    pub allowed: String,
}

impl Fault {
    pub(super) fn not_text() -> Self {
        Self {
            line: 1,
            key: String::new(),
            why: "not a text file".to_owned(),
            allowed: "UTF-8 text".to_owned(),
        }
    }

    /// A table that names the device of another one.
    pub(super) fn shared(table: &str, text: &str) -> Self {
        let wanted = format!("{table}.device");
        let line = (0..text.lines().count()).find(|line| key(text, *line) == wanted);
        Self {
            line: line.unwrap_or(0) + 1,
            key: wanted,
            why: "another table names the same device".to_owned(),
            allowed: "a device of its own".to_owned(),
        }
    }

    /// From what the parser says about a text.
    pub(super) fn of(error: &toml::de::Error, text: &str) -> Self {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count();
        let message = error.message().trim();
        let (why, allowed) = message
            .split_once(", expected ")
            .or_else(|| message.split_once("\nexpected "))
            .unwrap_or((message, "see docs/devices.md"));
        Self {
            line: line + 1,
            key: key(text, line),
            why: why.to_owned(),
            allowed: allowed.to_owned(),
        }
    }
}

/// The key in a line, from 0, with the table it is in; the table alone at its own head.
fn key(text: &str, line: usize) -> String {
    let head = |line: &str| {
        let inside = line.trim().strip_prefix('[')?.split(']').next()?;
        Some(inside.trim().to_owned())
    };
    let lines: Vec<&str> = text.lines().take(line + 1).collect();
    let here = lines.get(line).copied().unwrap_or_default();
    if let Some(table) = head(here) {
        return table;
    }
    let table = lines.iter().rev().find_map(|line| head(line));
    let key = here.split(['=', '#']).next().unwrap_or_default().trim();
    match table {
        Some(table) if key.is_empty() => table,
        Some(table) => format!("{table}.{key}"),
        None => key.to_owned(),
    }
}
