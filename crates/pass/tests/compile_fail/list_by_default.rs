//! error: E0277
//! There is no list by default.

use gatepost_pass::List;

fn default<T: Default>() -> T {
    T::default()
}

pub fn forge() -> List<Vec<u8>> {
    default()
}
