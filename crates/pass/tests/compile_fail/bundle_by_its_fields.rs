//! error: E0451
//! A bundle is not put together from rules without lists.

use std::collections::BTreeMap;

use gatepost_pass::{Rules, VerifiedBundle};

pub fn forge(rules: Rules) -> VerifiedBundle<Vec<u8>> {
    VerifiedBundle {
        rules,
        lists: BTreeMap::new(),
        unopened: BTreeMap::new(),
    }
}
