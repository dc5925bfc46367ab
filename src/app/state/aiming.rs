//! What to tell whoever aims: why a code is not read, or that it was read a moment ago. A hint
//! comes once the frames of a second agree, stays long enough to be read, and goes at once when
//! something is read. Pure: time comes in as an argument.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use gatepost_decode::Obstacle;

use crate::ui::AimHint;

/// For how long frames have to agree; fewer than three don't.
const AGREE: Duration = Duration::from_secs(1);
const FEWEST: usize = 3;
/// How long a hint stays at least.
const STAYS: Duration = Duration::from_millis(1500);
/// Most frames that are remembered: a camera's in a second.
const MOST: usize = 64;

/// The frames of the last second, and the hint that they gave.
#[derive(Debug, Default)]
pub(crate) struct Aiming {
    frames: VecDeque<(Option<AimHint>, Instant)>,
    /// Since when nothing is read.
    since: Option<Instant>,
    shown: Option<(AimHint, Instant)>,
}

impl Aiming {
    /// Nothing was read from a frame, because of this.
    pub(crate) fn unread(&mut self, obstacle: Option<Obstacle>, at: Instant) {
        self.forget(at);
        if self.frames.is_empty() {
            self.since = Some(at);
        }
        if self.frames.len() == MOST {
            self.frames.pop_front();
        }
        self.frames.push_back((obstacle.map(hint_for), at));
    }

    /// What was read had its verdict a moment ago. The hint stays while it is in view.
    pub(crate) fn already_read(&mut self, at: Instant) {
        self.shown = Some((AimHint::AlreadyRead, at));
    }

    /// Something was read, or nobody aims any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The hint to show at this time.
    pub(crate) fn hint(&mut self, at: Instant) -> Option<AimHint> {
        self.forget(at);
        let found = self.agreed(at);
        if let Some((shown, since)) = self.shown {
            let stays = at.saturating_duration_since(since) < STAYS;
            // What is still true of some frames stays, so that it does not come and go.
            if stays || found == Some(shown) || found.is_none() && self.count(shown) > 0 {
                return Some(shown);
            }
        }
        self.shown = found.map(|hint| (hint, at));
        found
    }

    /// What two thirds of the frames of a whole second say.
    fn agreed(&self, at: Instant) -> Option<AimHint> {
        let long = { self.since }.is_some_and(|since| at.saturating_duration_since(since) >= AGREE);
        let (newest, _) = self.frames.iter().rfind(|(hint, _)| hint.is_some())?;
        let hint = (*newest)?;
        let agree = self.count(hint);
        (long && agree >= FEWEST && 3 * agree >= 2 * self.frames.len()).then_some(hint)
    }

    fn count(&self, hint: AimHint) -> usize {
        let same = |(of_frame, _): &&(Option<AimHint>, Instant)| *of_frame == Some(hint);
        self.frames.iter().filter(same).count()
    }

    fn forget(&mut self, at: Instant) {
        let recent = |at_frame: Instant| at.saturating_duration_since(at_frame) <= AGREE;
        self.frames.retain(|(_, at_frame)| recent(*at_frame));
    }
}

fn hint_for(obstacle: Obstacle) -> AimHint {
    match obstacle {
        Obstacle::Darkness | Obstacle::DimCode => AimHint::TooDark,
        Obstacle::TooFar => AimHint::ComeCloser,
        Obstacle::Unsteady => AimHint::HoldStill,
    }
}

#[cfg(test)]
mod tests;
