//! The log of who traced whom and why: one entry per line, each with the hash of the one before,
//! and signed by the audit key. A question is on disk before any record is opened.
//!
//! ```text
//! line    = entry (JSON) ‖ TAB ‖ signature (hex) ‖ LF      signed: domain(audit-entry) ‖ entry
//! hash(n) = BLAKE3(line n without its LF)
//! ```
//! An entry's `before` is the hash of the line before, 64 zeros in the first. Whoever holds the
//! audit key can write another log; the newest hash, noted elsewhere, shows that.

use std::{error::Error, path::PathBuf};

use data_encoding::HEXLOWER;
use gatepost_pass::{Digest, Kind, SecretKey, Timestamp, parse_hex};
use gatepost_system::clock::format_time;
use gatepost_system::files::{self, Access};
use gatepost_system::random;
use serde::{Deserialize, Serialize};

use crate::{home::Home, key_files};

/// Largest log, in bytes.
const MAX: usize = 256 << 20;

/// The lines of the audit log are not those that were written. No passage is opened then.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} is not valid and nothing was opened: keep it, find out what happened, restore a copy",
    path.display()
)]
struct InvalidAuditLog {
    path: PathBuf,
    source: AuditLineError,
}

/// What is wrong with the lines of an audit log.
#[derive(Debug, thiserror::Error)]
enum AuditLineError {
    /// A line that breaks the format.
    #[error("line {0} is damaged")]
    Damaged(usize),
    /// A line that the audit key did not sign.
    #[error("line {0} is not signed by the audit key: it was altered or forged")]
    Signature(usize),
    /// A line that does not follow the one before.
    #[error("line {0} does not follow the one before: lines were removed, inserted or swapped")]
    Chain(usize),
    /// The log does not contain a hash that somebody noted.
    #[error("no line has the hash {0}: lines were removed from the end, or this is another log")]
    Head(Digest),
}

/// One entry of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditEntry {
    /// Number of the entry, from 0.
    pub(crate) number: u64,
    /// Hash of the line before.
    before: String,
    /// When it was written, in RFC 3339.
    pub(crate) at: String,
    /// The question or the answer.
    pub(crate) event: AuditEvent,
}

/// What an entry logs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum AuditEvent {
    /// Somebody asks; nothing has been opened yet.
    Asked {
        /// Name of the person who asks.
        by: String,
        /// Order or case that permits it.
        reason: String,
        /// Subject tag or place that is asked about.
        about: String,
        /// Start of the window.
        from: String,
        /// End of the window, exclusive.
        until: String,
    },
    /// The answer to a question.
    Answered {
        /// Number of the question.
        question: u64,
        /// Number of records that were opened.
        opened: u64,
        /// Number of them that were shown.
        shown: u64,
    },
}

/// The log, read and checked.
pub(crate) struct AuditLog {
    path: PathBuf,
    key: SecretKey,
    text: String,
    /// Hash of every line.
    heads: Vec<Digest>,
}

impl AuditLog {
    /// Opens the log; the first time, with a new key. An invalid log is an error, so that nobody
    /// continues after tampering as if nothing had happened.
    pub(crate) fn open(home: &Home) -> Result<Self, Box<dyn Error>> {
        let key = home.key_path("audit");
        let path = home.audit_path();
        if !key.exists() && !path.exists() {
            key_files::create_secret(&key, &random::bytes()?)?;
        }
        let key = SecretKey::from_seed(&key_files::read_secret(&key)?);
        let text = if path.exists() {
            String::from_utf8_lossy(&files::read(&path, MAX)?).into_owned()
        } else {
            String::new()
        };
        let heads = check(&text, &key).map_err(|source| InvalidAuditLog {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            path,
            key,
            text,
            heads,
        })
    }

    /// Adds an entry and returns its number. It is on disk then.
    pub(crate) fn add(&mut self, event: AuditEvent, at: Timestamp) -> Result<u64, Box<dyn Error>> {
        let number = self.heads.len() as u64;
        let entry = AuditEntry {
            number,
            before: self.head().to_string(),
            at: format_time(at),
            event,
        };
        let entry = serde_json::to_string(&entry)?;
        let signature = self.key.sign_detached(Kind::AuditEntry, entry.as_bytes());
        let line = format!("{entry}\t{}", HEXLOWER.encode(&signature));
        self.heads.push(Digest::of(line.as_bytes()));
        self.text.push_str(&line);
        self.text.push('\n');
        files::replace(&self.path, Access::Shared, self.text.as_bytes())?;
        Ok(number)
    }

    /// Hash of the newest line; zeros for none.
    pub(crate) fn head(&self) -> Digest {
        self.heads.last().copied().unwrap_or(Digest([0; 32]))
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Checks that a line still has a hash that somebody noted.
    pub(crate) fn check_head(&self, head: Digest) -> Result<(), Box<dyn Error>> {
        if self.heads.contains(&head) {
            Ok(())
        } else {
            let path = self.path.clone();
            let source = AuditLineError::Head(head);
            Err(InvalidAuditLog { path, source }.into())
        }
    }
}

/// Checks every line, and returns their hashes.
fn check(text: &str, key: &SecretKey) -> Result<Vec<Digest>, AuditLineError> {
    let mut heads: Vec<Digest> = Vec::new();
    let whole = text.is_empty() || text.ends_with('\n');
    for (index, line) in text.lines().enumerate() {
        let shown = index + 1;
        let (entry, signature) = line
            .split_once('\t')
            .ok_or(AuditLineError::Damaged(shown))?;
        let signature: [u8; 64] =
            parse_hex(signature).map_err(|_| AuditLineError::Damaged(shown))?;
        key.public()
            .verify_detached(Kind::AuditEntry, entry.as_bytes(), &signature)
            .map_err(|_| AuditLineError::Signature(shown))?;
        let entry: AuditEntry =
            serde_json::from_str(entry).map_err(|_| AuditLineError::Damaged(shown))?;
        let before = heads.last().copied().unwrap_or(Digest([0; 32]));
        if entry.number != index as u64 || entry.before != before.to_string() {
            return Err(AuditLineError::Chain(shown));
        }
        heads.push(Digest::of(line.as_bytes()));
    }
    if whole {
        Ok(heads)
    } else {
        Err(AuditLineError::Damaged(heads.len()))
    }
}
