//! error: E0451
//! A proof is not written down field by field.

use gatepost_pass::{Pass, Verified};

pub fn forge(pass: Pass, real: Verified<Pass>) -> Verified<Pass> {
    Verified {
        claims: pass,
        ..real
    }
}
