//! error: E0624
//! A key is not picked by hand.

use gatepost_pass::{IssuerId, KeyId, TrustList};

pub fn pick(trust: &TrustList, issuer: IssuerId) -> bool {
    trust.named_key(issuer, KeyId(1)).is_ok()
}
