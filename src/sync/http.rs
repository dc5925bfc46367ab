//! The one place that names the network, with `tls.rs` beside it.

mod origin;

use std::{
    io,
    io::Read,
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::{
    DeviceId, Digest, FormatError, HubAddress, HubPin, KebabName, ProgramRelease,
    envelope::MAX_CODE,
};
use gatepost_protocol::{
    Answer, HubAnswer, RefusalReason, RequestNonce, Revoked, TimeNonce,
    hub_answer::{MARK, NONCE},
    padding::{self, pad, unpad},
    routes,
};
use gatepost_system::random::{self, RandomError};
use ureq::{
    http::StatusCode,
    unversioned::{
        resolver::DefaultResolver,
        transport::{Connector as _, TcpConnector},
    },
};

use super::tls::{PinnedTls, other_key};
use crate::data::Identity;

/// Why the hub did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// No answer.
    #[error("the hub can't be reached")]
    Unreachable(#[source] ureq::Error),
    /// Another server answers at the hub's address.
    #[error(
        "another server answers at the hub's address: its key is {0}, which the enrolment does not \
         pin. Nothing was sent"
    )]
    OtherKey(HubPin),
    /// Enrolled without a hub.
    #[error("this device was enrolled without a hub: use `gatepost import` from a USB stick")]
    NoHub,
    /// The hub's address is `https:`, and the enrolment pins no key.
    #[error("the enrolment pins no key of the hub: enrol this device again with --hub-pin")]
    NoPin,
    /// TLS cannot be set up at all.
    #[error("TLS cannot be used")]
    Tls(#[source] rustls::Error),
    /// What answers is no hub, or not this one's: its answer has no mark
    /// ([`gatepost_protocol::hub_answer`]).
    #[error(
        "another server answers at the hub's address, with status {0}: it may be the sign-in page \
         of this network"
    )]
    OtherServer(u16),
    /// The hub refused the request.
    #[error("the hub refused ({}): {message}", reason.name())]
    Refused {
        /// Why.
        reason: RefusalReason,
        /// What the hub says to people, shortened.
        message: String,
    },
    /// There is no random number to know the answer by.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The hub has asked to be left alone for a while.
    #[error("the hub asks for {} seconds of rest", .0.as_secs())]
    Rest(Duration),
    /// The answer broke off or is too large.
    #[error("the hub's answer cannot be read")]
    Answer(#[source] io::Error),
}

/// Longest text of a refusal that is kept, in bytes.
const MAX_MESSAGE: u64 = 512;

/// Longest trip of a question for the time and its answer: an answer that took longer says too
/// little about now.
pub(super) const TIME_TRIP: Duration = Duration::from_secs(10);

/// Longest rest that a hub may ask for.
const LONGEST_REST: Duration = Duration::from_secs(3600);
/// Rest for a hub that is overloaded and does not say for how long.
const SHORT_REST: Duration = Duration::from_secs(60);

/// Time limits for the hub.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until it is connected.
    pub connect: Duration,
    /// Until the next piece of its answer arrives.
    pub answer: Duration,
    /// For a whole batch and its receipt, or another small answer: a server that drips must not
    /// hold up the sync.
    pub small: Duration,
    /// For a whole file. What has come by then is kept, and the next sync resumes from there.
    pub file: Duration,
    /// An upload, and what follows it, begins a whole multiple of this after the answer before.
    pub beat: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            // 512 KiB over the slowest mobile connection.
            small: Duration::from_secs(180),
            file: Duration::from_secs(600),
            beat: padding::BEAT,
        }
    }
}

/// A client of the hub at one address.
#[derive(Debug)]
pub struct HubClient {
    agent: ureq::Agent,
    address: HubAddress,
    small: Duration,
    beat: Duration,
    /// When the last answer came.
    answered: Option<Instant>,
    contact: Contact,
    /// Until when no request is made.
    rest_until: Option<Instant>,
}

/// Whether the hub has answered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// It has answered, be it with a refusal.
    Answered,
    /// No answer of its own has come, whatever another server at its address may say.
    Silent,
}

/// Whose answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credible {
    /// The hub's alone.
    Hub,
    /// That of any web server too, such as a cache on the way: what it holds is signed, or has its
    /// digest as its name. A refusal counts from the hub alone.
    Anyone,
}

/// An answer that counts.
struct Accepted {
    answer: Response,
    /// Whether it has the hub's mark.
    marked: bool,
}

impl HubClient {
    /// A client of a device's hub.
    pub fn of(identity: &Identity) -> Result<Self, HubError> {
        let hub = identity.hub.as_ref().ok_or(HubError::NoHub)?;
        Self::new(hub, &identity.hub_pins, Patience::default())
    }

    /// A client for `http://…`, or for `https://…` where the server has one of the pinned keys.
    pub fn new(
        address: &HubAddress,
        pins: &[HubPin],
        patience: Patience,
    ) -> Result<Self, HubError> {
        if address.is_https() && pins.is_empty() {
            return Err(HubError::NoPin);
        }
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.answer))
            .timeout_per_read(Some(patience.answer))
            .timeout_global(Some(patience.file))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        let tls = PinnedTls::new(pins.to_vec()).map_err(HubError::Tls)?;
        let connector = TcpConnector::default().chain(tls);
        Ok(Self {
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
            address: address.clone(),
            small: patience.small,
            beat: patience.beat,
            answered: None,
            contact: Contact::Silent,
            rest_until: None,
        })
    }

    /// How long the hub is still to be left alone.
    pub fn rest(&self) -> Option<Duration> {
        let until = self.rest_until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|rest| !rest.is_zero())
    }

    /// Whether the other end has proven that it has the hub's key, and not only the hub's address.
    pub fn is_pinned(&self) -> bool {
        self.address.is_https()
    }

    /// Whether the hub has answered anything so far.
    pub fn contact(&self) -> Contact {
        self.contact
    }

    /// Sends a batch, padded; the answer is a receipt, not yet verified.
    pub fn post_batch(&mut self, batch: &[u8]) -> Result<Vec<u8>, HubError> {
        let upload = pad(batch, &padding::UPLOAD).map_err(unpaddable)?;
        self.wait_for_the_beat();
        let answer = self.post(routes::UPLOADS, &upload)?;
        let answer = read_all(answer, padding::ANSWER[0] as u64)?;
        unpad(&answer, &padding::ANSWER).map_err(unpaddable)
    }

    /// Sends what looks from outside as a batch and its receipt do, and is nothing.
    pub fn post_filler(&mut self) -> Result<(), HubError> {
        self.post_batch(&[]).map(|_| ())
    }

    /// The list of revoked devices, not yet verified; nothing where the hub has none, or the one
    /// that is held.
    pub fn revoked(&mut self, held: &Digest) -> Result<Option<Vec<u8>>, HubError> {
        let held = format!("\"{held}\"");
        let accepted = match self.get(
            routes::REVOKED,
            Credible::Anyone,
            &[("If-None-Match", &held)],
        ) {
            Ok(accepted) => accepted,
            Err(HubError::Refused {
                reason: RefusalReason::NotFound,
                ..
            }) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let Accepted { answer, marked } = accepted;
        let status = answer.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(None);
        }
        let list = read_all(answer, Revoked::MAX as u64)?;
        if !marked && Revoked::from_bytes(&list).is_err() {
            return Err(HubError::OtherServer(status.as_u16()));
        }
        Ok(Some(list))
    }

    /// The newest release of the program for a target, not yet verified; nothing where the hub has
    /// none.
    pub fn program_release(&mut self, target: &KebabName) -> Result<Option<Vec<u8>>, HubError> {
        let path = format!("{}{target}", routes::PROGRAM);
        match self.get(&path, Credible::Hub, &[]) {
            Ok(accepted) => read_all(accepted.answer, ProgramRelease::MAX as u64).map(Some),
            Err(HubError::Refused {
                reason: RefusalReason::NotFound,
                ..
            }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Asks what time it is; the answer is not yet verified. Gives also how long it took.
    pub fn ask_time(&mut self, nonce: &TimeNonce) -> Result<(Vec<u8>, Duration), HubError> {
        let asked = Instant::now();
        let answer = self.post_within(routes::TIME, &nonce.0, self.small.min(TIME_TRIP))?;
        let answer = read_all(answer, MAX_CODE as u64)?;
        Ok((answer, asked.elapsed()))
    }

    /// Reports this device's status to the hub.
    pub fn post_status(&mut self, status: &[u8]) -> Result<(), HubError> {
        let status = pad(status, &padding::STATUS).map_err(unpaddable)?;
        self.wait_for_the_beat();
        self.post(routes::STATUS, &status).map(|_| ())
    }

    /// Hands in a device's request for the authority.
    pub fn post_enrolment(&mut self, request: &[u8]) -> Result<(), HubError> {
        self.post(routes::ENROLMENTS, request).map(|_| ())
    }

    /// The authority's answer to a device's request, not yet verified; nothing while there is none.
    pub fn enrolment(&mut self, device: DeviceId) -> Result<Option<Vec<u8>>, HubError> {
        match self.get(
            &format!("{}/{device}", routes::ENROLMENTS),
            Credible::Hub,
            &[],
        ) {
            Ok(accepted) => read_all(accepted.answer, Answer::MAX as u64).map(Some),
            Err(HubError::Refused {
                reason: RefusalReason::NotFound,
                ..
            }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Whether the hub answers.
    pub fn ping(&mut self) -> Result<(), HubError> {
        self.get(routes::HEALTH, Credible::Hub, &[]).map(|_| ())
    }

    /// Waits for the next [`Patience::beat`] after the last answer.
    fn wait_for_the_beat(&self) {
        let since = self.answered.map(|at| at.elapsed().as_millis());
        let past = since.and_then(|since| since.checked_rem(self.beat.as_millis()));
        if let Some(past) = past.and_then(|past| u64::try_from(past).ok()) {
            thread::sleep(self.beat.saturating_sub(Duration::from_millis(past)));
        }
    }

    fn post(&mut self, path: &str, body: &[u8]) -> Result<Response, HubError> {
        self.post_within(path, body, self.small)
    }

    fn post_within(
        &mut self,
        path: &str,
        body: &[u8],
        limit: Duration,
    ) -> Result<Response, HubError> {
        let nonce = self.may_ask()?;
        let answer = self
            .agent
            .post(format!("{}{path}", self.address))
            .header(NONCE, nonce.to_string())
            .config()
            .timeout_global(Some(limit))
            .build()
            .content_type("application/octet-stream")
            .send(body);
        Ok(self.accept(answer, nonce, Credible::Hub)?.answer)
    }

    /// Asks for something small.
    fn get(
        &mut self,
        path: &str,
        from: Credible,
        headers: &[(&str, &str)],
    ) -> Result<Accepted, HubError> {
        let nonce = self.may_ask()?;
        let mut request = self.agent.get(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request
            .header(NONCE, nonce.to_string())
            .config()
            .timeout_global(Some(self.small))
            .build()
            .call();
        self.accept(answer, nonce, from)
    }

    fn get_from(&mut self, path: &str, from: u64) -> Result<Response, HubError> {
        let nonce = self.may_ask()?;
        let mut request = self.agent.get(format!("{}{path}", self.address));
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let answer = request.header(NONCE, nonce.to_string()).call();
        Ok(self.accept(answer, nonce, Credible::Anyone)?.answer)
    }

    /// The nonce of the next request, if there may be one now.
    fn may_ask(&self) -> Result<RequestNonce, HubError> {
        if let Some(rest) = self.rest() {
            return Err(HubError::Rest(rest));
        }
        Ok(RequestNonce(random::bytes()?))
    }

    fn accept(
        &mut self,
        answer: Result<Response, ureq::Error>,
        nonce: RequestNonce,
        from: Credible,
    ) -> Result<Accepted, HubError> {
        self.answered = Some(Instant::now());
        let answer = answer.map_err(|why| match other_key(&why) {
            Some(other) => HubError::OtherKey(other.found),
            None => HubError::Unreachable(why),
        })?;
        let status = answer.status();
        let mark = answer
            .headers()
            .get(MARK)
            .and_then(|mark| mark.to_str().ok());
        let told = mark.and_then(|mark| nonce.read_mark(status.as_u16(), mark));
        let good = status.is_success() || status == StatusCode::NOT_MODIFIED;
        let reason = match told {
            Some(HubAnswer::Done) if good => {
                self.contact = Contact::Answered;
                let marked = true;
                return Ok(Accepted { answer, marked });
            }
            None if good && from == Credible::Anyone => {
                let marked = false;
                return Ok(Accepted { answer, marked });
            }
            Some(HubAnswer::Refused(reason)) => reason,
            Some(HubAnswer::Done) | None => return Err(HubError::OtherServer(status.as_u16())),
        };
        self.contact = Contact::Answered;
        if let Some(rest) = asked_rest(&answer) {
            self.rest_until = Some(Instant::now() + rest);
        }
        let mut message = Vec::new();
        // The text of a refusal is only for the log; half of it will do.
        let _ = answer
            .into_body()
            .into_reader()
            .take(MAX_MESSAGE)
            .read_to_end(&mut message);
        let message = String::from_utf8_lossy(&message).trim().to_owned();
        Err(HubError::Refused { reason, message })
    }
}

type Response = ureq::http::Response<ureq::Body>;

/// The rest that `Retry-After` asks for (RFC 9110, 10.2.3), in seconds, up to [`LONGEST_REST`];
/// where it cannot be read, such as a date, or is missing from an overloaded hub's answer,
/// [`SHORT_REST`].
fn asked_rest(answer: &Response) -> Option<Duration> {
    let asked = answer.headers().get("retry-after");
    if asked.is_none() && ![429, 503].contains(&answer.status().as_u16()) {
        return None;
    }
    let seconds = asked.and_then(|asked| asked.to_str().ok()?.trim().parse().ok());
    let rest = seconds.map_or(SHORT_REST, Duration::from_secs);
    Some(rest.min(LONGEST_REST))
}

fn unpaddable(why: FormatError) -> HubError {
    HubError::Answer(io::Error::new(io::ErrorKind::InvalidData, why))
}

fn read_all(answer: Response, limit: u64) -> Result<Vec<u8>, HubError> {
    let mut bytes = Vec::new();
    let mut limited = answer.into_body().into_reader().take(limit + 1);
    limited.read_to_end(&mut bytes).map_err(HubError::Answer)?;
    if bytes.len() as u64 > limit {
        let why = format!("over {limit} bytes");
        let why = io::Error::new(io::ErrorKind::FileTooLarge, why);
        return Err(HubError::Answer(why));
    }
    Ok(bytes)
}
