//! The one place that names the network.

use std::{io, io::Read, time::Duration};

use gatepost_pass::bundle::FileEntry;
use gatepost_protocol::routes;

use crate::store::bundles::BundleOrigin;

/// Why the hub did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// No answer.
    #[error("the hub can't be reached: {0}")]
    Unreachable(String),
    /// An answer that says no.
    #[error("the hub refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said, shortened.
        message: String,
    },
    /// An answer that broke off or is too large.
    #[error("the hub's answer can't be read: {0}")]
    Answer(io::Error),
}

/// Largest receipt, in bytes.
const MAX_RECEIPT: u64 = 4096;
/// Most of a refusal's text that is kept, in bytes.
const MAX_MESSAGE: u64 = 512;

/// A hub at an address.
#[derive(Debug)]
pub struct HubClient {
    agent: ureq::Agent,
    address: String,
    contact: Contact,
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
    /// A client for `http://…` or `https://…`, without a slash at the end.
    pub fn new(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_global(Some(Duration::from_secs(600)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self {
            agent: config.into(),
            address: address.to_owned(),
            contact: Contact::Silent,
        }
    }

    /// Whether the hub has answered anything so far.
    pub fn contact(&self) -> Contact {
        self.contact
    }

    /// Sends a batch; the answer is a receipt, unchecked.
    pub fn post_batch(&mut self, batch: &[u8]) -> Result<Vec<u8>, HubError> {
        let answer = self
            .agent
            .post(format!("{}{}", self.address, routes::BATCHES))
            .content_type("application/octet-stream")
            .send(batch)
            .map_err(|why| HubError::Unreachable(why.to_string()))?;
        self.contact = Contact::Answered;
        read_all(accept(answer)?, MAX_RECEIPT).map_err(HubError::Answer)
    }

    /// Whether the hub answers.
    pub fn ping(&mut self) -> Result<(), HubError> {
        self.get(routes::HEALTH, None).map(|_| ())
    }

    fn get(&mut self, path: &str, from: Option<u64>) -> Result<Answer, HubError> {
        let mut request = self.agent.get(format!("{}{path}", self.address));
        if let Some(from) = from.filter(|from| *from > 0) {
            request = request.header("Range", format!("bytes={from}-"));
        }
        let answer = request
            .call()
            .map_err(|why| HubError::Unreachable(why.to_string()))?;
        self.contact = Contact::Answered;
        accept(answer)
    }
}

type Answer = ureq::http::Response<ureq::Body>;

fn accept(answer: Answer) -> Result<Answer, HubError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
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

fn read_all(answer: Answer, limit: u64) -> io::Result<Vec<u8>> {
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
        let answer = self.get(routes::MANIFEST, None).map_err(io::Error::other)?;
        read_all(answer, limit as u64)
    }

    fn file(&mut self, entry: &FileEntry, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        let path = format!("{}{}", routes::FILES, entry.digest);
        let answer = self.get(&path, Some(offset)).map_err(io::Error::other)?;
        let partial = answer.status() == ureq::http::StatusCode::PARTIAL_CONTENT;
        let mut reader = answer.into_body().into_reader();
        if offset > 0 && !partial {
            // A server that knows no ranges sends all of it: skip what is here already.
            io::copy(&mut (&mut reader).take(offset), &mut io::sink())?;
        }
        Ok(Box::new(reader))
    }
}
