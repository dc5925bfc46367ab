//! error: E0277
//! There is no bundle by default.

use gatepost_pass::VerifiedBundle;

fn default<T: Default>() -> T {
    T::default()
}

pub fn forge() -> VerifiedBundle<Vec<u8>> {
    default()
}
