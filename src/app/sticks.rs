//! What lies on USB sticks: updates, enrolment answers, and space for a request. Sticks may be slow
//! or hostile: nothing here is called by the loop itself.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use gatepost_system::stick::{Entry, StickDir};

/// How long one folder of a stick is looked through: what is in its way must not hide what is on
/// another.
const LOOK_TIME: Duration = Duration::from_secs(10);
/// The same for all folders of one stick, or of one user's sticks.
const STICK_TIME: Duration = Duration::from_secs(30);
/// The same for everything: then it is looked anew.
const WHOLE_TIME: Duration = Duration::from_secs(120);

/// Where Linux systems mount sticks.
pub fn mounts() -> Vec<PathBuf> {
    ["/media", "/run/media", "/mnt"].map(PathBuf::from).to_vec()
}

/// What `look` sees first: on a stick, or else in a folder of one.
pub(crate) fn first<T>(mounts: &[PathBuf], look: impl Fn(&StickDir) -> Option<T>) -> Option<T> {
    let direct = sticks(mounts).find_map(|place| look(&place));
    direct.or_else(|| {
        outer(mounts, whole()).find_map(|place| {
            let mut inner = folders(&place, Instant::now() + STICK_TIME);
            inner.find_map(|stick| {
                let mut folders = folders(&stick, Instant::now() + LOOK_TIME);
                folders.find_map(|place| look(&place))
            })
        })
    })
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
) -> impl Iterator<Item = (StickDir, String)> {
    sticks(mounts).flat_map(move |stick| {
        let found = stick.entries(move |name| name.starts_with(front));
        let files = found.unwrap_or_default().into_iter();
        let files = files.filter(|(_, entry)| *entry == Entry::File);
        let until = Instant::now() + LOOK_TIME;
        files
            .take_while(move |_| Instant::now() < until)
            .map(move |(name, _)| (stick.clone(), name))
    })
}

/// The mounted sticks: directories in the places where they are mounted, then one deeper, by user.
/// A stick itself may have any number of folders, so no more than a few are open at a time: the
/// rest of the program needs open files too.
pub(crate) fn sticks(mounts: &[PathBuf]) -> impl Iterator<Item = StickDir> {
    let until = whole();
    let inner = outer(mounts, until);
    let inner = inner.flat_map(|place| folders(&place, Instant::now() + STICK_TIME));
    outer(mounts, until)
        .chain(inner)
        .take_while(move |_| Instant::now() < until)
}

fn outer(mounts: &[PathBuf], until: Instant) -> impl Iterator<Item = StickDir> {
    let mounts = mounts.iter().filter_map(mount);
    mounts.flat_map(move |mount| folders(&mount, until))
}

fn whole() -> Instant {
    Instant::now() + WHOLE_TIME
}

/// Where sticks are mounted is the system's own: it may well be a link.
fn mount(path: &PathBuf) -> Option<StickDir> {
    StickDir::open(&fs::canonicalize(path).ok()?).ok()
}

/// In the order of their names, so that the same sticks give the same answer.
fn folders(place: &StickDir, until: Instant) -> impl Iterator<Item = StickDir> + use<> {
    let place = place.clone();
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
        let holds = |place: &StickDir| place.file("manifest").is_ok();
        let path = |place: &StickDir| holds(place).then(|| place.path().to_owned());
        first(mounts, path)
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
        let mounts = [root.path().to_owned()];
        let found = files_named(&mounts, "enrolment");
        let found: Vec<_> = found.map(|(at, name)| at.path().join(name)).collect();
        assert_eq!(found, [stick.join("enrolment-7")]);
    }

    #[test]
    fn folders_without_number_on_a_stick_take_no_open_files_from_the_rest_of_the_program() {
        let root = tempfile::tempdir().unwrap();
        for n in 0..3000 {
            fs::create_dir_all(root.path().join(format!("stick/{n:04}"))).unwrap();
        }
        let update = root.path().join("user/stick/update");
        fs::create_dir_all(&update).unwrap();
        fs::write(update.join("manifest"), "").unwrap();
        let mounts = [root.path().to_owned()];
        let look = std::thread::spawn(move || {
            assert_eq!(files_named(&mounts, "enrolment").count(), 0);
            found(&mounts)
        });
        let mut most = 0;
        while !look.is_finished() {
            most = most.max(fs::read_dir("/proc/self/fd").unwrap().count());
        }
        assert_eq!(look.join().unwrap(), Some(update));
        assert!(most < 1000, "{most} open files");
    }
}
