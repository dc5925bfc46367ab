//! Lists what arrived, as far as it is not sealed.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    ops::ControlFlow,
};

use gatepost_pass::{DeviceId, Timestamp};
use gatepost_protocol::{Body, Epoch, Record, batch::reread};
use gatepost_system::clock::format_time;
use serde::Serialize;

use crate::store::{
    ArrivalFilter, ArrivedItem, FindingRow, HubStore, HubStoreError, Paging, RecordPosition, Totals,
};

/// How a listing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFormat {
    /// A line of text for people, a summary at the end.
    Text,
    /// One JSON object a line, the summary too.
    Json,
}

/// Why a listing is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// The store failed.
    #[error("the listing stopped")]
    Store(#[from] HubStoreError),
    /// The output cannot be written.
    #[error("cannot write the listing")]
    Write(#[from] io::Error),
}

/// Writes a line for everything that arrived, then `N passages from M devices, K findings`.
pub fn list(
    store: &dyn HubStore,
    format: ListFormat,
    to: &mut dyn Write,
) -> Result<(), ListingError> {
    let mut wrote = Ok(());
    let mut listing = ChainMerge::default();
    let totals = store.visit(&ArrivalFilter::ALL, &mut |arrival| {
        wrote = listing
            .take(&arrival)
            .and_then(|lines| write_lines(format, &lines, to));
        match wrote {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    wrote?;
    write_lines(format, &listing.flush(u64::MAX), to)?;
    let Totals {
        passages,
        devices,
        findings,
        ..
    } = totals;
    match format {
        ListFormat::Text => writeln!(
            to,
            "{passages} passages from {devices} devices, {findings} findings"
        )?,
        ListFormat::Json => {
            let summary = serde_json::json!({
                "passages": passages, "devices": devices, "findings": findings,
            });
            writeln!(to, "{summary}")?;
        }
    }
    Ok(to.flush()?)
}

/// Writes a JSON line for every device that an operator asked the authority to revoke.
pub fn list_revocations(store: &dyn HubStore, to: &mut dyn Write) -> Result<(), ListingError> {
    const STEP: u32 = 1000;
    let mut skip = 0;
    loop {
        let devices = store.devices(Paging { skip, take: STEP })?;
        for row in &devices {
            if let Some(at) = row.revocation {
                let (device, at) = (row.device.to_string(), format_time(at));
                let line = serde_json::json!({ "device": device, "asked": at });
                writeln!(to, "{line}")?;
            }
        }
        if devices.len() < STEP as usize {
            return Ok(to.flush()?);
        }
        skip += STEP;
    }
}

/// Merges batches of an epoch, which may overlap, into a line for each record. Holds no more than
/// what later batches may still contain.
#[derive(Default)]
struct ChainMerge {
    of: Option<(DeviceId, Epoch)>,
    records: BTreeMap<u64, (i64, ListingLine)>,
}

impl ChainMerge {
    /// Takes what arrived, in the store's order, and returns the lines that nothing later changes.
    fn take(&mut self, arrival: &ArrivedItem) -> Result<Vec<ListingLine>, ListingError> {
        let (first, number, signed) = match arrival {
            ArrivedItem::Batch {
                first,
                number,
                signed,
                ..
            } => (*first, *number, signed),
            ArrivedItem::Finding(finding) => {
                let mut lines = self.flush(u64::MAX);
                lines.push(ListingLine::finding(finding));
                return Ok(lines);
            }
        };
        let of = (first.device, first.epoch);
        let lines = match self.of.replace(of) {
            Some(before) if before == of => self.flush(first.seq),
            _ => self.flush(u64::MAX),
        };
        let damaged = |why| HubStoreError::Damaged(Box::new(why));
        let (_, records) = reread(signed).map_err(damaged)?;
        for (record, ..) in records {
            let position = RecordPosition {
                seq: record.seq,
                ..first
            };
            let line = ListingLine::record(position, &record);
            let other = self.records.get(&record.seq);
            if other.is_none_or(|(earlier, _)| number < *earlier) {
                self.records.insert(record.seq, (number, line));
            }
        }
        Ok(lines)
    }

    /// Lines of the records before a number.
    fn flush(&mut self, until: u64) -> Vec<ListingLine> {
        let later = self.records.split_off(&until);
        let done = std::mem::replace(&mut self.records, later);
        done.into_values().map(|(_, line)| line).collect()
    }
}

/// A line of the listing. `what` is `passage`, `epoch start` or `finding`.
#[derive(Serialize)]
struct ListingLine {
    what: &'static str,
    device: String,
    epoch: String,
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'static str>,
}

impl ListingLine {
    fn new(what: &'static str, position: RecordPosition) -> Self {
        Self {
            what,
            device: position.device.to_string(),
            epoch: position.epoch.to_string(),
            seq: position.seq,
            hour: None,
            class: None,
            finding: None,
        }
    }

    fn finding(finding: &FindingRow) -> Self {
        Self {
            finding: Some(finding.kind.name()),
            ..Self::new("finding", finding.position)
        }
    }

    fn record(position: RecordPosition, record: &Record) -> Self {
        let (what, class) = match &record.body {
            Body::EpochStart(_) => ("epoch start", None),
            Body::Passage(sealed) => ("passage", Some(sealed.class.name())),
        };
        Self {
            hour: Some(record.hour),
            class,
            ..Self::new(what, position)
        }
    }
}

/// Writes a record's hour, such as `2026-11-01T08Z`.
pub(crate) fn format_hour(hour: u32) -> String {
    let text = format_time(Timestamp(u64::from(hour) * 3600));
    format!("{}Z", text.get(..13).unwrap_or(&text))
}

fn write_lines(
    format: ListFormat,
    lines: &[ListingLine],
    to: &mut dyn Write,
) -> Result<(), ListingError> {
    let written = lines
        .iter()
        .try_for_each(|line| write_line(format, line, to));
    Ok(written?)
}

fn write_line(format: ListFormat, line: &ListingLine, to: &mut dyn Write) -> io::Result<()> {
    match format {
        ListFormat::Json => writeln!(to, "{}", serde_json::to_string(line)?),
        ListFormat::Text => {
            write!(to, "{} {} {:>6} ", line.device, line.epoch, line.seq)?;
            match (line.hour, line.finding) {
                (_, Some(finding)) => writeln!(to, "finding: {finding}"),
                (Some(hour), None) => {
                    let word = line.class.unwrap_or(line.what);
                    writeln!(to, "{} {word}", format_hour(hour))
                }
                (None, None) => writeln!(to, "{}", line.what),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_hour_a_device_may_send_can_be_written() {
        assert_eq!(format_hour(498_192), "2026-11-01T00Z");
        assert_eq!(format_hour(u32::MAX), "9999-12-31T23Z");
    }
}
