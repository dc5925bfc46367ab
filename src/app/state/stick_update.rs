//! How far an update from a USB stick is.

use std::path::Path;

use gatepost_pass::ProgramVersion;

use crate::{
    app::event::FoundUpdate,
    ui::{ListsEnd, OnStick, ProgramEnd, UpdateStep},
};

/// An update from a stick.
#[derive(Debug)]
pub(crate) struct StickUpdate {
    step: UpdateStep,
    /// What was found, and where.
    found: Option<FoundUpdate>,
    /// Whether somebody looks at the sticks now.
    looking: bool,
    /// Version that was installed when it began.
    before: Option<u64>,
    /// What came of the lists; a supervisor's leave is for the program alone, and leaves this.
    lists: Option<ListsEnd>,
}

impl Default for StickUpdate {
    fn default() -> Self {
        Self {
            step: UpdateStep::NoStick,
            found: None,
            looking: false,
            before: None,
            lists: None,
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
    pub(crate) fn looked(&mut self, found: Option<FoundUpdate>) -> bool {
        self.looking = false;
        if !self.waits_for_stick() {
            return false;
        }
        let step = match &found {
            Some(found) => UpdateStep::Found {
                place: name_of(&found.place),
                lists: found.lists,
                program: found.program,
            },
            None => UpdateStep::NoStick,
        };
        self.found = found;
        let changed = step != self.step;
        self.step = step;
        changed
    }

    /// What is to be installed, and where it lies, unless it is being taken in already.
    pub(crate) fn found(&self) -> Option<&FoundUpdate> {
        self.found.as_ref().filter(|_| !self.is_working())
    }

    /// The program alone, where a supervisor has allowed that version and it lies there.
    pub(crate) fn found_program(&self) -> Option<FoundUpdate> {
        let found = self.found()?.clone();
        let lists = OnStick::Nothing;
        Some(FoundUpdate { lists, ..found })
    }

    /// The version that a supervisor may allow.
    pub(crate) fn allowable(&self) -> Option<ProgramVersion> {
        match &self.step {
            UpdateStep::Ended { program, .. } => program.as_ref()?.allowable(),
            _ => None,
        }
    }

    /// It is taken in from now on, over this version of the lists.
    pub(crate) fn begin(&mut self, before: Option<u64>) {
        self.before = before;
        self.step = UpdateStep::Working(0);
    }

    pub(crate) fn set_percent(&mut self, percent: u8) {
        self.step = UpdateStep::Working(percent);
    }

    /// The lists are installed, with this version.
    pub(crate) fn lists_installed(&mut self, after: u64) {
        let before = self.before;
        self.lists = Some(ListsEnd::Installed { before, after });
    }

    /// They were not.
    pub(crate) fn lists_refused(&mut self, end: ListsEnd) {
        self.lists = Some(end);
    }

    /// It is over.
    pub(crate) fn ended(&mut self, program: Option<ProgramEnd>) {
        let lists = self.lists.clone();
        self.step = UpdateStep::Ended { lists, program };
    }
}

fn name_of(place: &Path) -> String {
    let name = place.file_name().unwrap_or(place.as_os_str());
    name.to_string_lossy().into_owned()
}
