//! What is judged by the time that it names itself.

use gatepost_pass::{
    DocumentError, Kind, Timestamp, TrustList,
    envelope::{Envelope, MAX_CODE},
    verify::{Claims, verify_envelope},
};

/// Checks claims whose key must have been valid at the time that they name, whenever they are read.
pub(crate) fn at_its_time<T: Claims + Copy>(
    kind: Kind,
    bytes: &[u8],
    trust: &TrustList,
    at: fn(&T) -> Timestamp,
) -> Result<T, DocumentError> {
    let envelope = Envelope::parse_kind(kind, bytes, MAX_CODE)?;
    // Nothing of this is believed yet.
    let claimed: T = envelope.peek()?;
    Ok(*verify_envelope::<T>(&envelope, trust, at(&claimed))?.claims())
}
