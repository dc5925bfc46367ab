//! What lies on USB sticks: bundles, enrolment answers, and space for a request. Sticks may be slow
//! or hostile: nothing here is called by the loop itself.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use gatepost_system::stick::{Entry, StickDir};

use crate::store::bundles::MANIFEST;

/// How long one stick is looked at: what is in its way must not hide what is on another.
const LOOK_TIME: Duration = Duration::from_secs(10);

/// Where Linux systems mount sticks.
pub fn mounts() -> Vec<PathBuf> {
    ["/media", "/run/media", "/mnt"].map(PathBuf::from).to_vec()
}

/// The first directory with a bundle in it: a stick, or a folder of one.
pub(crate) fn bundle(mounts: &[PathBuf]) -> Option<StickDir> {
    let holds = |place: &StickDir| place.file(MANIFEST).is_ok();
    let mut sticks = sticks(mounts);
    if let Some(at) = sticks.iter().position(holds) {
        return Some(sticks.swap_remove(at));
    }
    sticks.iter().find_map(|stick| folders(stick).find(holds))
}

/// A place that was found before, opened again from where sticks are mounted on.
pub(crate) fn open(mounts: &[PathBuf], place: &Path) -> Option<StickDir> {
    let mut mounts = mounts.iter().filter_map(mount);
    mounts.find_map(|mount| {
        let below = place.strip_prefix(mount.path()).ok()?;
        below
            .iter()
            .try_fold(mount.clone(), |at, name| at.directory(name).ok())
    })
}

/// Files whose name begins so, on any stick.
pub(crate) fn files_named(
    mounts: &[PathBuf],
    front: &'static str,
) -> impl Iterator<Item = (StickDir, String)> + use<> {
    sticks(mounts).into_iter().flat_map(move |stick| {
        let found = stick.entries(move |name| name.starts_with(front));
        let files = found.unwrap_or_default().into_iter();
        let files = files.filter(|(_, entry)| *entry == Entry::File);
        let until = Instant::now() + LOOK_TIME;
        files
            .take_while(move |_| Instant::now() < until)
            .map(move |(name, _)| (stick.clone(), name))
    })
}

/// The mounted sticks: directories in the places where they are mounted, or one deeper, by user.
pub(crate) fn sticks(mounts: &[PathBuf]) -> Vec<StickDir> {
    let outer: Vec<StickDir> = mounts
        .iter()
        .filter_map(mount)
        .flat_map(|mount| Vec::from_iter(folders(&mount)))
        .collect();
    let inner = outer.iter().flat_map(folders);
    let mut all: Vec<StickDir> = inner.collect();
    all.splice(0..0, outer);
    all
}

/// Where sticks are mounted is the system's own: it may well be a link.
fn mount(path: &PathBuf) -> Option<StickDir> {
    StickDir::open(&fs::canonicalize(path).ok()?).ok()
}

/// In the order of their names, so that the same sticks give the same answer.
fn folders(place: &StickDir) -> impl Iterator<Item = StickDir> + use<> {
    let (place, until) = (place.clone(), Instant::now() + LOOK_TIME);
    let entries = place.entries(|_| true).unwrap_or_default().into_iter();
    entries
        .filter(|(_, entry)| *entry == Entry::Directory)
        .take_while(move |_| Instant::now() < until)
        .filter_map(move |(name, _)| place.directory(name.as_ref()).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::symlink;

    use super::*;

    fn found(mounts: &[PathBuf]) -> Option<PathBuf> {
        bundle(mounts).map(|place| place.path().to_owned())
    }

    #[test]
    fn a_bundle_is_found_on_a_stick_in_a_folder_of_one_and_by_user() {
        for at in [
            "stick",
            "stick/gatepost",
            "guard/stick",
            "guard/stick/gatepost",
        ] {
            let root = tempfile::tempdir().unwrap();
            let mounts = [root.path().to_owned(), PathBuf::from("/nonexistent")];
            assert_eq!(found(&mounts), None);
            let place = root.path().join(at);
            fs::create_dir_all(&place).unwrap();
            assert_eq!(found(&mounts), None, "an empty stick");
            fs::write(place.join("manifest"), "").unwrap();
            assert_eq!(found(&mounts), Some(place.clone()));
            assert_eq!(open(&mounts, &place).unwrap().path(), place);
        }
    }

    #[test]
    fn a_thousand_entries_before_the_update_do_not_hide_it() {
        let root = tempfile::tempdir().unwrap();
        let stick = root.path().join("stick");
        for n in 0..1000 {
            fs::create_dir_all(stick.join(format!("a-folder-{n:04}"))).unwrap();
            fs::write(stick.join(format!("a-{n:04}")), "").unwrap();
        }
        fs::create_dir(stick.join("update")).unwrap();
        fs::write(stick.join("update/manifest"), "").unwrap();
        fs::write(stick.join("enrolment-7"), "").unwrap();
        let mounts = [root.path().to_owned()];
        assert_eq!(found(&mounts), Some(stick.join("update")));
        assert_eq!(files_named(&mounts, "enrolment").count(), 1);
    }

    #[test]
    fn links_on_a_stick_lead_to_no_bundle_and_no_answer() {
        let root = tempfile::tempdir().unwrap();
        let (stick, beside) = (root.path().join("mnt/stick"), root.path().join("beside"));
        fs::create_dir_all(&stick).unwrap();
        fs::create_dir(&beside).unwrap();
        fs::write(beside.join("manifest"), "").unwrap();
        symlink(&beside, stick.join("folder")).unwrap();
        symlink(beside.join("manifest"), stick.join("manifest")).unwrap();
        symlink(beside.join("manifest"), stick.join("enrolment")).unwrap();
        let mounts = [root.path().join("mnt")];
        assert_eq!(found(&mounts), None);
        assert_eq!(files_named(&mounts, "enrolment").count(), 0);
        assert!(open(&mounts, &stick.join("folder")).is_none());
        assert!(open(&mounts, &beside).is_none());
        assert!(open(&mounts, &stick.join("../../beside")).is_none());
    }

    #[test]
    fn files_are_found_by_the_front_of_their_name() {
        let root = tempfile::tempdir().unwrap();
        let stick = root.path().join("stick");
        fs::create_dir_all(stick.join("enrolment-folder")).unwrap();
        fs::write(stick.join("enrolment-7"), "").unwrap();
        fs::write(stick.join("photo.jpg"), "").unwrap();
        let found = files_named(&[root.path().to_owned()], "enrolment");
        let found: Vec<_> = found.map(|(at, name)| at.path().join(name)).collect();
        assert_eq!(found, [stick.join("enrolment-7")]);
    }
}
