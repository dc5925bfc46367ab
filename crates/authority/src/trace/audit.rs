//! The log of who traced whom and why. One entry a line; each names the hash of the one before, and is
//! signed by the audit key. The question is on the disk before any record is opened.
//!
//! ```text
//! line    = entry (JSON) ‖ TAB ‖ signature (hex) ‖ LF      signed: domain(audit-entry) ‖ entry
//! hash(n) = BLAKE3(line n without its LF); an entry's `before` is the hash of the line before, 64 zeros at first
//! ```
//! Whoever holds the audit key can write another log; the newest hash, noted elsewhere, shows it.

use std::path::PathBuf;

use gatepost_pass::{Digest, Kind, SecretKey, Timestamp, parse_hex};
use serde::{Deserialize, Serialize};

use crate::{
    clock,
    error::Error,
    files,
    home::{Home, read_hex},
};

/// Largest log, in bytes.
const MAX: u64 = 256 << 20;

/// Why the audit log does not count.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    /// A line that breaks the format.
    #[error("line {0} is damaged")]
    Damaged(usize),
    /// A line that the audit key has not signed.
    #[error("line {0} is not signed by the audit key: it was altered or invented")]
    Signature(usize),
    /// A line that does not follow the one before.
    #[error("line {0} does not follow the one before: lines were taken out, put in or exchanged")]
    Chain(usize),
    /// The log ends earlier than somebody noted.
    #[error("no line has the hash {0}: lines were taken off the end, or the log is another one")]
    Head(Digest),
}

/// One entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its number, from 0.
    pub(crate) number: u64,
    /// Hash of the line before.
    before: String,
    /// When.
    pub(crate) at: String,
    /// What happened.
    pub(crate) event: AuditEvent,
}

/// What is logged.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum AuditEvent {
    /// Somebody asks; nothing has been opened yet.
    Asked {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// About whom or what: a subject tag or a place.
        about: String,
        /// From when.
        from: String,
        /// Until when, exclusive.
        until: String,
    },
    /// The answer to an entry.
    Answered {
        /// Number of the question.
        question: u64,
        /// Records that were opened.
        opened: u64,
        /// Of them what was shown.
        shown: u64,
    },
}

/// The log, read and checked.
pub(crate) struct Audit {
    path: PathBuf,
    key: SecretKey,
    text: String,
    /// Hash of every line.
    heads: Vec<Digest>,
}

impl Audit {
    /// Opens the log, with a new key where there is none yet. One that does not count is an error, so
    /// that nobody goes on after tampering as if nothing had been.
    pub(crate) fn open(home: &Home) -> Result<Self, Error> {
        let key = home.key_path("audit");
        let path = home.audit_path();
        if !key.exists() && !path.exists() {
            let seed = files::hex(&files::random::<32>()?);
            files::write_secret(&key, &format!("{seed}\n"))?;
        }
        let key = SecretKey::from_seed(&read_hex(&key)?);
        let text = if path.exists() {
            String::from_utf8_lossy(&files::read(&path, MAX)?).into_owned()
        } else {
            String::new()
        };
        let heads = check(&text, &key).map_err(|why| Error::Audit {
            path: path.clone(),
            why,
        })?;
        Ok(Self {
            path,
            key,
            text,
            heads,
        })
    }

    /// Adds an entry; it is on the disk when this returns. Gives its number.
    pub(crate) fn add(&mut self, event: AuditEvent, at: Timestamp) -> Result<u64, Error> {
        let number = self.heads.len() as u64;
        let entry = Entry {
            number,
            before: self.head().to_string(),
            at: clock::show(at),
            event,
        };
        let entry = serde_json::to_string(&entry).map_err(|why| Error::Config {
            path: self.path.clone(),
            why,
        })?;
        let signature = self.key.sign_detached(Kind::AuditEntry, entry.as_bytes());
        let line = format!("{entry}\t{}", files::hex(&signature));
        self.heads.push(Digest::of(line.as_bytes()));
        self.text.push_str(&line);
        self.text.push('\n');
        files::write(&self.path, self.text.as_bytes())?;
        Ok(number)
    }

    /// Hash of the newest line; zeros for none.
    pub(crate) fn head(&self) -> Digest {
        self.heads.last().copied().unwrap_or(Digest([0; 32]))
    }

    /// How many entries.
    pub(crate) fn len(&self) -> usize {
        self.heads.len()
    }

    /// That a hash which somebody noted is one of a line's.
    pub(crate) fn holds(&self, head: Digest) -> Result<(), Error> {
        if self.heads.contains(&head) {
            Ok(())
        } else {
            Err(Error::Audit {
                path: self.path.clone(),
                why: AuditError::Head(head),
            })
        }
    }
}

/// Checks every line; gives their hashes.
fn check(text: &str, key: &SecretKey) -> Result<Vec<Digest>, AuditError> {
    let mut heads: Vec<Digest> = Vec::new();
    let whole = text.is_empty() || text.ends_with('\n');
    for (index, line) in text.lines().enumerate() {
        let shown = index + 1;
        let (entry, signature) = line.split_once('\t').ok_or(AuditError::Damaged(shown))?;
        let signature: [u8; 64] = parse_hex(signature).map_err(|_| AuditError::Damaged(shown))?;
        key.public()
            .verify_detached(Kind::AuditEntry, entry.as_bytes(), &signature)
            .map_err(|_| AuditError::Signature(shown))?;
        let entry: Entry = serde_json::from_str(entry).map_err(|_| AuditError::Damaged(shown))?;
        let before = heads.last().copied().unwrap_or(Digest([0; 32]));
        if entry.number != index as u64 || entry.before != before.to_string() {
            return Err(AuditError::Chain(shown));
        }
        heads.push(Digest::of(line.as_bytes()));
    }
    if whole {
        Ok(heads)
    } else {
        Err(AuditError::Damaged(heads.len()))
    }
}
