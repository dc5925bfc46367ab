//! The one place that names the network, with `tls.rs` beside it.

use std::{
    io,
    io::Read,
    time::{Duration, Instant},
};

use gatepost_pass::{DeviceId, Digest, FormatError, HubPin, bundle::FileEntry};
use gatepost_protocol::{
    Answer, Revoked,
    padding::{self, pad, unpad},
    routes,
};
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
    #[error("the hub can't be reached")]
    Unreachable(#[source] ureq::Error),
    /// Another server answers at the hub's address.
    #[error(
        "another server answers at the hub's address: its key is {0}, which the enrolment does not \
         pin. Nothing was sent"
    )]
    OtherKey(HubPin),
    /// The hub's address is `https:`, and the enrolment pins no key.
    #[error("the enrolment pins no key of the hub: enrol this device again with --hub-pin")]
    NoPin,
    /// TLS cannot be set up at all.
    #[error("TLS cannot be used")]
    Tls(#[source] rustls::Error),
    /// The hub refused the request.
    #[error("the hub refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The reason that the hub gave, shortened.
        message: String,
    },
    /// The hub has asked to be left alone for a while.
    #[error("the hub asks for {} seconds of rest", .0.as_secs())]
    Rest(Duration),
    /// The answer broke off or is too large.
    #[error("the hub's answer cannot be read")]
    Answer(#[source] io::Error),
}

/// Longest text of a refusal that is kept, in bytes.
const MAX_MESSAGE: u64 = 512;

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
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            // 512 KiB over the slowest mobile connection.
            small: Duration::from_secs(180),
            file: Duration::from_secs(600),
        }
    }
}

/// A client of the hub at one address.
#[derive(Debug)]
pub struct HubClient {
    agent: ureq::Agent,
    address: String,
    small: Duration,
    contact: Contact,
    /// Until when no request is made.
    rest_until: Option<Instant>,
}

/// Whether a hub has answered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// It has answered, be it with a refusal.
    Answered,
    /// No answer has come.
    Silent,
}

impl HubClient {
    /// A client of a device's hub.
    pub fn of(identity: &Identity) -> Result<Self, HubError> {
        Self::new(&identity.hub, &identity.hub_pins, Patience::default())
    }

    /// A client for `http://…`, or for `https://…` where the server has one of the pinned keys;
    /// without a slash at the end.
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
        let tls = PinnedTls::new(pins.to_vec()).map_err(HubError::Tls)?;
        let connector = TcpConnector::default().chain(tls);
        Ok(Self {
            agent: ureq::Agent::with_parts(config, connector, DefaultResolver::default()),
            address: address.to_owned(),
            small: patience.small,
            contact: Contact::Silent,
            rest_until: None,
        })
    }

    /// How long the hub is still to be left alone.
    pub fn rest(&self) -> Option<Duration> {
        let until = self.rest_until?;
        Some(until.saturating_duration_since(Instant::now())).filter(|rest| !rest.is_zero())
    }

    /// Whether the hub has answered anything so far.
    pub fn contact(&self) -> Contact {
        self.contact
    }

    /// Sends a batch, padded; the answer is a receipt, not yet verified.
    pub fn post_batch(&mut self, batch: &[u8]) -> Result<Vec<u8>, HubError> {
        let upload = pad(batch, &padding::UPLOAD).map_err(unpaddable)?;
        let answer = self.post(routes::UPLOADS, &upload)?;
        let answer = read_all(answer, padding::ANSWER[0] as u64).map_err(HubError::Answer)?;
        unpad(&answer, &padding::ANSWER).map_err(unpaddable)
    }

    /// Sends what looks from outside as a batch and its receipt do, and is nothing.
    pub fn post_filler(&mut self) -> Result<(), HubError> {
        self.post_batch(&[]).map(|_| ())
    }

    /// The list of revoked devices, not yet verified; nothing where the hub has none, or the one
    /// that is held.
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

    /// Reports this device's status to the hub.
    pub fn post_status(&mut self, status: &[u8]) -> Result<(), HubError> {
        let status = pad(status, &padding::STATUS).map_err(unpaddable)?;
        self.post(routes::STATUS, &status).map(|_| ())
    }

    /// Hands in a device's request for the authority.
    pub fn post_enrolment(&mut self, request: &[u8]) -> Result<(), HubError> {
        self.post(routes::ENROLMENTS, request).map(|_| ())
    }

    /// The authority's answer to a device's request, not yet verified; nothing while there is none.
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
            Some(other) => HubError::OtherKey(other.found),
            None => HubError::Unreachable(why),
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
        // The text of a refusal is only for the log; half of it will do.
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
            // A server without range requests sends all of it: skip what is here already.
            io::copy(&mut (&mut reader).take(offset), &mut io::sink())?;
        }
        Ok(Box::new(reader))
    }
}
