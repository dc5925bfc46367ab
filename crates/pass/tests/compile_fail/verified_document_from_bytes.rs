//! error: E0277
//! A verified document is not read from bytes.

use gatepost_pass::VerifiedDocument;

fn readable<T: serde::de::DeserializeOwned>() {}

pub fn forge() {
    readable::<VerifiedDocument>();
}
