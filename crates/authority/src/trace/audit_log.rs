//! The log of who traced whom and why: one entry per line, each with the hash of the one before,
//! and signed by the audit key. A question is on disk before any record is opened.
//!
//! Every bundle's manifest names the newest hash, so that the log cannot be cut or written anew
//! without its showing wherever a bundle has gone. [`super::audit_chain`] has the lines.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use gatepost_pass::{Digest, Kind, Manifest, SecretKey, Timestamp, bundle::AuditHead};
use gatepost_system::{
    clock::format_time,
    files::{self, Access, FileError},
    random,
};

use super::audit_chain::{AuditChain, AuditEntry, AuditEvent, AuditLineError};
use crate::{home::Home, key_files};

/// Largest log, in bytes.
const MAX: usize = 256 << 20;

/// The lines of the audit log are not those that were written. No passage is opened then, and no
/// bundle published.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} is not valid and nothing was done: keep it, find out what happened, restore a copy",
    path.display()
)]
pub(crate) struct InvalidAuditLog {
    path: PathBuf,
    source: AuditLineError,
}

impl InvalidAuditLog {
    /// Says which log it is.
    pub(crate) fn at(path: &Path) -> impl FnOnce(AuditLineError) -> Self {
        |source| Self {
            path: path.to_owned(),
            source,
        }
    }
}

/// Reads a log and checks every line. One that does not exist has no lines.
pub(crate) fn read(path: &Path) -> Result<(String, AuditChain), Box<dyn Error>> {
    let text = match files::read(path, MAX) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(why) if why.is_not_found() => String::new(),
        Err(why) => return Err(why.into()),
    };
    let chain = AuditChain::read(&text).map_err(InvalidAuditLog::at(path))?;
    Ok((text, chain))
}

/// How far the log has come, for the manifest of the next bundle. It must go on from where the
/// newest one says.
pub(crate) fn head_after(
    home: &Home,
    newest: Option<&Manifest>,
) -> Result<AuditHead, Box<dyn Error>> {
    let path = home.audit_path();
    let (_, chain) = read(&path)?;
    if let Some(newest) = newest {
        let continues = chain.check_continues(newest.audit, newest.version);
        continues.map_err(InvalidAuditLog::at(&path))?;
    }
    Ok(chain.head())
}

/// The log, read and checked, and the key that signs it.
pub(crate) struct AuditLog {
    path: PathBuf,
    key: SecretKey,
    text: String,
    chain: AuditChain,
}

impl AuditLog {
    /// Opens the log; the first time, with a new key. An invalid log, one that does not go on from
    /// what the newest bundle's manifest names, and one without its key are errors, so that nobody
    /// continues after tampering as if nothing had happened.
    pub(crate) fn open(
        home: &Home,
        newest: &Manifest,
        now: Timestamp,
    ) -> Result<Self, Box<dyn Error>> {
        let path = home.audit_path();
        let invalid = InvalidAuditLog::at(&path);
        let (text, chain) = read(&path)?;
        chain
            .check_continues(newest.audit, newest.version)
            .map_err(invalid)?;
        let key = home.key_path("audit");
        if chain.key().is_none() && !key.exists() {
            key_files::create_secret(&key, &random::bytes()?)?;
        }
        let key = SecretKey::from_seed(&key_files::read_secret(&key)?);
        let mut log = Self {
            path,
            key,
            text,
            chain,
        };
        match log.chain.key() {
            None => {
                let key = HEXLOWER.encode(log.key.public().as_bytes());
                log.add(AuditEvent::Begun { key }, now)?;
            }
            Some(key) if key == log.key.public() => {}
            Some(_) => {
                let invalid = InvalidAuditLog::at(&log.path);
                return Err(invalid(AuditLineError::OtherKey).into());
            }
        }
        Ok(log)
    }

    /// Adds an entry and returns its number. It is on disk then.
    pub(crate) fn add(&mut self, event: AuditEvent, at: Timestamp) -> Result<u64, Box<dyn Error>> {
        let AuditHead { entries, head } = self.chain.head();
        let entry = AuditEntry {
            number: entries,
            before: Digest(head).to_string(),
            at: format_time(at),
            event,
        };
        let entry = serde_json::to_string(&entry)?;
        let signature = self.key.sign_detached(Kind::AuditEntry, entry.as_bytes());
        let line = format!("{entry}\t{}", HEXLOWER.encode(&signature));
        self.chain.push(&line);
        self.text.push_str(&line);
        self.text.push('\n');
        self.write()?;
        Ok(entries)
    }

    fn write(&self) -> Result<(), FileError> {
        files::replace(&self.path, Access::Shared, self.text.as_bytes())
    }

    /// Hash of the newest line.
    pub(crate) fn head(&self) -> Digest {
        Digest(self.chain.head().head)
    }
}
