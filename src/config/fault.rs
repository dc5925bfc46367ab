//! What is wrong with the settings: which line, which key, what is allowed.

use std::fmt;

use gatepost_system::files::FileError;
use thiserror::Error;

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file exists and cannot be read.
    #[error(transparent)]
    Read(FileError),
    /// The file holds something that is not allowed.
    #[error("the settings in {path} are wrong")]
    Wrong {
        /// Path of the file.
        path: String,
        /// The first fault in the file.
        source: Box<SettingsFault>,
    },
}

/// One fault of the settings file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}, `{key}`: {why}; allowed: {allowed}")]
pub struct SettingsFault {
    /// Line of the file, from 1.
    pub line: usize,
    /// The key with its table, such as `gate.pulse_ms`; empty when the line has none.
    pub key: String,
    /// In which way it is wrong.
    pub wrong: Wrong,
    /// What is wrong, in the parser's words.
    pub why: String,
    /// What the setting may be.
    pub allowed: AllowedValue,
}

/// The ways in which a setting is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no key or table of that name.
    UnknownKey,
    /// This required key is missing.
    Missing(String),
    /// The key exists, but not with this value.
    Value,
    /// Another table names the same device.
    Shared,
    /// Anything else: the file is not valid TOML, or not text at all.
    Syntax,
}

/// What a setting may be. `Display` gives the words that the parser is told to expect; they are
/// read back from its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedValue {
    /// A whole number within these bounds.
    Number {
        /// The smallest allowed number.
        least: u32,
        /// The largest allowed number.
        most: u32,
    },
    /// A number within these bounds, with or without decimals.
    Decimal {
        /// The smallest allowed number.
        least: u32,
        /// The largest allowed number.
        most: u32,
    },
    /// One of these words.
    OneOf(Vec<String>),
    /// A text of at most this many bytes.
    Text(u32),
    /// The path or the name of a device.
    DeviceName,
    /// A device that no other table names.
    OwnDevice,
    /// Anything else, in the parser's words.
    Other(String),
}

const DEVICE_NAME: &str = "the path or the name of a device, 1 to 255 bytes";
const OWN_DEVICE: &str = "a device of its own";

impl fmt::Display for AllowedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { least, most } => write!(f, "a whole number from {least} to {most}"),
            Self::Decimal { least, most } => write!(f, "a number from {least} to {most}"),
            Self::OneOf(words) => write!(f, "`{}`", words.join("`, `")),
            Self::Text(most) => write!(f, "at most {most} bytes"),
            Self::DeviceName => f.write_str(DEVICE_NAME),
            Self::OwnDevice => f.write_str(OWN_DEVICE),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl AllowedValue {
    /// Reads it back from the words of a parser's message.
    fn read(words: &str) -> Self {
        Self::read_known(words).unwrap_or_else(|| Self::Other(words.to_owned()))
    }

    fn read_known(words: &str) -> Option<Self> {
        if words == DEVICE_NAME {
            return Some(Self::DeviceName);
        }
        let bounds = |kind: &str| {
            let (least, most) = words.strip_prefix(kind)?.split_once(" to ")?;
            Some((least.parse().ok()?, most.parse().ok()?))
        };
        if let Some((least, most)) = bounds("a whole number from ") {
            return Some(Self::Number { least, most });
        }
        if let Some((least, most)) = bounds("a number from ") {
            return Some(Self::Decimal { least, most });
        }
        if let Some(most) = words.strip_prefix("at most ") {
            return Some(Self::Text(most.strip_suffix(" bytes")?.parse().ok()?));
        }
        // "`a`", "`a` or `b`", "one of `a`, `b`, `c`".
        let mut parts = words.split('`');
        let mut names = Vec::new();
        while let Some(between) = parts.next() {
            if !["", "one of ", " or ", ", "].contains(&between) {
                return None;
            }
            names.extend(parts.next().map(str::to_owned));
        }
        Some(Self::OneOf(names)).filter(|_| words.contains('`'))
    }
}

impl SettingsFault {
    pub(super) fn not_text() -> Self {
        Self {
            line: 1,
            key: String::new(),
            wrong: Wrong::Syntax,
            why: "not a text file".to_owned(),
            allowed: AllowedValue::Other("UTF-8 text".to_owned()),
        }
    }

    /// A table names the device of another one.
    pub(super) fn shared(table: &str, text: &str) -> Self {
        let wanted = format!("{table}.device");
        let line = (0..text.lines().count()).find(|line| key(text, *line) == wanted);
        Self {
            line: line.unwrap_or(0) + 1,
            key: wanted,
            wrong: Wrong::Shared,
            why: "another table names the same device".to_owned(),
            allowed: AllowedValue::OwnDevice,
        }
    }

    /// Finds line, key and rule in what the parser says about a text.
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
            wrong: Wrong::of(why),
            why: why.to_owned(),
            allowed: AllowedValue::read(allowed),
        }
    }
}

impl Wrong {
    /// Reads it from the start of a parser's message.
    fn of(why: &str) -> Self {
        let named = |front: &str| Some(why.strip_prefix(front)?.split('`').next()?.to_owned());
        if let Some(key) = named("missing field `") {
            Self::Missing(key)
        } else if why.starts_with("unknown field") {
            Self::UnknownKey
        } else if ["unknown variant", "invalid type", "invalid value"]
            .iter()
            .any(|front| why.starts_with(front))
        {
            Self::Value
        } else {
            Self::Syntax
        }
    }
}

/// The key in a line (from 0) with its table; the table alone for a line with no key.
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
