//! error: E0616
//! A list is not taken out of a bundle.

use gatepost_pass::VerifiedBundle;

pub fn forget(bundle: &mut VerifiedBundle<Vec<u8>>) {
    bundle.lists.clear();
}
