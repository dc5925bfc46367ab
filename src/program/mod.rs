//! Updates of the program itself: from a signed release to an image in the other slot, and to the
//! first picture that finds it good.
//!
//! [`Updater`] takes a release from an `origin` (the hub or a stick), and has the `installer` write
//! its image, by a [`ProgramLeave`] also one that goes back; [`Confirmation`] tells the boot loader
//! that this start is good; `record` remembers both. The fall-back is the boot loader's:
//! docs/updates.md.

mod confirmation;
mod error;
mod installer;
mod leave;
mod origin;
mod record;
mod running;
mod tool;
mod updater;

#[cfg(test)]
mod tests;

pub use confirmation::{ConfirmError, Confirmation};
pub use error::ProgramError;
pub use installer::{InstallTool, Installer};
pub use leave::ProgramLeave;
pub use origin::ReleaseOrigin;
pub use record::ProgramRecord;
pub use running::RUNNING;
pub use tool::ToolError;
pub use updater::{UpdateOutcome, Updater};
