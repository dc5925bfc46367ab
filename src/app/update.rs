//! A bundle from a USB stick: found, taken in beside the loop, and its end told in words.

use std::path::{Path, PathBuf};

use gatepost_pass::{
    Manifest,
    envelope::{Envelope, MAX_FILE},
};
use gatepost_system::files;

use super::{Event, scanner::App, sticks, trouble, workers};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    store::{
        BundleCache,
        bundles::{BundleDirectory, InstallOutcome, InstallProgress},
    },
    sync::SyncError,
    ui::{Page, Trouble, UiUpdate, UpdateStep, UpdateView},
};

/// News of an update.
#[derive(Debug)]
pub(crate) enum UpdateNews {
    /// So many percent are checked and copied.
    Percent(u8),
    /// Installed, or the very bundle was installed before; its version.
    Done(u64),
    /// Not taken in.
    Refused(SyncError),
}

/// How far an update is.
#[derive(Debug)]
pub(super) struct Updating {
    step: UpdateStep,
    /// Where the bundle lies that was found.
    found: Option<PathBuf>,
    /// Version that was installed when it began.
    before: Option<u64>,
}

impl Default for Updating {
    fn default() -> Self {
        Self {
            step: UpdateStep::NoStick,
            found: None,
            before: None,
        }
    }
}

impl App {
    pub(super) fn show_update(&mut self) {
        if !matches!(self.updating.step, UpdateStep::Working(_)) {
            self.updating = Updating::default();
            self.look_for_stick();
        }
        self.present_update();
    }

    fn present_update(&self) {
        let bundle = self.checkpoint.bundle();
        self.ui.send(UiUpdate::Update(UpdateView {
            installed: bundle.map(|bundle| bundle.manifest().version),
            step: self.updating.step.clone(),
        }));
    }

    /// Looks whether a stick came or went, while the update page waits for one.
    pub(super) fn look_for_stick(&mut self) {
        let waits = matches!(
            self.updating.step,
            UpdateStep::NoStick | UpdateStep::Found { .. }
        );
        if self.page != Page::Update || !waits {
            return;
        }
        let found = sticks::bundle(&self.sticks);
        let step = found
            .as_deref()
            .map_or(UpdateStep::NoStick, |place| UpdateStep::Found {
                place: name_of(place),
                version: claimed_version(place),
            });
        self.updating.found = found;
        if step != self.updating.step {
            self.updating.step = step;
            self.present_update();
        }
    }

    /// Takes in the bundle that was found.
    pub(super) fn update(&mut self) {
        let (Some(place), Some(known)) = (self.updating.found.clone(), &self.enrolled) else {
            if self.enrolled.is_none() {
                self.updating.step = UpdateStep::Refused(Trouble::NotEnrolled.into());
                self.present_update();
            }
            return;
        };
        if matches!(self.updating.step, UpdateStep::Working(_)) {
            return;
        }
        let bundle = self.checkpoint.bundle();
        self.updating.before = bundle.map(|bundle| bundle.manifest().version);
        self.updating.step = UpdateStep::Working(0);
        let (data, identity, clock) = (
            self.data.clone(),
            known.identity.clone(),
            self.clock.clone(),
        );
        let events = self.events.clone();
        workers::beside(move || {
            let mut last = 0;
            let tell = |percent: u8| {
                if percent != last {
                    last = percent;
                    let _ = events.send(Event::Update(UpdateNews::Percent(percent)));
                }
            };
            let news = match take_in(&place, &data, &identity, &clock, tell) {
                Ok(version) => UpdateNews::Done(version),
                Err(why) => UpdateNews::Refused(why),
            };
            let _ = events.send(Event::Update(news));
        });
        self.present_update();
    }

    pub(super) fn updated(&mut self, news: UpdateNews) {
        self.updating.step = match news {
            UpdateNews::Percent(percent) => UpdateStep::Working(percent),
            UpdateNews::Done(after) => UpdateStep::Done {
                before: self.updating.before,
                after,
            },
            UpdateNews::Refused(why) => {
                eprintln!("gatepost: update: {why}");
                UpdateStep::Refused(trouble::of_update(&why))
            }
        };
        let identity = self.enrolled.as_ref().map(|known| &*known.identity);
        self.checkpoint
            .reload_if_changed(&self.data, identity, &self.clock);
        self.present_update();
        self.status_soon();
    }
}

/// Takes a bundle in and gives its version.
fn take_in(
    place: &Path,
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    mut percent: impl FnMut(u8),
) -> Result<u64, SyncError> {
    let _lock = data.lock("bundle")?;
    let cache = BundleCache::new(data.bundle());
    let mut report = |progress| {
        if let InstallProgress::Bytes { done, total } = progress {
            let part = u128::from(done) * 100 / u128::from(total.max(1));
            percent(part.min(100) as u8);
        }
    };
    let mut origin = BundleDirectory::new(place);
    match cache.install(&mut origin, &identity.root, clock, &mut report)? {
        InstallOutcome::Installed(bundle) => Ok(bundle.manifest().version),
        InstallOutcome::AlreadyInstalled => {
            let rules = cache.load_rules(&identity.root, clock)?;
            let version = rules.map(|rules| rules.manifest().version);
            version.ok_or(SyncError::NoBundle)
        }
    }
}

/// What the manifest claims, before anything is checked: only ever shown.
fn claimed_version(place: &Path) -> Option<u64> {
    let bytes = files::read(&place.join("manifest"), MAX_FILE).ok()?;
    let envelope = Envelope::parse(&bytes, MAX_FILE).ok()?;
    let manifest: Manifest = envelope.peek().ok()?;
    Some(manifest.version)
}

fn name_of(place: &Path) -> String {
    let name = place.file_name().unwrap_or(place.as_os_str());
    name.to_string_lossy().into_owned()
}
