//! Stable words for machines: what `--json` and tables say.

use gatepost_pass::Kind;
use gatepost_protocol::{Outcome, Reason};
use serde::Serialize;

/// The word of an outcome.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Admit => "admit",
        Outcome::Check => "check",
        Outcome::Refuse => "refuse",
    }
}

/// The word of a reason, as serde writes it.
pub fn reason(reason: Reason) -> String {
    word(&reason)
}

/// The word of a document kind.
pub fn document(kind: Kind) -> &'static str {
    kind.name()
}

fn word<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
