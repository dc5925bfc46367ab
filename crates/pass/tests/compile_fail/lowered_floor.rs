//! error: E0616
//! The floor of time is not lowered by hand.

use gatepost_pass::{Timestamp, time::Floor};

pub fn lower(floor: &mut Floor) {
    floor.signed = Timestamp(0);
}
