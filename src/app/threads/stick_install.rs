//! An update from a stick, looked for and installed beside the loop: lists, then the program.

use std::{
    io,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    KebabName, Manifest, ProgramRelease, ProgramVersion,
    envelope::{Envelope, MAX_FILE},
};
use gatepost_system::stick::StickDir;

use crate::{
    app::{
        event::{FoundUpdate, StickOutcome},
        sticks,
    },
    clock::Clock,
    config::ProgramSettings,
    data::{DataDir, Identity},
    program::{ProgramError, ProgramLeave, UpdateOutcome},
    store::{
        BundleCache,
        bundles::{BundleDirectory, InstallOutcome, InstallProgress, MANIFEST},
    },
    sync::{SyncError, update_program, updater},
    ui::OnStick,
};

/// The first directory on a stick with something for this device in it: lists, a program for its
/// target, or both.
pub(crate) fn look(mounts: &[PathBuf], target: Option<&KebabName>) -> Option<FoundUpdate> {
    sticks::first(mounts, |place| {
        let found = FoundUpdate {
            place: place.path().to_owned(),
            lists: lists_in(place),
            program: target.map_or(OnStick::Nothing, |target| program_in(place, target)),
        };
        (found.lists.is_there() || found.program.is_there()).then_some(found)
    })
}

fn lists_in(place: &StickDir) -> OnStick<u64> {
    if place.file(MANIFEST).is_err() {
        return OnStick::Nothing;
    }
    let claimed = || {
        let bytes = place.read(MANIFEST, MAX_FILE).ok()?;
        let manifest: Manifest = Envelope::parse(&bytes, MAX_FILE).ok()?.peek().ok()?;
        Some(manifest.version)
    };
    claimed().map_or(OnStick::Unreadable, OnStick::Version)
}

fn program_in(place: &StickDir, target: &KebabName) -> OnStick<ProgramVersion> {
    let name = ProgramRelease::file_name(target);
    if place.file(name.as_str()).is_err() {
        return OnStick::Nothing;
    }
    let bytes = place.read(name.as_str(), ProgramRelease::MAX).ok();
    match bytes.and_then(|bytes| ProgramRelease::peek(&bytes).ok()) {
        Some(claimed) if claimed.target != *target => OnStick::Nothing,
        Some(claimed) => OnStick::Version(claimed.version),
        None => OnStick::Unreadable,
    }
}

/// A device that takes an update in.
pub(crate) struct Taker<'a> {
    pub(crate) data: &'a DataDir,
    pub(crate) identity: &'a Identity,
    pub(crate) clock: &'a Clock,
    /// How its program is updated, where it is.
    pub(crate) program: Option<&'a ProgramSettings>,
}

impl Taker<'_> {
    /// Installs what was found: each part for itself, since a supervisor may go back to a program
    /// whose lists are long out of date.
    pub(crate) fn install(
        &self,
        mounts: &[PathBuf],
        found: &FoundUpdate,
        leave: Option<&ProgramLeave>,
        mut percent: impl FnMut(u8),
    ) -> StickOutcome {
        // Opened before a lock is taken; a stick that hangs later is given up.
        let stick = sticks::open(mounts, &found.place);
        let mut percent = |done: u64, total: u64| {
            let part = u128::from(done) * 100 / u128::from(total.max(1));
            percent(part.min(100) as u8);
        };
        let lists = found
            .lists
            .is_there()
            .then(|| self.install_lists(stick.clone(), &found.place, &mut percent));
        let program = self.program.filter(|_| found.program.is_there());
        let program =
            program.map(|program| self.install_program(program, stick, leave, &mut percent));
        StickOutcome { lists, program }
    }

    /// Gives the version that is installed by then.
    fn install_lists(
        &self,
        stick: Option<StickDir>,
        place: &Path,
        percent: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, SyncError> {
        let mut origin = match stick {
            Some(stick) => BundleDirectory::from(stick),
            None => BundleDirectory::new(place),
        };
        let _lock = self.data.lock("bundle")?;
        let cache = BundleCache::new(self.data.bundle());
        let mut report = |progress| {
            if let InstallProgress::Bytes { done, total } = progress {
                percent(done, total);
            }
        };
        let (root, clock) = (&self.identity.root, self.clock);
        match cache.install(&mut origin, root, clock, &mut report)? {
            InstallOutcome::Installed(bundle) => Ok(bundle.manifest().version),
            InstallOutcome::AlreadyInstalled => {
                let rules = cache.load_rules(root, clock)?;
                let version = rules.map(|rules| rules.manifest().version);
                version.ok_or(SyncError::NoBundle)
            }
        }
    }

    fn install_program(
        &self,
        program: &ProgramSettings,
        stick: Option<StickDir>,
        leave: Option<&ProgramLeave>,
        percent: &mut dyn FnMut(u64, u64),
    ) -> Result<UpdateOutcome, SyncError> {
        let Some(mut stick) = stick else {
            return Err(gone());
        };
        let mut updater = updater(self.data, program);
        let (data, identity, clock) = (self.data, self.identity, self.clock);
        let outcome = update_program(
            data,
            identity,
            clock,
            &mut updater,
            &mut stick,
            leave,
            percent,
        )?;
        match outcome {
            UpdateOutcome::NoRelease => Err(gone()),
            outcome => Ok(outcome),
        }
    }
}

/// What was on the page is on no stick any more.
fn gone() -> SyncError {
    let (what, source) = ("release of the program", io::ErrorKind::NotFound.into());
    ProgramError::Origin { what, source }.into()
}
