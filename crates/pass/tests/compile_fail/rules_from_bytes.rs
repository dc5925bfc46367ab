//! error: E0277
//! Rules are not read from bytes.

use gatepost_pass::Rules;

fn readable<T: serde::de::DeserializeOwned>() {}

pub fn forge() {
    readable::<Rules>();
}
