//! How a device tells the hub's answers from those of any other server at its address, such as the
//! sign-in page of a network: the hub marks each one for the request that it is to.
//!
//! A mark proves no more than that whoever answered read this request and speaks this protocol. It
//! keeps out what answers everybody the same; who wants to be taken for the hub can make one. So
//! nothing is forgotten by it, and a batch is put aside for it only where TLS has proven the hub's
//! key.

use std::fmt;

use gatepost_pass::{Digest, parse_hex};

/// Header of a request: its [`RequestNonce`].
pub const NONCE: &str = "gatepost-nonce";
/// Header of the answer: its mark ([`RequestNonce::mark`]).
pub const MARK: &str = "gatepost-hub";
/// Number of random bytes that a request is told apart by.
const NONCE_BYTES: usize = 16;
/// Opens what is hashed.
const DOMAIN: &[u8] = b"gatepost hub answer v1\0";
/// The word of an answer that is no refusal.
const DONE: &str = "done";

/// Random bytes of one request, in hexadecimal in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestNonce(pub [u8; NONCE_BYTES]);

/// What a hub's answer says, whatever its status is to those who know no Gatepost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubAnswer {
    /// It did what was asked.
    Done,
    /// It refuses the request.
    Refused(RefusalReason),
}

/// Why a hub refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The request's body breaks the format.
    Malformed,
    /// The body is too large.
    TooLarge,
    /// A record has a number that does not follow, or that cannot be stored.
    Sequence,
    /// The body is compressed in a way that the hub does not read.
    Encoding,
    /// The device's certificate is not valid, or it was revoked.
    Certificate,
    /// A signature is not valid.
    Signature,
    /// An enrolment request names no code.
    Code,
    /// The body did not come as a whole.
    CutShort,
    /// The body took too long to arrive.
    Timeout,
    /// Too many requests.
    Rate,
    /// The operator has paused uploads.
    Paused,
    /// The hub is overloaded.
    Busy,
    /// The hub takes no more devices.
    Devices,
    /// The hub has no bundle yet.
    NoBundle,
    /// The hub's storage failed.
    Storage,
    /// The hub speaks TLS only.
    HttpsOnly,
    /// There is nothing at this path.
    NotFound,
    /// The path does not support that method.
    Method,
    /// The range is outside the file.
    BadRange,
    /// A reason that this program does not know.
    Other,
}

gatepost_pass::names! {
    RefusalReason {
        Malformed = "malformed", TooLarge = "too_large", Sequence = "sequence",
        Encoding = "encoding", Certificate = "certificate", Signature = "signature", Code = "code",
        CutShort = "cut_short", Timeout = "timeout", Rate = "rate", Paused = "paused",
        Busy = "busy", Devices = "devices", NoBundle = "no_bundle", Storage = "storage",
        HttpsOnly = "https_only", NotFound = "not_found", Method = "method", BadRange = "bad_range",
        Other = "other",
    }
}

impl RefusalReason {
    /// Whether it is about what was sent, so that sending the same again would not help, and other
    /// batches may succeed.
    pub fn is_about_the_body(self) -> bool {
        match self {
            Self::Malformed | Self::TooLarge | Self::Sequence | Self::Encoding => true,
            Self::Certificate
            | Self::Signature
            | Self::Code
            | Self::CutShort
            | Self::Timeout
            | Self::Rate
            | Self::Paused
            | Self::Busy
            | Self::Devices
            | Self::NoBundle
            | Self::Storage
            | Self::HttpsOnly
            | Self::NotFound
            | Self::Method
            | Self::BadRange
            | Self::Other => false,
        }
    }
}

impl RequestNonce {
    /// Reads the header of a request.
    pub fn parse(header: &str) -> Option<Self> {
        parse_hex(header).ok().map(Self)
    }

    /// The mark of an answer to this request: its word, and 32 hexadecimal digits, the front of
    /// BLAKE3 over domain, nonce, status (big-endian) and word. Hashed, so that a server that only
    /// repeats a request's headers makes none.
    pub fn mark(self, status: u16, answer: HubAnswer) -> String {
        self.mark_of(status, answer.word())
    }

    /// Reads the mark of an answer with that status; nothing where it is not one to this request.
    pub fn read_mark(self, status: u16, mark: &str) -> Option<HubAnswer> {
        let (word, _) = mark.split_once(' ')?;
        let of_hub = word.len() <= 32 && self.mark_of(status, word) == mark;
        of_hub.then(|| match word {
            DONE => HubAnswer::Done,
            reason => {
                let reason = RefusalReason::from_name(reason);
                HubAnswer::Refused(reason.unwrap_or(RefusalReason::Other))
            }
        })
    }

    fn mark_of(self, status: u16, word: &str) -> String {
        let hashed = [DOMAIN, &self.0, &status.to_be_bytes(), word.as_bytes()].concat();
        let digest = Digest::of(&hashed).to_string();
        format!("{word} {}", digest.get(..32).unwrap_or(&digest))
    }
}

impl HubAnswer {
    fn word(self) -> &'static str {
        match self {
            Self::Done => DONE,
            Self::Refused(reason) => reason.name(),
        }
    }
}

impl fmt::Display for RequestNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: RequestNonce = RequestNonce([7; NONCE_BYTES]);

    #[test]
    fn a_mark_says_what_the_hub_said_to_this_request_and_nothing_else() {
        let told = RefusalReason::ALL.map(HubAnswer::Refused);
        for answer in told.into_iter().chain([HubAnswer::Done]) {
            let mark = REQUEST.mark(413, answer);
            assert_eq!(REQUEST.read_mark(413, &mark), Some(answer));
            assert_eq!(REQUEST.read_mark(400, &mark), None, "another status");
            let other = RequestNonce([8; NONCE_BYTES]);
            assert_eq!(other.read_mark(413, &mark), None, "another request");
        }
        let done = REQUEST.mark(200, HubAnswer::Done);
        let refused = done.replace("done", "malformed");
        assert_eq!(REQUEST.read_mark(200, &refused), None, "another word");
    }

    #[test]
    fn what_is_echoed_cut_or_made_up_is_no_mark() {
        let echoed = REQUEST.to_string();
        let done = REQUEST.mark(200, HubAnswer::Done);
        let long = format!("{} {echoed}", "x".repeat(9000));
        for mark in [
            "",
            " ",
            "done",
            "done ",
            &echoed,
            &format!("done {echoed}"),
            &long,
        ] {
            assert_eq!(REQUEST.read_mark(200, mark), None, "{mark}");
        }
        for cut in 0..done.len() {
            assert_eq!(REQUEST.read_mark(200, &done[..cut]), None);
        }
        assert_eq!(REQUEST.read_mark(200, &format!("{done} ")), None);
    }

    #[test]
    fn a_reason_of_a_newer_hub_is_another_one() {
        let mark = REQUEST.mark_of(418, "teapot");
        let other = HubAnswer::Refused(RefusalReason::Other);
        assert_eq!(REQUEST.read_mark(418, &mark), Some(other));
    }

    #[test]
    fn a_nonce_reads_back_and_nothing_else_is_one() {
        assert_eq!(RequestNonce::parse(&REQUEST.to_string()), Some(REQUEST));
        for bad in ["", "07", &"0".repeat(31), &"0".repeat(34), &"g".repeat(32)] {
            assert_eq!(RequestNonce::parse(bad), None, "{bad}");
        }
    }
}
