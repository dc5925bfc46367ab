//! A bundle from a USB stick: found, taken in beside the loop, and its outcome shown.

use std::path::{Path, PathBuf};

use gatepost_pass::{
    Manifest,
    envelope::{Envelope, MAX_FILE},
};
use gatepost_system::{chain, files};

use crate::{
    app::{
        context::DeviceContext,
        event::{Event, UpdateNews},
        lane::Lane,
        present::trouble,
        state::{enrolment::EnrolmentState, stick_update::StickUpdate},
        sticks,
        threads::beside,
    },
    clock::Clock,
    data::{DataDir, Identity},
    store::{
        BundleCache,
        bundles::{BundleDirectory, Intaken, Step},
    },
    sync::SyncError,
    ui::{Page, Trouble, UiUpdate, UpdateStep, UpdateView},
};

/// The update page was opened.
pub(crate) fn opened(lane: &Lane, update: &mut StickUpdate, mounts: &[PathBuf]) {
    if !update.is_working() {
        *update = StickUpdate::default();
        look_for_stick(update, mounts);
    }
    present(lane, update);
}

/// Looks whether a stick came or went, while the update page waits for one.
pub(crate) fn tick(lane: &Lane, update: &mut StickUpdate, mounts: &[PathBuf]) {
    let open = lane.window.page() == Page::Update;
    if open && update.waits_for_stick() && look_for_stick(update, mounts) {
        present(lane, update);
    }
}

/// Gives whether there is something else to do now.
fn look_for_stick(update: &mut StickUpdate, mounts: &[PathBuf]) -> bool {
    let found = sticks::bundle(mounts);
    let step = match &found {
        Some(place) => UpdateStep::Found {
            place: name_of(place),
            version: claimed_version(place),
        },
        None => UpdateStep::NoStick,
    };
    update.set_found(found, step)
}

/// The guard wants the bundle that was found.
pub(crate) fn asked(
    lane: &Lane,
    update: &mut StickUpdate,
    enrolment: &EnrolmentState,
    context: &DeviceContext,
) {
    let Some(identity) = enrolment.identity().cloned() else {
        update.refused(UpdateStep::Refused(Trouble::NotEnrolled.into()));
        return present(lane, update);
    };
    let Some(place) = update.found().cloned() else {
        return;
    };
    update.begin(lane.checkpoint.installed.version());
    let (data, clock) = (context.data.clone(), context.clock.clone());
    let events = context.events.clone();
    beside::run(move || {
        let mut last = 0;
        let report = |percent: u8| {
            if percent != last {
                last = percent;
                let _ = events.send(Event::Update(UpdateNews::Percent(percent)));
            }
        };
        let news = match take_in(&place, &data, &identity, &clock, report) {
            Ok(version) => UpdateNews::Done(version),
            Err(why) => UpdateNews::Refused(why),
        };
        let _ = events.send(Event::Update(news));
    });
    present(lane, update);
}

/// The update makes progress, or has ended.
pub(crate) fn news(
    lane: &mut Lane,
    update: &mut StickUpdate,
    enrolment: &EnrolmentState,
    data: &DataDir,
    news: UpdateNews,
) {
    match news {
        UpdateNews::Percent(percent) => update.set_percent(percent),
        UpdateNews::Done(after) => update.done(after),
        UpdateNews::Refused(why) => {
            log::warn!("update: {}", chain(&why));
            update.refused(UpdateStep::Refused(trouble::of_update(&why)));
        }
    }
    let identity = enrolment.identity().map(|identity| &**identity);
    let installed = &mut lane.checkpoint.installed;
    installed.reload_if_changed(data, identity, &lane.clock);
    present(lane, update);
    lane.window.bar_soon();
}

fn present(lane: &Lane, update: &StickUpdate) {
    lane.window.send(UiUpdate::Update(UpdateView {
        installed: lane.checkpoint.installed.version(),
        step: update.step().clone(),
    }));
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
    let mut on_step = |step: Step| {
        if let Step::Here { done, whole } = step {
            let part = u128::from(done) * 100 / u128::from(whole.max(1));
            percent(part.min(100) as u8);
        }
    };
    let mut origin = BundleDirectory::new(place);
    let now = clock.now().time;
    match cache.take_in(&mut origin, &identity.root, now, &mut on_step)? {
        Intaken::New(bundle) => {
            clock.raise(bundle.manifest().issued_at);
            Ok(bundle.manifest().version)
        }
        Intaken::Same => {
            let rules = cache.load_rules(&identity.root, now)?;
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
