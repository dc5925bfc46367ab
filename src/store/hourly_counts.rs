//! How many passages are kept per hour and outcome, which are the two fields not sealed.

use std::{collections::BTreeMap, path::Path};

use gatepost_protocol::{Body, Outcome, Record};

use super::{database, error::LogError};

/// Passages of one hour with one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourCount {
    /// Hours since 1970.
    pub hour: u32,
    /// What was decided.
    pub outcome: Outcome,
    /// Number of passages.
    pub count: u32,
}

/// Counts the passages that are kept, sent or not, by hour and outcome, from an hour on. A record
/// that cannot be read is left out; checking the chain is the hub's task. Reads the whole log: not
/// for a loop.
pub fn counts_by_hour(path: &Path, from: u32) -> Result<Vec<HourCount>, LogError> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let connection = database::open(path)?;
    let mut records =
        connection.prepare("SELECT bytes FROM records WHERE passage = 1 AND hour >= ?1")?;
    let mut rows = records.query([from])?;
    let mut counts = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        let Ok(Record {
            hour,
            body: Body::Passage(sealed),
            ..
        }) = Record::from_bytes(bytes)
        else {
            continue;
        };
        *counts.entry((hour, sealed.class)).or_insert(0) += 1;
    }
    let count = |((hour, outcome), count)| HourCount {
        hour,
        outcome,
        count,
    };
    Ok(counts.into_iter().map(count).collect())
}
