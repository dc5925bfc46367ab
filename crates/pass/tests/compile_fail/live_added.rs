//! error: E0616
//! A paper pass does not become a live code.

use gatepost_pass::{Live, Pass, Timestamp, Verified};

pub fn enliven(pass: &mut Verified<Pass>) {
    pass.live = Some(Live { at: Timestamp(0) });
}
