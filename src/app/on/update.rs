//! A bundle from a USB stick: found, installed beside the loop, and its outcome shown.

use std::path::{Path, PathBuf};

use gatepost_pass::{
    Manifest, Rollback,
    envelope::{Envelope, MAX_FILE},
};
use gatepost_system::{chain, stick::StickDir};

use crate::{
    app::{
        context::DeviceContext,
        event::{Event, FoundBundle, UpdateNews},
        lane::Lane,
        present::trouble,
        state::{enrolment::EnrolmentState, stick_update::StickUpdate},
        sticks,
        threads::beside,
    },
    clock::Clock,
    config::ProgramSettings,
    data::{DataDir, Identity},
    store::{
        BundleCache,
        bundles::{BundleDirectory, InstallOutcome, InstallProgress, MANIFEST},
    },
    sync::{SyncError, update_program, updater},
    ui::{Page, Trouble, UiUpdate, UpdateStep, UpdateView},
};

/// The update page was opened.
pub(crate) fn opened(lane: &Lane, update: &mut StickUpdate, context: &DeviceContext) {
    if !update.is_working() {
        *update = StickUpdate::default();
        look_for_stick(update, context);
    }
    present(lane, update);
}

/// Looks whether a stick came or went, while the update page waits for one.
pub(crate) fn tick(lane: &Lane, update: &mut StickUpdate, context: &DeviceContext) {
    if lane.window.page() == Page::Update && update.waits_for_stick() {
        look_for_stick(update, context);
    }
}

/// Looks beside the loop, which waits for no stick; one look at a time.
fn look_for_stick(update: &mut StickUpdate, context: &DeviceContext) {
    if !update.begin_look() {
        return;
    }
    let (mounts, events) = (context.sticks.clone(), context.events.clone());
    beside::run(move || {
        let found = sticks::bundle(&mounts).map(|place| FoundBundle {
            version: claimed_version(&place),
            place: place.path().to_owned(),
        });
        let _ = events.send(Event::Update(UpdateNews::Looked(found)));
    });
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
    let (events, mounts) = (context.events.clone(), context.sticks.clone());
    let program = context.config.program.clone();
    beside::run(move || {
        let mut last = 0;
        let report = |percent: u8| {
            if percent != last {
                last = percent;
                let _ = events.send(Event::Update(UpdateNews::Percent(percent)));
            }
        };
        let program = program.as_ref();
        let installed = install(&mounts, &place, &data, &identity, &clock, program, report);
        let news = match installed {
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
        UpdateNews::Looked(found) => {
            if update.looked(found) {
                present(lane, update);
            }
            return;
        }
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

/// Installs a bundle and returns its version; then the program beside it, if there is one.
fn install(
    mounts: &[PathBuf],
    place: &Path,
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    program: Option<&ProgramSettings>,
    mut percent: impl FnMut(u8),
) -> Result<u64, SyncError> {
    // Opened before the lock is taken; a stick that hangs later is given up.
    let found = sticks::open(mounts, place);
    let mut origin = match found.clone() {
        Some(found) => BundleDirectory::from(found),
        None => BundleDirectory::new(place),
    };
    let lock = data.lock("bundle")?;
    let cache = BundleCache::new(data.bundle());
    let mut percent = |done: u64, total: u64| {
        let part = u128::from(done) * 100 / u128::from(total.max(1));
        percent(part.min(100) as u8);
    };
    let mut report = |progress| {
        if let InstallProgress::Bytes { done, total } = progress {
            percent(done, total);
        }
    };
    let version = match cache.install(&mut origin, &identity.root, clock, &mut report)? {
        InstallOutcome::Installed(bundle) => bundle.manifest().version,
        InstallOutcome::AlreadyInstalled => {
            let rules = cache.load_rules(&identity.root, clock)?;
            let version = rules.map(|rules| rules.manifest().version);
            version.ok_or(SyncError::NoBundle)?
        }
    };
    drop(lock);
    if let (Some(program), Some(mut stick)) = (program, found) {
        let mut updater = updater(data, program);
        let (stick, refused) = (&mut stick, Rollback::Refused);
        update_program(
            data,
            identity,
            clock,
            &mut updater,
            stick,
            refused,
            &mut percent,
        )?;
    }
    Ok(version)
}

/// What the manifest claims, before anything is checked: only ever shown.
fn claimed_version(place: &StickDir) -> Option<u64> {
    let bytes = place.read(MANIFEST, MAX_FILE).ok()?;
    let envelope = Envelope::parse(&bytes, MAX_FILE).ok()?;
    let manifest: Manifest = envelope.peek().ok()?;
    Some(manifest.version)
}
