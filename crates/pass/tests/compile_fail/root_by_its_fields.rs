//! error: E0451
//! A root is not written down field by field.

use gatepost_pass::{Root, trust::RootClaims};

pub fn forge(claims: RootClaims, bytes: Vec<u8>) -> Root {
    Root { claims, bytes }
}
