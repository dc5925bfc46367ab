//! error: E0277
//! There is no trust by default.

use gatepost_pass::TrustList;

fn default<T: Default>() -> T {
    T::default()
}

pub fn forge() -> TrustList {
    default()
}
