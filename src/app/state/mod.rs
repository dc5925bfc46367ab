//! What the scanner knows, a matter a file. Nothing here reaches the window, a device or the
//! network, but for the handles that it holds for others.

pub(super) mod aiming;
pub(super) mod checkpoint;
pub(super) mod choices;
pub(super) mod clock_setting;
pub(super) mod day_counts;
pub(super) mod device_trials;
pub(super) mod enrolment;
pub(super) mod face;
pub(super) mod hub_link;
pub(super) mod id_lookup;
pub(super) mod in_view;
pub(super) mod inside;
pub(super) mod installed;
pub(super) mod log_link;
pub(super) mod menu_lock;
pub(super) mod notices;
pub(super) mod place_moves;
pub(super) mod program_leave;
pub(super) mod recent_outcomes;
pub(super) mod run_once;
pub(super) mod screen;
pub(super) mod staff;
pub(super) mod station;
pub(super) mod stick_update;
pub(super) mod supplies;
pub(super) mod torch_light;
pub(super) mod verdicts;
