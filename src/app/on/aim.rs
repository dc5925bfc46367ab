//! Frames without a code: what to tell whoever aims, and light for a code that gets too little.

use std::time::Instant;

use gatepost_decode::Obstacle;

use crate::{
    app::{lane::Lane, state::torch_light::TorchLight},
    ui::{AimHint, Page, UiUpdate},
};

/// Nothing was read from a frame, because of this.
pub(crate) fn unread(lane: &mut Lane, obstacle: Option<Obstacle>, at: Instant) {
    // A verdict or another page: nobody aims.
    if lane.window.page() != Page::Scan || lane.verdicts.open().is_some() {
        return lane.aiming.clear();
    }
    lane.aiming.unread(obstacle, at);
    let too_dark = lane.aiming.hint(at) == Some(AimHint::TooDark);
    if too_dark && obstacle == Some(Obstacle::DimCode) {
        let needed = |torch: &mut TorchLight| torch.needed(at);
        if lane.torch.as_mut().is_some_and(needed) {
            switch_torch(lane, true);
        }
    }
}

/// Something was read.
pub(crate) fn read(lane: &mut Lane, at: Instant) {
    lane.aiming.clear();
    if let Some(torch) = &mut lane.torch {
        torch.code_seen(at);
    }
}

/// What was read has had its verdict, so that nothing comes of it: on the scan page that is said.
pub(super) fn already_read(lane: &mut Lane, at: Instant) {
    if lane.window.page() == Page::Scan && lane.verdicts.open().is_none() {
        lane.aiming.already_read(at);
    }
}

/// Time passes.
pub(crate) fn tick(lane: &mut Lane, at: Instant) {
    let hint = lane.aiming.hint(at);
    lane.window.show_aim(hint);
    let over = |torch: &mut TorchLight| torch.tick(at);
    if lane.torch.as_mut().is_some_and(over) {
        switch_torch(lane, false);
    }
}

/// A finger switched the torch.
pub(crate) fn torch_tapped(lane: &mut Lane, on: bool, at: Instant) {
    if let Some(torch) = &mut lane.torch {
        torch.tapped(on, at);
        switch_torch(lane, on);
    }
}

/// Switches the torch, and its button.
pub(super) fn switch_torch(lane: &Lane, on: bool) {
    match (&lane.devices.torch, on) {
        (Some(torch), true) => torch.on(),
        (Some(torch), false) => torch.off(),
        (None, _) => {}
    }
    lane.window.send(UiUpdate::Torch(Some(on)));
}
