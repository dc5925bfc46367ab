//! error: E0277
//! A root is not read past its check.

use gatepost_pass::Root;

fn readable<T: serde::de::DeserializeOwned>() {}

pub fn forge() {
    readable::<Root>();
}
