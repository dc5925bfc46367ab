//! The whole program with a window in memory: pictures of codes in, taps on labels, passages out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aiming;
mod badges;
mod beside;
mod face;
mod flows;
mod full;
mod guard;
mod guide;
mod in_view;
mod menu_lock;
mod pages;
mod places;
mod post;
mod program;
mod screen;
mod stick_program;
mod supervisors;
mod trials;
mod verdicts;

use guard::{badge, badge_for, paper, wait_for};
use post::{Post, region};
