//! What happens on each kind of event, a kind a file. In the order in which they build on each
//! other: `face` (the second display), `verdict`, `log`, `setting`, `menu_lock`, `supervisor`,
//! `clock`, `place`, `badge` and `person` (which show verdicts), `enrolment`, `code` (which sorts
//! them), `trial` and `device` (which brings codes and numbers).
//! The others stand alone.

pub(super) mod aim;
pub(super) mod badge;
pub(super) mod camera;
pub(super) mod clock;
pub(super) mod code;
pub(super) mod device;
pub(super) mod enrolment;
pub(super) mod face;
pub(super) mod hub;
pub(super) mod log;
pub(super) mod menu_lock;
pub(super) mod person;
pub(super) mod place;
pub(super) mod setting;
pub(super) mod supervisor;
pub(super) mod today;
pub(super) mod trial;
pub(super) mod update;
pub(super) mod verdict;
