//! The pages as HTML, a file each. All text goes through maud, which escapes it; there is no
//! script.

mod devices;
mod enrolment;
mod findings;
mod layout;
mod login;
mod passages;
mod revoke;
mod units;

pub(super) use devices::{DevicesView, devices};
pub(super) use enrolment::enrolment;
pub(super) use findings::findings;
pub(super) use layout::{ROWS, refused, show};
pub(super) use login::login;
pub(super) use passages::passages;
pub(super) use revoke::{revoke, revoked};
