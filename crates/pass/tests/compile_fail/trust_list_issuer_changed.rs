//! error: E0594
//! An issuer's recognition is not changed.

use gatepost_pass::{IssuerId, Recognition, TrustList};

pub fn recognise(trust: &mut TrustList, issuer: IssuerId) {
    if let Some(entry) = trust.issuer(issuer) {
        entry.recognition = Recognition::Own;
    }
}
