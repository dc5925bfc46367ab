//! error: E0308
//! A proof of one thing is no proof of another.

use gatepost_pass::{Place, Verified, VerifiedDocument};

pub fn relabel(place: Verified<Place>) -> VerifiedDocument {
    VerifiedDocument::Pass(place)
}
