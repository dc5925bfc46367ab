//! The lines of the log of who traced whom, checked by public keys alone.
//!
//! ```text
//! line    = entry (JSON) ‖ TAB ‖ signature (hex) ‖ LF      signed: domain(audit-entry) ‖ entry
//! hash(n) = BLAKE3(line n without its LF)
//! ```
//! An entry's `before` is the hash of the line before, 64 zeros in the first. The first names the
//! key that signs all of them. Whoever holds that key can write another log: that it is another, or
//! a shorter one, shows by the manifests of bundles, each of which names the newest hash of its
//! time.

use gatepost_pass::{Digest, Kind, PublicKey, bundle::AuditHead, parse_hex};
use serde::{Deserialize, Serialize};

/// What is wrong with the lines of an audit log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditLineError {
    /// A line that breaks the format.
    #[error("line {0} is damaged")]
    Damaged(usize),
    /// A line that the audit key did not sign.
    #[error("line {0} is not signed by the audit key: it was altered or forged")]
    Signature(usize),
    /// A line that does not follow the one before.
    #[error("line {0} does not follow the one before: lines were removed, inserted or swapped")]
    Chain(usize),
    /// The log does not begin with its key.
    #[error("line 1 does not name the key that signs the log")]
    Begin,
    /// The log does not contain a hash that somebody noted.
    #[error("no line has the hash {0}: lines were removed from the end, or this is another log")]
    Head(Digest),
    /// The log is shorter than it was when a bundle was signed.
    #[error(
        "it has {has} entries, and had {had} when bundle {bundle} was signed: lines were removed \
         from the end"
    )]
    Cut {
        /// Entries that are here.
        has: u64,
        /// Entries that there were.
        had: u64,
        /// Version of the bundle.
        bundle: u64,
    },
    /// The log is not the one that a bundle names.
    #[error("line {line} is not the one that bundle {bundle} names: this is another log")]
    Other {
        /// The line.
        line: u64,
        /// Version of the bundle.
        bundle: u64,
    },
    /// The log was begun with another key than the one that is here.
    #[error("keys/audit.key is not the key that signed it: restore that key from a copy")]
    OtherKey,
}

/// One entry of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditEntry {
    /// Number of the entry, from 0.
    pub(crate) number: u64,
    /// Hash of the line before.
    pub(crate) before: String,
    /// When it was written, in RFC 3339.
    pub(crate) at: String,
    /// The question or the answer.
    pub(crate) event: AuditEvent,
}

/// What an entry logs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum AuditEvent {
    /// The log begins; the first entry, and no other.
    Begun {
        /// Public half of the key that signs every entry, in hexadecimal digits.
        key: String,
    },
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

/// The lines of a log, each checked: signed by the log's key, in order.
#[derive(Debug, Default)]
pub(crate) struct AuditChain {
    /// The key that the first entry names; none in an empty log.
    key: Option<PublicKey>,
    /// Hash of every line.
    heads: Vec<Digest>,
}

impl AuditChain {
    /// Checks every line of a log.
    pub(crate) fn read(text: &str) -> Result<Self, AuditLineError> {
        let mut chain = Self::default();
        for line in text.lines() {
            chain.take(line)?;
        }
        if text.is_empty() || text.ends_with('\n') {
            Ok(chain)
        } else {
            Err(AuditLineError::Damaged(chain.heads.len()))
        }
    }

    fn take(&mut self, line: &str) -> Result<(), AuditLineError> {
        let shown = self.heads.len() + 1;
        let damaged = || AuditLineError::Damaged(shown);
        let (text, signature) = line.split_once('\t').ok_or_else(damaged)?;
        let signature: [u8; 64] = parse_hex(signature).map_err(|_| damaged())?;
        let entry: AuditEntry = serde_json::from_str(text).map_err(|_| damaged())?;
        let key = match (self.key, &entry.event) {
            (Some(key), _) => key,
            (None, AuditEvent::Begun { key }) => parse_hex(key)
                .ok()
                .and_then(|key| PublicKey::from_bytes(&key).ok())
                .ok_or(AuditLineError::Begin)?,
            (None, _) => return Err(AuditLineError::Begin),
        };
        key.verify_detached(Kind::AuditEntry, text.as_bytes(), &signature)
            .map_err(|_| AuditLineError::Signature(shown))?;
        let begins = matches!(entry.event, AuditEvent::Begun { .. });
        let (head, number) = (self.head(), entry.number);
        if number != head.entries
            || entry.before != Digest(head.head).to_string()
            || begins != (number == 0)
        {
            return Err(AuditLineError::Chain(shown));
        }
        self.key = Some(key);
        self.push(line);
        Ok(())
    }

    /// Adds a line that this program has just signed.
    pub(crate) fn push(&mut self, line: &str) {
        self.heads.push(Digest::of(line.as_bytes()));
    }

    /// The key that signs the log; none where it has not begun.
    pub(crate) fn key(&self) -> Option<PublicKey> {
        self.key
    }

    /// How far the log has come; zeros where it has not begun.
    pub(crate) fn head(&self) -> AuditHead {
        AuditHead {
            entries: self.heads.len() as u64,
            head: self.heads.last().map_or([0; 32], |head| head.0),
        }
    }

    /// Checks that a line still has a hash that somebody noted.
    pub(crate) fn check_noted(&self, head: Digest) -> Result<(), AuditLineError> {
        match self.heads.contains(&head) {
            true => Ok(()),
            false => Err(AuditLineError::Head(head)),
        }
    }

    /// Checks that the log is the one that a bundle's manifest names, or goes on from it.
    pub(crate) fn check_continues(
        &self,
        known: AuditHead,
        bundle: u64,
    ) -> Result<(), AuditLineError> {
        let Some(last) = known.entries.checked_sub(1) else {
            return Ok(());
        };
        let line = usize::try_from(last).ok();
        match line.and_then(|line| self.heads.get(line)) {
            Some(head) if head.0 == known.head => Ok(()),
            Some(_) => Err(AuditLineError::Other {
                line: known.entries,
                bundle,
            }),
            None => Err(AuditLineError::Cut {
                has: self.head().entries,
                had: known.entries,
                bundle,
            }),
        }
    }
}
