//! Devices that enrol over the hub: their requests wait in one folder for the authority, its answers lie in
//! another. They are files because the authority is offline: whoever carries them needs no more than copying.
//! The hub believes neither, and has no key that would make either.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use gatepost_pass::{DeviceId, ValueError};
use gatepost_protocol::{Answer, DeviceRequest, device::device_id};

use crate::answer::Refusal;

/// Most requests that wait.
pub const MOST: usize = 1000;
/// A request of which nothing was heard for so long makes way; a device that still waits hands its own in every
/// hour.
const KEPT: Duration = Duration::from_secs(14 * 86_400);

/// The two folders.
#[derive(Debug)]
pub struct Enrolments {
    requests: PathBuf,
    answers: PathBuf,
    most: usize,
    writing: Mutex<()>,
}

/// A device whose request waits, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub device: DeviceId,
    /// Its name for people, which anybody may have made up.
    pub name: String,
}

impl Enrolments {
    /// `requests/` and `answers/` in a folder; made where they are missing.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let (requests, answers) = (folder.join("requests"), folder.join("answers"));
        fs::create_dir_all(&requests)?;
        fs::create_dir_all(&answers)?;
        Ok(Self {
            requests,
            answers,
            most: MOST,
            writing: Mutex::default(),
        })
    }

    /// Queues a request; the same again changes nothing. One by another code replaces the device's request, and the
    /// answer to that goes: it opens by its own code only, and would make the new request look answered. Gives whose
    /// it is.
    pub(crate) fn put(&self, bytes: &[u8]) -> Result<DeviceId, Refusal> {
        let request = DeviceRequest::verify(bytes).map_err(Refusal::Request)?;
        let by = request.by.as_ref().ok_or(Refusal::NoCode)?;
        let device = device_id(&request.key);
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.requests.join(device.to_string());
        if !path.exists() && !self.make_room() {
            return Err(Refusal::Busy);
        }
        // The request that an answer is to may be gone, carried off or for want of room: then the answer stays.
        let before = self.request(device).and_then(|before| before.by);
        if before.is_some_and(|before| before.code != by.code) {
            // First of the two, so that a crash in between leaves something to compare with.
            self.remove_answer(device).map_err(|_| Refusal::Storage)?;
        }
        // Written anew each time: its age says how long ago the device was heard.
        replace(&path, bytes).map_err(|_| Refusal::Storage)?;
        Ok(device)
    }

    /// The authority's answer.
    pub(crate) fn answer(&self, device: DeviceId) -> Result<Vec<u8>, Refusal> {
        match read(&self.answers.join(device.to_string()), Answer::MAX) {
            Ok(answer) => Ok(answer),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Err(Refusal::NotFound),
            Err(_) => Err(Refusal::Storage),
        }
    }

    fn remove_answer(&self, device: DeviceId) -> io::Result<()> {
        match fs::remove_file(self.answers.join(device.to_string())) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
            _ => Ok(()),
        }
    }

    /// A device's request, if it lies here.
    fn request(&self, device: DeviceId) -> Option<DeviceRequest> {
        let bytes = read(&self.requests.join(device.to_string()), DeviceRequest::MAX).ok()?;
        DeviceRequest::verify(&bytes).ok()
    }

    /// The devices that wait for an answer, in the order of their names.
    ///
    /// # Errors
    /// What the system says.
    pub fn waiting(&self) -> io::Result<Vec<Waiting>> {
        let answered = devices_in(&self.answers)?;
        let asked = devices_in(&self.requests)?;
        let waiting = asked.difference(&answered).filter_map(|device| {
            Some(Waiting {
                device: *device,
                name: self.request(*device)?.name.to_string(),
            })
        });
        Ok(waiting.collect())
    }

    /// Room for one request more: those that are answered or too old go where it is short.
    fn make_room(&self) -> bool {
        let count = || devices_in(&self.requests).map_or(usize::MAX, |devices| devices.len());
        if count() < self.most {
            return true;
        }
        let answered = devices_in(&self.answers).unwrap_or_default();
        for device in devices_in(&self.requests).unwrap_or_default() {
            let path = self.requests.join(device.to_string());
            if answered.contains(&device) || is_old(&path) {
                let _ = fs::remove_file(path);
            }
        }
        count() < self.most
    }
}

fn is_old(path: &Path) -> bool {
    let heard = fs::metadata(path).and_then(|file| file.modified());
    let age = heard.map(|heard| SystemTime::now().duration_since(heard).unwrap_or_default());
    age.is_ok_and(|age| age > KEPT)
}

/// The devices that files of a folder are named after; what else lies there is left alone.
fn devices_in(folder: &Path) -> io::Result<BTreeSet<DeviceId>> {
    let mut devices = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let device: Result<DeviceId, ValueError> = name.to_string_lossy().parse();
        devices.extend(device);
    }
    Ok(devices)
}

/// Whole or not at all, so that whoever copies the folder gets no half a request.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    fs::rename(part, path)
}

fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let mut bytes = Vec::new();
    let mut limited = fs::File::open(path)?.take(limit as u64 + 1);
    if limited.read_to_end(&mut bytes)? > limit {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use gatepost_pass::{OneTimeSecret, SecretKey};

    fn request(n: u8) -> (DeviceId, Vec<u8>) {
        request_by(n, "gate", 1)
    }

    fn request_by(n: u8, name: &str, code: u8) -> (DeviceId, Vec<u8>) {
        let key = SecretKey::from_seed(&[n; 32]);
        let name = name.try_into().unwrap();
        let bytes = DeviceRequest::sign_by(name, &key, &OneTimeSecret([code; 16]));
        (device_id(&key.public()), bytes)
    }

    fn queue(folder: &Path, most: usize) -> Enrolments {
        Enrolments {
            most,
            ..Enrolments::open(folder).unwrap()
        }
    }

    #[test]
    fn a_full_queue_takes_no_stranger_but_those_that_it_has_and_answers_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 2);
        for n in [1, 2] {
            queue.put(&request(n).1).unwrap();
        }
        assert!(matches!(queue.put(&request(3).1), Err(Refusal::Busy)));
        queue.put(&request(2).1).unwrap();
        assert_eq!(queue.waiting().unwrap().len(), 2);
        let (first, _) = request(1);
        fs::write(folder.path().join("answers").join(first.to_string()), "x").unwrap();
        assert_eq!(queue.answer(first).unwrap(), b"x");
        assert_eq!(queue.waiting().unwrap().len(), 1);
        queue.put(&request(3).1).unwrap();
        assert!(matches!(queue.put(&request(4).1), Err(Refusal::Busy)));
    }

    #[test]
    fn a_request_by_a_second_code_waits_although_the_first_was_answered() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 1);
        let (device, first) = request_by(1, "gate", 1);
        let answer = folder.path().join("answers").join(device.to_string());
        queue.put(&first).unwrap();
        fs::write(&answer, "to the first").unwrap();
        // As each hour, and after the device got another name: the code is the same.
        queue.put(&first).unwrap();
        queue.put(&request_by(1, "north gate", 1).1).unwrap();
        assert_eq!(queue.answer(device).unwrap(), b"to the first");
        assert_eq!(queue.waiting().unwrap(), []);

        let (_, second) = request_by(1, "gate", 2);
        queue.put(&second).unwrap();
        assert!(matches!(queue.answer(device), Err(Refusal::NotFound)));
        let name = "gate".to_owned();
        assert_eq!(queue.waiting().unwrap(), [Waiting { device, name }]);
        assert!(matches!(queue.put(&request(2).1), Err(Refusal::Busy)));

        fs::write(&answer, "to the second").unwrap();
        queue.put(&second).unwrap();
        assert_eq!(queue.answer(device).unwrap(), b"to the second");
        assert_eq!(queue.waiting().unwrap(), []);
    }

    #[test]
    fn an_answer_stays_where_its_request_was_carried_off() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 2);
        let (device, bytes) = request(1);
        queue.put(&bytes).unwrap();
        fs::remove_file(folder.path().join("requests").join(device.to_string())).unwrap();
        fs::write(folder.path().join("answers").join(device.to_string()), "x").unwrap();
        queue.put(&bytes).unwrap();
        assert_eq!(queue.answer(device).unwrap(), b"x");
    }

    #[test]
    fn a_request_of_which_nothing_was_heard_for_long_makes_way() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 1);
        let (device, bytes) = request(1);
        queue.put(&bytes).unwrap();
        let path = folder.path().join("requests").join(device.to_string());
        let old = SystemTime::now() - KEPT - Duration::from_secs(60);
        fs::File::open(&path).unwrap().set_modified(old).unwrap();
        queue.put(&request(2).1).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn only_a_request_that_a_device_signed_and_that_names_a_code_waits() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 2);
        let (_, bytes) = request(1);
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            assert!(queue.put(&altered).is_err(), "byte {at}");
        }
        let key = SecretKey::from_seed(&[1; 32]);
        let vouched = DeviceRequest::sign("gate".try_into().unwrap(), &key);
        assert!(matches!(queue.put(&vouched), Err(Refusal::NoCode)));
        assert_eq!(queue.waiting().unwrap(), []);
    }
}
