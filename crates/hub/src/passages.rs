//! Lists what arrived, as far as it is in clear. The passages themselves stay sealed.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    ops::ControlFlow,
};

use gatepost_pass::DeviceId;
use gatepost_protocol::{BatchError, Body, Epoch, Record, batch::reread};
use serde::Serialize;

use crate::{
    clock::{format_hour, format_time},
    store::{Arrived, Page, Place, Store, StoreError, Totals, Which},
};

/// How a listing is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line of words for people, a summary at the end.
    Text,
    /// One JSON object a line, the summary too.
    Json,
}

/// Why a listing broke off.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Writing failed.
    #[error("the listing can't be written: {0}")]
    Write(#[from] io::Error),
}

/// Writes a line for everything that arrived, then `N passages from M devices, K findings`.
pub fn list(store: &dyn Store, form: Form, to: &mut dyn Write) -> Result<(), ListError> {
    let mut wrote = Ok(());
    let mut listing = Listing::default();
    let totals = store.visit(&Which::ALL, &mut |arrived| {
        wrote = listing
            .take(&arrived)
            .and_then(|lines| write_lines(form, &lines, to));
        match wrote {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    wrote?;
    write_lines(form, &listing.flush(u64::MAX), to)?;
    let Totals {
        passages,
        devices,
        findings,
        ..
    } = totals;
    match form {
        Form::Text => writeln!(
            to,
            "{passages} passages from {devices} devices, {findings} findings"
        )?,
        Form::Json => {
            let summary = serde_json::json!({
                "passages": passages, "devices": devices, "findings": findings,
            });
            writeln!(to, "{summary}")?;
        }
    }
    Ok(to.flush()?)
}

/// Writes a line for every device that an operator asked the authority to revoke.
pub fn list_revocations(store: &dyn Store, to: &mut dyn Write) -> Result<(), ListError> {
    const STEP: u32 = 1000;
    let mut skip = 0;
    loop {
        let devices = store.devices(Page { skip, take: STEP })?;
        for device in &devices {
            if let Some(at) = device.revocation {
                let (device, at) = (device.device.to_string(), format_time(at));
                writeln!(
                    to,
                    "{}",
                    serde_json::json!({ "device": device, "asked": at })
                )?;
            }
        }
        if devices.len() < STEP as usize {
            return Ok(to.flush()?);
        }
        skip += STEP;
    }
}

/// Makes lines of an epoch's records out of batches that may overlap. Holds no more than what later batches may
/// still contain.
#[derive(Default)]
struct Listing {
    of: Option<(DeviceId, Epoch)>,
    records: BTreeMap<u64, (i64, Line)>,
}

impl Listing {
    /// Takes what arrived, in the store's order, and gives the lines that nothing later changes.
    fn take(&mut self, arrived: &Arrived) -> Result<Vec<Line>, ListError> {
        let (place, number, signed) = match arrived {
            Arrived::Batch {
                place,
                number,
                signed,
            } => (*place, *number, signed),
            Arrived::Finding(finding) => {
                let mut lines = self.flush(u64::MAX);
                lines.push(Line {
                    finding: Some(finding.kind.name()),
                    ..Line::new("finding", finding.place)
                });
                return Ok(lines);
            }
        };
        let of = (place.device, place.epoch);
        let lines = match self.of.replace(of) {
            Some(before) if before == of => self.flush(place.seq),
            _ => self.flush(u64::MAX),
        };
        let damaged = |why: BatchError| StoreError::Damaged(why.to_string());
        let (_, records) = reread(signed).map_err(damaged)?;
        for (record, ..) in records {
            let place = Place {
                seq: record.seq,
                ..place
            };
            let line = Line::record(place, &record);
            let held = self.records.get(&record.seq);
            if held.is_none_or(|(earlier, _)| number < *earlier) {
                self.records.insert(record.seq, (number, line));
            }
        }
        Ok(lines)
    }

    /// Lines of the records before a number.
    fn flush(&mut self, until: u64) -> Vec<Line> {
        let later = self.records.split_off(&until);
        let done = std::mem::replace(&mut self.records, later);
        done.into_values().map(|(_, line)| line).collect()
    }
}

/// One line. `what` is `passage`, `epoch start` or `finding`.
#[derive(Serialize)]
struct Line {
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

impl Line {
    fn new(what: &'static str, place: Place) -> Self {
        Self {
            what,
            device: place.device.to_string(),
            epoch: place.epoch.to_string(),
            seq: place.seq,
            hour: None,
            class: None,
            finding: None,
        }
    }

    fn record(place: Place, record: &Record) -> Self {
        let (what, class) = match &record.body {
            Body::EpochStart(_) => ("epoch start", None),
            Body::Passage(sealed) => ("passage", Some(sealed.class.name())),
        };
        Self {
            hour: Some(record.hour),
            class,
            ..Self::new(what, place)
        }
    }
}

fn write_lines(form: Form, lines: &[Line], to: &mut dyn Write) -> Result<(), ListError> {
    let written = lines.iter().try_for_each(|line| write_line(form, line, to));
    Ok(written?)
}

fn write_line(form: Form, line: &Line, to: &mut dyn Write) -> io::Result<()> {
    match form {
        Form::Json => writeln!(to, "{}", serde_json::to_string(line)?),
        Form::Text => {
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
