//! error: E0616
//! A document is not altered between reading and checking.

use gatepost_pass::Document;

pub fn swap(one: &mut Document, other: Document) {
    one.envelope = other.envelope;
}
