//! What lies on USB sticks: bundles, enrolment files, and space for a request.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Most entries of a directory that are looked at.
const MOST: usize = 64;

/// Where Linux systems mount sticks.
pub fn mounts() -> Vec<PathBuf> {
    ["/media", "/run/media", "/mnt"].map(PathBuf::from).to_vec()
}

/// The first directory with a bundle in it: on a stick, or in a folder of one.
pub(crate) fn bundle(mounts: &[PathBuf]) -> Option<PathBuf> {
    let sticks = sticks(mounts);
    let folders = sticks.iter().flat_map(|stick| directories(stick));
    let mut places = sticks.iter().cloned().chain(folders);
    places.find(|place| place.join("manifest").is_file())
}

/// Files whose name begins so, on any stick.
pub(crate) fn files_named(mounts: &[PathBuf], front: &str) -> Vec<PathBuf> {
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(front)) && path.is_file()
    };
    let sticks = sticks(mounts);
    sticks
        .iter()
        .flat_map(|stick| entries(stick))
        .filter(named)
        .collect()
}

/// The mounted sticks: directories in the places where they are mounted, or one deeper, by user.
pub(crate) fn sticks(mounts: &[PathBuf]) -> Vec<PathBuf> {
    let outer: Vec<PathBuf> = mounts.iter().flat_map(|mount| directories(mount)).collect();
    let inner = outer.iter().flat_map(|place| directories(place));
    let mut all: Vec<PathBuf> = inner.collect();
    all.splice(0..0, outer);
    all
}

fn directories(path: &Path) -> Vec<PathBuf> {
    entries(path)
        .into_iter()
        .filter(|entry| entry.is_dir())
        .collect()
}

/// In the order of their names, so that the same sticks give the same answer.
fn entries(path: &Path) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(path) else {
        return Vec::new();
    };
    let found = folder.filter_map(Result::ok).take(MOST);
    let mut found: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

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
            assert_eq!(bundle(&mounts), None);
            let place = root.path().join(at);
            fs::create_dir_all(&place).unwrap();
            assert_eq!(bundle(&mounts), None, "an empty stick");
            fs::write(place.join("manifest"), "").unwrap();
            assert_eq!(bundle(&mounts), Some(place));
        }
    }

    #[test]
    fn files_are_found_by_the_front_of_their_name() {
        let root = tempfile::tempdir().unwrap();
        let stick = root.path().join("stick");
        fs::create_dir_all(stick.join("enrolment-folder")).unwrap();
        fs::write(stick.join("enrolment-7"), "").unwrap();
        fs::write(stick.join("photo.jpg"), "").unwrap();
        let found = files_named(&[root.path().to_owned()], "enrolment");
        assert_eq!(found, [stick.join("enrolment-7")]);
    }
}
