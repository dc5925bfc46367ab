//! error: E0423
//! A release of the program is not made without its signature.

use gatepost_pass::{ProgramRelease, VerifiedRelease};

pub fn forge(claims: ProgramRelease) -> VerifiedRelease {
    VerifiedRelease(claims)
}
