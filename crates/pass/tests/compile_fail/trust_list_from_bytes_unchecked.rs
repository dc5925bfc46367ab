//! error: E0277
//! A trust list is not read past its check.

use gatepost_pass::TrustList;

fn readable<T: serde::de::DeserializeOwned>() {}

pub fn forge() {
    readable::<TrustList>();
}
