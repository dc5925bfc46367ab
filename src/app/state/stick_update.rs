//! How far an update from a USB stick is.

use std::path::PathBuf;

use crate::ui::UpdateStep;

/// An update from a stick.
#[derive(Debug)]
pub(crate) struct StickUpdate {
    step: UpdateStep,
    /// Where the bundle lies that was found.
    found: Option<PathBuf>,
    /// Version that was installed when it began.
    before: Option<u64>,
}

impl Default for StickUpdate {
    fn default() -> Self {
        Self {
            step: UpdateStep::NoStick,
            found: None,
            before: None,
        }
    }
}

impl StickUpdate {
    pub(crate) fn step(&self) -> &UpdateStep {
        &self.step
    }

    /// Whether it waits for a stick, or for the guard to begin.
    pub(crate) fn waits_for_stick(&self) -> bool {
        matches!(self.step, UpdateStep::NoStick | UpdateStep::Found { .. })
    }

    pub(crate) fn is_working(&self) -> bool {
        matches!(self.step, UpdateStep::Working(_))
    }

    /// A stick came or went. Gives whether that changes what there is to do.
    pub(crate) fn set_found(&mut self, found: Option<PathBuf>, step: UpdateStep) -> bool {
        self.found = found;
        let changed = step != self.step;
        self.step = step;
        changed
    }

    /// Where the bundle lies, unless it is being taken in already.
    pub(crate) fn found(&self) -> Option<&PathBuf> {
        self.found.as_ref().filter(|_| !self.is_working())
    }

    /// The bundle is taken in from now on, over this version.
    pub(crate) fn begin(&mut self, before: Option<u64>) {
        self.before = before;
        self.step = UpdateStep::Working(0);
    }

    pub(crate) fn set_percent(&mut self, percent: u8) {
        self.step = UpdateStep::Working(percent);
    }

    /// It is installed, with this version.
    pub(crate) fn done(&mut self, after: u64) {
        self.step = UpdateStep::Done {
            before: self.before,
            after,
        };
    }

    pub(crate) fn refused(&mut self, step: UpdateStep) {
        self.step = step;
    }
}
