//! What is shown: state and errors in the window's words, a page a file, and the window itself.

pub(super) mod bar;
pub(super) mod camera;
pub(super) mod devices;
pub(super) mod face;
pub(super) mod people;
pub(super) mod place_move;
pub(super) mod record;
pub(super) mod signal;
pub(super) mod status_page;
pub(super) mod today;
pub(super) mod trouble;
pub(super) mod verdict;
pub(super) mod window;
