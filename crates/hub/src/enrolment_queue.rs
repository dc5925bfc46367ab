//! Devices that enrol over the hub: their requests wait in one folder for the authority, and its
//! answers are in another. They are files because the authority is offline: whoever carries them
//! only copies. The hub has no key that could make or check either.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::UNIX_EPOCH,
};

use gatepost_pass::{DeviceId, Timestamp, ValueError};
use gatepost_protocol::{
    Answer, DeviceRequest,
    device::{CertificateError, device_id},
};
use gatepost_system::files::{self, Access, Action, FileError};

/// Most requests that wait.
pub(crate) const MOST: usize = 1000;
/// Seconds after which a request that was not repeated makes way for others; a waiting device
/// repeats its own every hour.
const KEPT: u64 = 14 * 86_400;

/// The folders of requests and answers.
#[derive(Debug)]
pub struct EnrolmentQueue {
    requests: PathBuf,
    answers: PathBuf,
    most: usize,
    writing: Mutex<()>,
}

/// A device whose request waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingDevice {
    /// The device's identifier.
    pub device: DeviceId,
    /// The name that it gives itself; anybody may have invented it.
    pub name: String,
}

/// Why a request is not queued.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnrolmentError {
    /// It is malformed, or its signature is wrong.
    #[error(transparent)]
    Request(#[from] CertificateError),
    /// It is not made with an enrolment code.
    #[error("the request names no enrolment code")]
    NoCode,
    /// Too many requests wait.
    #[error("{MOST} requests are waiting already")]
    Full,
    /// The folders cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl EnrolmentQueue {
    /// Uses `requests/` and `answers/` in a folder, and creates them if they are missing.
    ///
    /// # Errors
    /// A folder cannot be created.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        let (requests, answers) = (folder.join("requests"), folder.join("answers"));
        for path in [&requests, &answers] {
            fs::create_dir_all(path).map_err(FileError::at(Action::Create, path))?;
        }
        Ok(Self {
            requests,
            answers,
            most: MOST,
            writing: Mutex::default(),
        })
    }

    /// Queues a request and returns whose it is; the same again changes nothing. A request by
    /// another code replaces the device's earlier one and removes the answer to that: only the
    /// earlier code opens it, and it would make the new request look answered.
    pub(crate) fn put(&self, bytes: &[u8], now: Timestamp) -> Result<DeviceId, EnrolmentError> {
        let request = DeviceRequest::verify(bytes)?;
        let by = request.by.as_ref().ok_or(EnrolmentError::NoCode)?;
        let device = device_id(&request.key);
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.requests.join(device.to_string());
        if !path.exists() && !self.make_room(now) {
            return Err(EnrolmentError::Full);
        }
        // An answer may outlive its request, which was carried off or made way: then the answer
        // stays.
        let before = self.request(device).and_then(|before| before.by);
        if before.is_some_and(|before| before.code != by.code) {
            // Before the request is replaced, so that a crash in between leaves something to
            // compare with.
            self.remove_answer(device)?;
        }
        // Written again each time: the age of the file says when the device last repeated its
        // request.
        files::replace(&path, Access::Shared, bytes)?;
        Ok(device)
    }

    /// The authority's answer, if there is one.
    pub(crate) fn answer(&self, device: DeviceId) -> Result<Option<Vec<u8>>, FileError> {
        match files::read(&self.answers.join(device.to_string()), Answer::MAX) {
            Ok(answer) => Ok(Some(answer)),
            Err(why) if why.is_not_found() => Ok(None),
            Err(why) => Err(why),
        }
    }

    fn remove_answer(&self, device: DeviceId) -> Result<(), FileError> {
        let path = self.answers.join(device.to_string());
        let removed = fs::remove_file(&path).map_err(FileError::at(Action::Remove, &path));
        match removed {
            Err(why) if !why.is_not_found() => Err(why),
            _ => Ok(()),
        }
    }

    /// A device's request, if it is queued.
    fn request(&self, device: DeviceId) -> Option<DeviceRequest> {
        let bytes =
            files::read(&self.requests.join(device.to_string()), DeviceRequest::MAX).ok()?;
        DeviceRequest::verify(&bytes).ok()
    }

    /// The devices that wait for an answer, in the order of their identifiers.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn waiting(&self) -> Result<Vec<WaitingDevice>, FileError> {
        let answered = devices_in(&self.answers)?;
        let asked = devices_in(&self.requests)?;
        let waiting = asked.difference(&answered).filter_map(|device| {
            Some(WaitingDevice {
                device: *device,
                name: self.request(*device)?.name.to_string(),
            })
        });
        Ok(waiting.collect())
    }

    /// Makes room for one more request: when the queue is full, answered and old requests are
    /// removed.
    fn make_room(&self, now: Timestamp) -> bool {
        let count = || devices_in(&self.requests).map_or(usize::MAX, |devices| devices.len());
        if count() < self.most {
            return true;
        }
        let answered = devices_in(&self.answers).unwrap_or_default();
        for device in devices_in(&self.requests).unwrap_or_default() {
            let path = self.requests.join(device.to_string());
            if answered.contains(&device) || is_old(&path, now) {
                let _ = fs::remove_file(path);
            }
        }
        count() < self.most
    }
}

fn is_old(path: &Path, now: Timestamp) -> bool {
    let written = fs::metadata(path).and_then(|file| file.modified());
    let written = written.map(|at| at.duration_since(UNIX_EPOCH).unwrap_or_default());
    written.is_ok_and(|at| now.since(Timestamp(at.as_secs())) > KEPT)
}

/// The devices that files of a folder are named after; other files are left alone.
fn devices_in(folder: &Path) -> Result<BTreeSet<DeviceId>, FileError> {
    let read = || {
        let mut devices = BTreeSet::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name();
            let device: Result<DeviceId, ValueError> = name.to_string_lossy().parse();
            devices.extend(device);
        }
        Ok(devices)
    };
    read().map_err(FileError::at(Action::Read, folder))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;
    use gatepost_pass::{OneTimeSecret, SecretKey};
    use gatepost_system::clock::now;
    use tempfile::TempDir;

    fn request(n: u8) -> (DeviceId, Vec<u8>) {
        request_by(n, "gate", 1)
    }

    fn request_by(n: u8, name: &str, code: u8) -> (DeviceId, Vec<u8>) {
        let key = SecretKey::from_seed(&[n; 32]);
        let name = name.try_into().unwrap();
        let bytes = DeviceRequest::sign_by(name, &key, &OneTimeSecret([code; 16]));
        (device_id(&key.public()), bytes)
    }

    fn queue(folder: &Path, most: usize) -> EnrolmentQueue {
        EnrolmentQueue {
            most,
            ..EnrolmentQueue::open(folder).unwrap()
        }
    }

    /// A queue with the request of the first device; its folder, and the request's file.
    fn queue_of_one(most: usize) -> (TempDir, EnrolmentQueue, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), most);
        let (device, bytes) = request(1);
        queue.put(&bytes, now()).unwrap();
        let path = queue.requests.join(device.to_string());
        (folder, queue, path)
    }

    #[test]
    fn a_full_queue_takes_no_stranger_but_those_that_it_has_and_answers_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 2);
        for n in [1, 2] {
            queue.put(&request(n).1, now()).unwrap();
        }
        assert!(matches!(
            queue.put(&request(3).1, now()),
            Err(EnrolmentError::Full)
        ));
        queue.put(&request(2).1, now()).unwrap();
        assert_eq!(queue.waiting().unwrap().len(), 2);
        let (first, _) = request(1);
        fs::write(folder.path().join("answers").join(first.to_string()), "x").unwrap();
        assert_eq!(queue.answer(first).unwrap().unwrap(), b"x");
        assert_eq!(queue.waiting().unwrap().len(), 1);
        queue.put(&request(3).1, now()).unwrap();
        assert!(matches!(
            queue.put(&request(4).1, now()),
            Err(EnrolmentError::Full)
        ));
    }

    #[test]
    fn a_request_by_a_second_code_waits_although_the_first_was_answered() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(folder.path(), 1);
        let (device, first) = request_by(1, "gate", 1);
        let answer = folder.path().join("answers").join(device.to_string());
        queue.put(&first, now()).unwrap();
        fs::write(&answer, "to the first").unwrap();
        // As each hour, and after the device got another name: the code is the same.
        queue.put(&first, now()).unwrap();
        queue.put(&request_by(1, "north gate", 1).1, now()).unwrap();
        assert_eq!(queue.answer(device).unwrap().unwrap(), b"to the first");
        assert_eq!(queue.waiting().unwrap(), []);

        let (_, second) = request_by(1, "gate", 2);
        queue.put(&second, now()).unwrap();
        assert_eq!(queue.answer(device).unwrap(), None);
        let name = "gate".to_owned();
        assert_eq!(queue.waiting().unwrap(), [WaitingDevice { device, name }]);
        assert!(matches!(
            queue.put(&request(2).1, now()),
            Err(EnrolmentError::Full)
        ));

        fs::write(&answer, "to the second").unwrap();
        queue.put(&second, now()).unwrap();
        assert_eq!(queue.answer(device).unwrap().unwrap(), b"to the second");
        assert_eq!(queue.waiting().unwrap(), []);
    }

    #[test]
    fn an_answer_stays_where_its_request_was_carried_off() {
        let (folder, queue, path) = queue_of_one(2);
        fs::remove_file(path).unwrap();
        let (device, bytes) = request(1);
        fs::write(folder.path().join("answers").join(device.to_string()), "x").unwrap();
        queue.put(&bytes, now()).unwrap();
        assert_eq!(queue.answer(device).unwrap().unwrap(), b"x");
    }

    #[test]
    fn a_request_of_which_nothing_was_heard_for_long_makes_way() {
        let (_folder, queue, path) = queue_of_one(1);
        let old = UNIX_EPOCH + Duration::from_secs(now().0 - KEPT - 60);
        fs::File::open(&path).unwrap().set_modified(old).unwrap();
        queue.put(&request(2).1, now()).unwrap();
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
            assert!(queue.put(&altered, now()).is_err(), "byte {at}");
        }
        let key = SecretKey::from_seed(&[1; 32]);
        let vouched = DeviceRequest::sign("gate".try_into().unwrap(), &key);
        assert!(matches!(
            queue.put(&vouched, now()),
            Err(EnrolmentError::NoCode)
        ));
        assert_eq!(queue.waiting().unwrap(), []);
    }
}
