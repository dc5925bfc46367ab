//! Which cameras there are, by the kernel's list of video devices.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use gatepost_system::files;
use serde::{Deserialize, Serialize};

/// Where the kernel lists video devices.
pub const VIDEO_DEVICES: &str = "/sys/class/video4linux";

/// Most video devices that are looked at; a camera has several.
const MAX_DEVICES: usize = 64;
/// Most cameras.
const MOST: usize = 8;
/// Longest name of a camera, in bytes: the kernel's own limit is 64.
const MAX_NAME: u64 = 128;

/// A camera that is plugged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluggedCamera {
    /// Its first device, such as `/dev/video0`.
    pub device: String,
    /// What it calls itself.
    pub name: String,
}

/// The cameras that are plugged in, in the order of their devices. Of those with several devices
/// the first gives pictures.
pub fn cameras(class: &Path) -> Vec<PluggedCamera> {
    let entries = files::list(class).unwrap_or_default();
    let mut found: Vec<(u32, String)> = entries
        .into_iter()
        .take(MAX_DEVICES)
        .filter_map(|entry| {
            let number = entry.file_name()?.to_str()?.strip_prefix("video")?;
            let number = number.parse().ok()?;
            let first = line(entry.join("index"))? == "0";
            first.then(|| Some((number, line(entry.join("name"))?)))?
        })
        .collect();
    found.sort();
    found.truncate(MOST);
    let camera = |(number, name)| PluggedCamera {
        device: format!("/dev/video{number}"),
        name,
    };
    found.into_iter().map(camera).collect()
}

/// The camera that somebody chose, by its name: its device may have another number since.
pub fn find(chosen: &PluggedCamera, among: &[PluggedCamera]) -> Option<PluggedCamera> {
    let same = among.iter().find(|camera| *camera == chosen);
    let named = || among.iter().find(|camera| camera.name == chosen.name);
    same.or_else(named).cloned()
}

/// A short file of the kernel's, without the end of its line.
fn line(path: PathBuf) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MAX_NAME).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs;

    fn camera(device: &str, name: &str) -> PluggedCamera {
        let (device, name) = (device.to_owned(), name.to_owned());
        PluggedCamera { device, name }
    }

    #[test]
    fn cameras_are_listed_once_each_by_the_device_that_gives_pictures() {
        let class = tempfile::tempdir().unwrap();
        for (entry, index, name) in [
            ("video10", "0\n", "Second\n"),
            ("video0", "0\n", "First\n"),
            ("video1", "1\n", "First\n"),
            ("v4l-subdev0", "0\n", "lens"),
            ("videox", "0\n", "none"),
        ] {
            let folder = class.path().join(entry);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("index"), index).unwrap();
            fs::write(folder.join("name"), name).unwrap();
        }
        fs::create_dir(class.path().join("video2")).unwrap();
        let expected = [
            camera("/dev/video0", "First"),
            camera("/dev/video10", "Second"),
        ];
        assert_eq!(cameras(class.path()), expected);
        assert_eq!(cameras(&class.path().join("nowhere")), []);
    }

    #[test]
    fn a_camera_is_found_again_at_another_device_by_its_name() {
        let plugged = [camera("/dev/video0", "A"), camera("/dev/video2", "B")];
        let found = |device, name| find(&camera(device, name), &plugged);
        assert_eq!(found("/dev/video0", "A"), Some(plugged[0].clone()));
        assert_eq!(found("/dev/video0", "B"), Some(plugged[1].clone()));
        assert_eq!(found("/dev/video0", "C"), None);
        let twins = [camera("/dev/video0", "A"), camera("/dev/video2", "A")];
        assert_eq!(find(&twins[1], &twins), Some(twins[1].clone()));
    }
}
