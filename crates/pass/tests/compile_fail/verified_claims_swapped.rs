//! error: E0616
//! Claims are not swapped below a proof.

use gatepost_pass::{Pass, Verified};

pub fn swap(pass: &mut Verified<Pass>, other: Pass) {
    pass.claims = other;
}
