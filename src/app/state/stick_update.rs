//! How far an update from a USB stick is.

use std::path::{Path, PathBuf};

use crate::{app::event::FoundBundle, ui::UpdateStep};

/// An update from a stick.
#[derive(Debug)]
pub(crate) struct StickUpdate {
    step: UpdateStep,
    /// Where the bundle lies that was found.
    found: Option<PathBuf>,
    /// Whether somebody looks at the sticks now.
    looking: bool,
    /// Version that was installed when it began.
    before: Option<u64>,
}

impl Default for StickUpdate {
    fn default() -> Self {
        Self {
            step: UpdateStep::NoStick,
            found: None,
            looking: false,
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

    /// Gives whether to look at the sticks: nobody does now.
    pub(crate) fn begin_look(&mut self) -> bool {
        !std::mem::replace(&mut self.looking, true)
    }

    /// The sticks were looked at. Gives whether that changes what there is to do.
    pub(crate) fn looked(&mut self, found: Option<FoundBundle>) -> bool {
        self.looking = false;
        if !self.waits_for_stick() {
            return false;
        }
        let step = match &found {
            Some(FoundBundle { place, version }) => UpdateStep::Found {
                place: name_of(place),
                version: *version,
            },
            None => UpdateStep::NoStick,
        };
        self.found = found.map(|found| found.place);
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

fn name_of(place: &Path) -> String {
    let name = place.file_name().unwrap_or(place.as_os_str());
    name.to_string_lossy().into_owned()
}
