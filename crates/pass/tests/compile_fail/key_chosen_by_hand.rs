//! error: E0624
//! A key is not picked by hand.

use gatepost_pass::{IssuerId, KeyId, Kind, Timestamp, TrustList};

pub fn pick(trust: &TrustList, issuer: IssuerId) -> bool {
    trust
        .key_for(issuer, KeyId(1), Kind::Pass, Timestamp(0))
        .is_ok()
}
