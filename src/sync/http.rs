//! The one place that names the network, with `tls.rs` beside it.

use std::{
    io,
    io::Read,
    time::{Duration, Instant},
};

use gatepost_pass::{DeviceId, Digest, HubPin, bundle::FileEntry};
use gatepost_protocol::{Answer, device::Revoked, routes};
use ureq::unversioned::{
    resolver::DefaultResolver,
    transport::{Connector as _, TcpConnector},
};

use super::tls::{PinnedTls, other_key};
use crate::{data::Identity, store::bundles::BundleOrigin};

/// Why the hub did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// No answer.
    #[error("the hub can't be reached: {0}")]
    Unreachable(String),
    /// Somebody else answers at the hub's address.
    #[error(
        "another server answers at the hub's address: {0}, which the enrolment does not pin. Nothing was sent"
    )]
    OtherKey(String),
    /// An `https:` address, and an enrolment that pins no key.
    #[error("the enrolment pins no key of the hub: enrol this device again with --hub-pin")]
    NoPin,
    /// TLS can't be set up at all.
    #[error("TLS can't be used: {0}")]
    Tls(String),
    /// An answer that says no.
    #[error("the hub refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said, shortened.
        message: String,
    },
    /// The hub asked to be left alone for a while.
    #[error("the hub asks for {} seconds of rest", .0.as_secs())]
    Rest(Duration),
    /// An answer that broke off or is too large.
    #[error("the hub's answer can't be read: {0}")]
    Answer(io::Error),
}

/// Largest receipt, in bytes.
const MAX_RECEIPT: u64 = 4096;
/// Most of a refusal's text that is kept, in bytes.
const MAX_MESSAGE: u64 = 512;

/// Longest rest that a hub may ask for.
const LONGEST_REST: Duration = Duration::from_secs(3600);
/// Rest of a hub that is overloaded and does not say for how long.
const SHORT_REST: Duration = Duration::from_secs(60);

/// How long the hub is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next piece of what it says.
    pub answer: Duration,
    /// For a batch and its receipt, or another small answer, whole: a server that drips may not hold
    /// the exchange up.
    pub small: Duration,
    /// For a file. What has come by then is kept, and the next exchange goes on from there.
    pub file: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            // 512 KiB over a telephone's slowest connection.
            small: Duration::from_secs(180),
            file: Duration::from_secs(600),
        }
    }
}

/// A hub at an address.
#[derive(Debug)]
pub struct HubClient {
    agent: ureq::Agent,
    address: String,
    small: Duration,
    contact: Contact,
    /// Until when nothing more is asked of it.
    rest_until: Option<Instant>,
}

/// Whether a hub has been there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// It has answered something, be it a refusal.
    Answered,
    /// Nothing has come from it.
    Silent,
}

impl HubClient {
    /// A client of a device's hub.
    pub fn of(identity: &Identity) -> Result<Self, HubError> {
        Self::new(&identity.hub, &identity.hub_pins, Patience::default())
    }

    /// A client for `http://…`, or for `https://…` where the server has one of the pinned keys; without
    /// a slash at the end.
    pub fn new(address: &str, pins: &[HubPin], patience: Patience) -> Result<Self, HubError> {
        if address.starts_with("https:") && pins.is_empty() {
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
        let tls = PinnedTls::new(pins.to_vec()).map_err(|why| HubError::Tls(why.to_string()))?;
        let connector = TcpConnector::default().chain(tls);
        Ok(Self {
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
            address: address.to_owned(),
            small: patience.small,
            contact: Contact::Silent,
            rest_until: None,
        })
    }

    /// How long the hub wants to be left alone from now on.
    pub fn rest(&self) -> Option<Duration> {
        let until = self.rest_until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|rest| !rest.is_zero())
    }

    /// Whether the hub has answered anything so far.
    pub fn contact(&self) -> Contact {
        self.contact
    }

    /// Sends a batch; the answer is a receipt, unchecked.
    pub fn post_batch(&mut self, batch: &[u8]) -> Result<Vec<u8>, HubError> {
        let answer = self.post(routes::BATCHES, batch)?;
        read_all(answer, MAX_RECEIPT).map_err(HubError::Answer)
    }

    /// The list of revoked devices, unchecked; nothing where the hub has none, or the one that is held.
    pub fn revoked(&mut self, held: &Digest) -> Result<Option<Vec<u8>>, HubError> {
        self.may_ask()?;
        let answer = self
            .agent
            .get(format!("{}{}", self.address, routes::REVOKED))
            .header("If-None-Match", format!("\"{held}\""))
            .config()
            .timeout_global(Some(self.small))
            .build()
            .call();
        match self.accept(answer) {
            Ok(answer) => read_all(answer, Revoked::MAX as u64)
                .map(Some)
                .map_err(HubError::Answer),
            Err(HubError::Refused {
                status: 304 | 404, ..
            }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Tells the hub how this device is doing.
    pub fn post_status(&mut self, status: &[u8]) -> Result<(), HubError> {
        self.post(routes::STATUS, status).map(|_| ())
    }

    /// Hands in a device's request for the authority.
    pub fn post_enrolment(&mut self, request: &[u8]) -> Result<(), HubError> {
        self.post(routes::ENROLMENTS, request).map(|_| ())
    }

    /// The authority's answer to a device's request, unchecked; nothing while there is none.
    pub fn enrolment(&mut self, device: DeviceId) -> Result<Option<Vec<u8>>, HubError> {
        match self.get_small(&format!("{}/{device}", routes::ENROLMENTS)) {
            Ok(answer) => read_all(answer, Answer::MAX as u64)
                .map(Some)
                .map_err(HubError::Answer),
            Err(HubError::Refused { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Whether the hub answers.
    pub fn ping(&mut self) -> Result<(), HubError> {
        self.get_small(routes::HEALTH).map(|_| ())
    }

    fn post(&mut self, path: &str, body: &[u8]) -> Result<Response, HubError> {
        self.may_ask()?;
        let answer = self
            .agent
            .post(format!("{}{path}", self.address))
            .config()
            .timeout_global(Some(self.small))
            .build()
            .content_type("application/octet-stream")
            .send(body);
        self.accept(answer)
    }

    fn get_small(&mut self, path: &str) -> Result<Response, HubError> {
        self.may_ask()?;
        let request = self.agent.get(format!("{}{path}", self.address));
        let answer = request
            .config()
            .timeout_global(Some(self.small))
            .build()
            .call();
        self.accept(answer)
    }

    fn get_from(&mut self, path: &str, from: u64) -> Result<Response, HubError> {
        self.may_ask()?;
        let mut request = self.agent.get(format!("{}{path}", self.address));
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let answer = request.call();
        self.accept(answer)
    }

    fn may_ask(&self) -> Result<(), HubError> {
        self.rest().map_or(Ok(()), |rest| Err(HubError::Rest(rest)))
    }

    fn accept(&mut self, answer: Result<Response, ureq::Error>) -> Result<Response, HubError> {
        let answer = answer.map_err(|why| match other_key(&why) {
            Some(other) => HubError::OtherKey(other.to_string()),
            None => HubError::Unreachable(why.to_string()),
        })?;
        self.contact = Contact::Answered;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        if let Some(rest) = asked_rest(&answer) {
            self.rest_until = Some(Instant::now() + rest);
        }
        let mut message = Vec::new();
        // What a refusal says is only for the log; half of it will do.
        let _ = answer
            .into_body()
            .into_reader()
            .take(MAX_MESSAGE)
            .read_to_end(&mut message);
        let message = String::from_utf8_lossy(&message).trim().to_owned();
        Err(HubError::Refused {
            status: status.as_u16(),
            message,
        })
    }
}

type Response = ureq::http::Response<ureq::Body>;

/// What `Retry-After` asks for (RFC 9110, 10.2.3), in seconds, up to [`LONGEST_REST`]. One that can't be
/// read, such as a date of another clock, is [`SHORT_REST`]; so is none where the hub is overloaded.
fn asked_rest(answer: &Response) -> Option<Duration> {
    let asked = answer.headers().get("retry-after");
    if asked.is_none() && ![429, 503].contains(&answer.status().as_u16()) {
        return None;
    }
    let seconds = asked.and_then(|asked| asked.to_str().ok()?.trim().parse().ok());
    let rest = seconds.map_or(SHORT_REST, Duration::from_secs);
    Some(rest.min(LONGEST_REST))
}

fn read_all(answer: Response, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = answer
        .into_body()
        .into_reader()
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    if read as u64 > limit {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("over {limit} bytes"),
        ));
    }
    Ok(bytes)
}

impl BundleOrigin for HubClient {
    fn manifest(&mut self, limit: usize) -> io::Result<Vec<u8>> {
        let answer = self.get_small(routes::MANIFEST).map_err(io::Error::other)?;
        read_all(answer, limit as u64)
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        let path = format!("{}{}", routes::FILES, entry.digest);
        let answer = self.get_from(&path, offset).map_err(io::Error::other)?;
        let partial = answer.status() == ureq::http::StatusCode::PARTIAL_CONTENT;
        let mut reader = answer.into_body().into_reader();
        if offset > 0 && !partial {
            // A server that knows no ranges sends all of it: skip what is here already.
            io::copy(&mut (&mut reader).take(offset), &mut io::sink())?;
        }
        Ok(Box::new(reader))
    }
}
