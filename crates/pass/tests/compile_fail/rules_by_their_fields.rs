//! error: E0451
//! Rules are not written down field by field.

use gatepost_pass::{Policy, Rules};

pub fn forge(real: Rules, policy: Policy) -> Rules {
    Rules { policy, ..real }
}
