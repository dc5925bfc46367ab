//! error: E0596
//! Keys are not added to a root.

use gatepost_pass::{PublicKey, Root};

pub fn add(root: &mut Root, key: PublicKey) {
    root.keys().fill(key);
}
