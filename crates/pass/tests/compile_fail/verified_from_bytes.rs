//! error: E0277
//! A proof is not read from bytes.

use gatepost_pass::{Pass, Verified};

fn readable<T: serde::de::DeserializeOwned>() {}

pub fn forge() {
    readable::<Verified<Pass>>();
}
