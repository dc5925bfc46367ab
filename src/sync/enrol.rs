//! A device's first run: it asks by the code that it has scanned, over the hub or by stick, and takes no answer
//! but that of whoever made the code.

use std::{
    convert::Infallible,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::{DeviceId, Digest, Document, Root, SecretKey, Text, Timestamp, claims};
use gatepost_protocol::{
    Answer, DeviceRequest, Enrolment,
    device::{CertificateError, device_id},
};

use super::{HubClient, HubError, Patience, worker::chance};
use crate::{
    clock::Clock,
    data::{DataDir, DataError},
    files,
};

/// Longest text of an enrolment code, in bytes.
const MAX_CODE: usize = 2048;
/// Shortest and longest wait between two looks for the answer.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);
/// How often a request is handed in again: a hub may have lost it.
const AGAIN: Duration = Duration::from_secs(3600);

/// Why a device was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Something else than an enrolment code.
    #[error("this is no enrolment code")]
    NotACode,
    /// A code that no longer counts.
    #[error("the enrolment code is out of date: ask the authority for a new one")]
    Expired,
    /// A code that is answered by stick only.
    #[error(
        "by this enrolment code nobody is asked over a hub: bring the request to the authority by USB stick"
    )]
    ByStick,
    /// An answer that pins another root than the code named.
    #[error(
        "the answer is another authority's than the code's: ask the authority whose code was scanned"
    )]
    OtherAuthority,
    /// An answer of somebody who does not know the code.
    #[error(transparent)]
    Answer(#[from] CertificateError),
    /// The data directory, or an enrolment that does not count.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The hub.
    #[error(transparent)]
    Hub(#[from] HubError),
}

/// A first run that has scanned its code.
#[derive(Debug)]
pub struct FirstRun {
    code: claims::EnrolmentCode,
    key: SecretKey,
}

impl FirstRun {
    /// Largest answer, in bytes.
    pub const MAX_ANSWER: usize = Answer::MAX;

    /// Begins with the text of a code: it is kept until the device is enrolled, and the device's key is made
    /// of `seed` where there is none yet.
    pub fn begin(
        data: &DataDir,
        text: &str,
        seed: &[u8; 32],
        now: Timestamp,
    ) -> Result<Self, EnrolError> {
        let code = read(text).ok_or(EnrolError::NotACode)?;
        if now >= code.not_after.start() {
            return Err(EnrolError::Expired);
        }
        let key = data.device_key(seed)?;
        data.keep_first_run(text)?;
        Ok(Self { code, key })
    }

    /// The one that was begun before, if there was one.
    pub fn resume(data: &DataDir) -> Option<Self> {
        let bytes = files::read_limited(&data.first_run(), MAX_CODE).ok()?;
        Some(Self {
            code: read(std::str::from_utf8(&bytes).ok()?)?,
            key: data.own_key().ok()?,
        })
    }

    /// Name that follows from the device's key.
    pub fn device(&self) -> DeviceId {
        device_id(&self.key.public())
    }

    /// Address of the hub over which this code is answered; none for a code that is answered by stick.
    pub fn hub(&self) -> Option<&str> {
        let hub = self.code.hub.as_str().trim_end_matches('/');
        (self.code.secret.is_some() && !hub.is_empty()).then_some(hub)
    }

    /// The request for the authority, by whichever way it goes.
    pub fn request(&self, name: Text<60>) -> Vec<u8> {
        match &self.code.secret {
            Some(secret) => DeviceRequest::sign_by(name, &self.key, secret),
            None => DeviceRequest::sign(name, &self.key),
        }
    }

    /// Takes the authority's answer. Only one with the very root that the code named counts, and by a code with
    /// a secret only one that its maker has sealed: the code was scanned off the authority's own paper, the
    /// answer went through many hands.
    pub fn accept(&self, data: &DataDir, bytes: &[u8]) -> Result<Root, EnrolError> {
        let bytes = match &self.code.secret {
            Some(secret) => Answer::open(bytes, secret)?,
            None => bytes,
        };
        let enrolment = Enrolment::from_bytes(bytes).map_err(DataError::Enrolment)?;
        if Digest::of(&enrolment.root) != self.code.root {
            return Err(EnrolError::OtherAuthority);
        }
        let root = data.enrol(bytes)?;
        // What was asked is answered; a fault here costs nothing but a file.
        let _ = std::fs::remove_file(data.first_run());
        Ok(root)
    }

    /// Asks the hub, a round at a time.
    pub fn ask(&self, name: Text<60>) -> Result<Asking, EnrolError> {
        let address = self.hub().ok_or(EnrolError::ByStick)?;
        let pins = self.code.hub_pins.as_slice();
        Ok(Asking {
            hub: HubClient::new(address, pins, Patience::default())?,
            device: self.device(),
            request: self.request(name),
            until: self.code.not_after.start(),
            handed_in: None,
            rounds: 0,
        })
    }
}

fn read(text: &str) -> Option<claims::EnrolmentCode> {
    Document::from_text(text.trim_end_matches(['\r', '\n']))
        .ok()?
        .claimed_enrolment()
}

/// A request on its way over the hub.
#[derive(Debug)]
pub struct Asking {
    hub: HubClient,
    device: DeviceId,
    request: Vec<u8>,
    until: Timestamp,
    handed_in: Option<Instant>,
    rounds: u32,
}

/// What a round brought.
#[derive(Debug)]
pub enum Asked {
    /// The hub has the request, and no answer yet.
    Waiting,
    /// An answer, unchecked ([`FirstRun::accept`]).
    Answer(Vec<u8>),
}

impl Asking {
    /// Hands the request in, where that was not done lately, and looks for its answer: in this order, since a hub
    /// may still have the answer to an older request of this device.
    pub fn round(&mut self, now: Timestamp) -> Result<Asked, EnrolError> {
        if now >= self.until {
            return Err(EnrolError::Expired);
        }
        self.rounds = self.rounds.saturating_add(1);
        if self.handed_in.is_none_or(|at| at.elapsed() >= AGAIN) {
            self.hub.post_enrolment(&self.request)?;
            self.handed_in = Some(Instant::now());
        }
        let answer = self.hub.enrolment(self.device)?;
        Ok(answer.map_or(Asked::Waiting, Asked::Answer))
    }

    /// How long to wait before the next round.
    pub fn pause(&self) -> Duration {
        self.hub.rest().unwrap_or_default() + pause(self.rounds, chance())
    }
}

/// From [`SHORTEST`], doubled each round up to [`LONGEST`]; anything from half of it to all of it, so that devices
/// that were set up together do not ask together.
fn pause(rounds: u32, chance: f64) -> Duration {
    let doubled = SHORTEST.saturating_mul(1 << rounds.saturating_sub(1).min(10));
    doubled.min(LONGEST).mul_f64(0.5 + chance / 2.0)
}

/// Asks in a thread until the code is out of date, and tells of each round. Drop the sender to end it.
pub fn spawn(
    mut asking: Asking,
    clock: std::sync::Arc<Clock>,
    tell: impl Fn(Result<Asked, EnrolError>) + Send + 'static,
) -> Sender<Infallible> {
    let (stop, stopped) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let round = asking.round(clock.now().time);
            let over = matches!(round, Err(EnrolError::Expired));
            tell(round);
            if over || stopped.recv_timeout(asking.pause()) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    });
    stop
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_for_an_answer_come_further_and_further_apart_and_spread() {
        assert_eq!(pause(1, 1.0), SHORTEST);
        assert_eq!(pause(1, 0.0), SHORTEST / 2);
        assert_eq!(pause(3, 1.0), 4 * SHORTEST);
        assert_eq!(pause(30, 1.0), LONGEST);
        assert_eq!(pause(u32::MAX, 0.0), LONGEST / 2);
    }
}
