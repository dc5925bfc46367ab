//! error: E0616
//! Rules do not change whom they trust.

use gatepost_pass::{Rules, TrustList};

pub fn swap(rules: &mut Rules, trust: TrustList) {
    rules.trust = trust;
}
