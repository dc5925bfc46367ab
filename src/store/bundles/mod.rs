//! The installed bundle: files by digest and one manifest that names them, replaced as a whole.
//!
//! `install` replaces it. `fetch_list` gets its lists: `copy_file` copies, `apply_deltas` makes a
//! list from the installed one, `repair` fetches again what has rotted. `scrub` finds rot in the
//! background and leaves `damage_marks`.

mod apply_deltas;
mod cache;
mod copy_file;
mod damage_marks;
mod error;
mod fetch_list;
mod install;
mod list_name;
mod origin;
mod progress;
mod repair;

pub mod scrub;

pub use cache::{BundleCache, InstalledBundle};
pub use error::CacheError;
pub use install::InstallOutcome;
pub use list_name::ListName;
pub(crate) use origin::MANIFEST;
pub use origin::{BundleDirectory, BundleOrigin};
pub use progress::InstallProgress;
