//! error: E0308
//! A scanned pass needs a proof, not claims.

use gatepost_pass::{Pass, VerifiedDocument};

pub fn forge(pass: Pass) -> VerifiedDocument {
    VerifiedDocument::Pass(pass)
}
