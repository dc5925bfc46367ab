//! A device's first run: it asks with the enrolment code that it has scanned, over the hub or by
//! stick, and accepts no answer but that of the authority that made the code.

use std::{
    convert::Infallible,
    fmt,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::{
    DeviceId, Digest, Document, HubAddress, Root, SecretKey, Text, Timestamp, claims,
};
use gatepost_protocol::{
    Answer, DeviceRequest, Enrolment,
    device::{CertificateError, device_id, peek_certificate},
};
use gatepost_system::files::{self, Access};

use super::{
    http::{HubClient, HubError, Patience},
    jitter::chance,
};
use crate::{
    clock::Clock,
    data::{DataDir, DataError},
    store::{BundleCache, CacheError},
};

/// Longest text of an enrolment code, in bytes.
const MAX_CODE: usize = 2048;
/// Shortest and longest pause between two requests for the answer.
const SHORTEST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(300);
/// Time after which a request is handed in again: the hub may have lost it.
const AGAIN: Duration = Duration::from_secs(3600);

/// Why a device was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Not an enrolment code.
    #[error("this is no enrolment code")]
    NotACode,
    /// The code is no longer valid.
    #[error("the enrolment code is out of date: ask the authority for a new one")]
    Expired,
    /// The code can be answered by stick only.
    #[error(
        "this enrolment code does not work over a hub: bring the request to the authority by USB \
         stick"
    )]
    ByStick,
    /// The answer says something else than the code. The code was scanned off the authority's own
    /// paper, whereas the answer went through many hands.
    #[error(
        "the answer is not of the code that was scanned: it has another {0}. Ask the authority \
         whose code it is"
    )]
    NotTheCodes(CodePart),
    /// The answer comes from somebody who does not know the code.
    #[error(transparent)]
    Answer(#[from] CertificateError),
    /// The root holds a key whose secret half everybody has.
    #[error("the enrolment's root holds a published test key: everybody could sign for it")]
    PublishedKey,
    /// The root is not one of those that this build pins.
    #[error("the enrolment's root is not one that this program pins")]
    NotPinned,
    /// The certificate is for another device.
    #[error("the enrolment's certificate is for another device: make a new request on this one")]
    OtherDevice,
    /// The bundle of an earlier enrolment cannot be removed.
    #[error(transparent)]
    Bundle(#[from] CacheError),
    /// The data directory, or an enrolment that is not valid.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The hub.
    #[error(transparent)]
    Hub(#[from] HubError),
}

/// What a code and the answer to it must both say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePart {
    /// The root to pin.
    Root,
    /// The hub's address.
    Hub,
    /// The keys that the hub may have.
    HubPins,
}

impl fmt::Display for CodePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root => "root",
            Self::Hub => "hub address",
            Self::HubPins => "key of the hub",
        })
    }
}

/// Roots that this build pins (`keys/roots`). None in the public tree: see `keys/README.md`.
const PINNED: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/pinned.rs"));

/// Accepts an enrolment file from the authority, and pins its root from now on.
pub fn accept(data: &DataDir, bytes: &[u8]) -> Result<Root, EnrolError> {
    let enrolment = Enrolment::from_bytes(bytes).map_err(DataError::Enrolment)?;
    let root = Root::pin(&enrolment.root).map_err(DataError::Root)?;
    if root.keys().iter().any(|key| key.published().is_some()) {
        return Err(EnrolError::PublishedKey);
    }
    if !PINNED.is_empty() && !PINNED.contains(&enrolment.root.as_slice()) {
        return Err(EnrolError::NotPinned);
    }
    let own = device_id(&data.own_key()?.public());
    let claimed = peek_certificate(&enrolment.certificate);
    if !claimed.is_ok_and(|claimed| device_id(&claimed.key) == own) {
        return Err(EnrolError::OtherDevice);
    }
    if !data.identity().is_ok_and(|identity| identity.root == root) {
        // What another root has signed is no longer valid.
        BundleCache::new(data.bundle())
            .clear()
            .map_err(CacheError::Store)?;
    }
    let path = data.enrolment_path();
    files::replace(&path, Access::Shared, bytes).map_err(DataError::File)?;
    Ok(root)
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

    /// Begins with the text of a code: it is kept until the device is enrolled, and the device's
    /// key is made from `seed` where there is none yet.
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

    /// The first run that was begun earlier, if there was one.
    pub fn resume(data: &DataDir) -> Option<Self> {
        let text = files::read_text(&data.first_run(), MAX_CODE).ok()?;
        Some(Self {
            code: read(&text)?,
            key: data.own_key().ok()?,
        })
    }

    /// The device's name, which follows from its key.
    pub fn device(&self) -> DeviceId {
        device_id(&self.key.public())
    }

    /// Address of the hub over which this code is answered; none for a code that works by stick
    /// only.
    pub fn hub(&self) -> Option<&HubAddress> {
        self.code
            .hub
            .as_ref()
            .filter(|_| self.code.secret.is_some())
    }

    /// The request for the authority, the same over the hub and by stick.
    pub fn request(&self, name: Text<60>) -> Vec<u8> {
        match &self.code.secret {
            Some(secret) => DeviceRequest::sign_by(name, &self.key, secret),
            None => DeviceRequest::sign(name, &self.key),
        }
    }

    /// Accepts the authority's answer, if root, hub and pins are those of the code and, for a code
    /// with a secret, if the maker of the code has sealed it.
    pub fn accept(&self, data: &DataDir, bytes: &[u8]) -> Result<Root, EnrolError> {
        let bytes = match &self.code.secret {
            Some(secret) => Answer::open(bytes, secret)?,
            None => bytes,
        };
        let enrolment = Enrolment::from_bytes(bytes).map_err(DataError::Enrolment)?;
        self.compare(&enrolment)?;
        let root = accept(data, bytes)?;
        // The code is used up; a fault here leaves one file too many.
        let _ = std::fs::remove_file(data.first_run());
        Ok(root)
    }

    /// Whether an answer says what the code says. Of the certificate no code can know anything but
    /// the key, which [`accept`] compares with the device's own.
    fn compare(&self, answer: &Enrolment) -> Result<(), EnrolError> {
        let Enrolment {
            root,
            certificate: _,
            hub,
            hub_pins,
        } = answer;
        let code = &self.code;
        let other = match () {
            () if Digest::of(root) != code.root => CodePart::Root,
            () if *hub != code.hub => CodePart::Hub,
            () if *hub_pins != code.hub_pins => CodePart::HubPins,
            () => return Ok(()),
        };
        Err(EnrolError::NotTheCodes(other))
    }

    /// Starts asking the hub; see [`Asking::round`].
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

/// A request that is handed in to the hub, and whose answer is fetched from it.
#[derive(Debug)]
pub struct Asking {
    hub: HubClient,
    device: DeviceId,
    request: Vec<u8>,
    until: Timestamp,
    handed_in: Option<Instant>,
    rounds: u32,
}

/// The result of a round.
#[derive(Debug)]
pub enum Asked {
    /// The hub has the request, and no answer yet.
    Waiting,
    /// An answer, not yet checked ([`FirstRun::accept`]).
    Answer(Vec<u8>),
}

impl Asking {
    /// Hands the request in, where that was not done lately, and fetches its answer. In this order:
    /// the hub may still have the answer to an older request of this device.
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

/// From [`SHORTEST`], doubled each round up to [`LONGEST`]; a random part of it from half to all,
/// so that devices that were set up together do not ask together.
fn pause(rounds: u32, chance: f64) -> Duration {
    let doubled = SHORTEST.saturating_mul(1 << rounds.saturating_sub(1).min(10));
    doubled.min(LONGEST).mul_f64(0.5 + chance / 2.0)
}

/// Asks in a thread until the code expires, and reports each round. Drop the sender to end it.
pub fn spawn(
    mut asking: Asking,
    clock: std::sync::Arc<Clock>,
    report: impl Fn(Result<Asked, EnrolError>) + Send + 'static,
) -> Sender<Infallible> {
    let (stop, stopped) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let round = asking.round(clock.now().time);
            let over = matches!(round, Err(EnrolError::Expired));
            report(round);
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
