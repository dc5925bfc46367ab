//! Lists what arrived, as far as it is in clear. The passages themselves stay sealed.

use std::{
    io::{self, Write},
    ops::ControlFlow,
};

use serde::Serialize;

use crate::{
    clock::format_hour,
    store::{Arrived, Place, Store, StoreError, Totals},
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
    let totals = store.visit(&mut |arrived| {
        wrote = write_line(form, &Line::from(arrived), to);
        match wrote {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    wrote?;
    let Totals {
        passages,
        devices,
        findings,
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

impl From<Arrived> for Line {
    fn from(arrived: Arrived) -> Self {
        let line = |what, place: Place| Self {
            what,
            device: place.device.to_string(),
            epoch: place.epoch.to_string(),
            seq: place.seq,
            hour: None,
            class: None,
            finding: None,
        };
        match arrived {
            Arrived::EpochStart { place, hour } => Self {
                hour: Some(hour),
                ..line("epoch start", place)
            },
            Arrived::Passage { place, hour, class } => Self {
                hour: Some(hour),
                class: Some(class_name(class)),
                ..line("passage", place)
            },
            Arrived::Finding { place, kind } => Self {
                finding: Some(kind.name()),
                ..line("finding", place)
            },
        }
    }
}

const fn class_name(class: gatepost_protocol::Outcome) -> &'static str {
    use gatepost_protocol::Outcome;
    match class {
        Outcome::Admit => "admit",
        Outcome::Check => "check",
        Outcome::Refuse => "refuse",
    }
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
