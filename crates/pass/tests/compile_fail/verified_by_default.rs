//! error: E0277
//! There is no proof by default.

use gatepost_pass::{Pass, Verified};

fn default<T: Default>() -> T {
    T::default()
}

pub fn forge() -> Verified<Pass> {
    default()
}
