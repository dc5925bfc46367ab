//! A scanned code: from the text of a QR code to a [`Document`] that nobody has verified yet, and
//! back.
//!
//! ```text
//! text = "GP1:" ‖ base45(envelope or live code)          (RFC 9285)
//! ```

use serde::{Deserialize, Serialize};

use crate::{
    claims::{EnrolmentCode, Place},
    codec::{self, FormatError},
    envelope::{Envelope, EnvelopeError, MAX_CODE, front},
    ids::IssuerId,
    key::{SIGNATURE, SecretKey},
    kind::{Kind, VERSION},
    time::Timestamp,
};

/// Opens the text of every Gatepost code.
pub const TEXT_PREFIX: &str = "GP1:";

/// What a scanned text claims to be. Nothing in it has been checked but its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub(crate) envelope: Envelope,
    pub(crate) live: Option<LivePart>,
}

/// The holder's signature around a pass.
///
/// ```text
/// live code = kind:u8 version:u8 pass:bytes timestamp:varint signature:[u8; 64]
/// signed    = domain(live code) ‖ live code without its last 64 bytes
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LivePart {
    pub(crate) at: Timestamp,
    pub(crate) message: Vec<u8>,
    pub(crate) signature: [u8; SIGNATURE],
}

#[derive(Serialize, Deserialize)]
struct LiveBody {
    kind: u8,
    version: u8,
    pass: Vec<u8>,
    at: Timestamp,
}

impl Document {
    /// Reads the text of a QR code. Only its form is checked: [`verify`](crate::verify()) comes
    /// next.
    ///
    /// ```
    /// use gatepost_pass::{
    ///     Document, Kind, document::to_text, envelope::EnvelopeError,
    ///     fixture::{documents, paper_pass},
    /// };
    ///
    /// let text = to_text(&documents().sign(Kind::Pass, &paper_pass(1)));
    /// assert!(text.starts_with("GP1:"));
    /// assert_eq!(Document::from_text(&text)?.kind(), Kind::Pass);
    ///
    /// let menu = Document::from_text("https://example.org/menu");
    /// assert_eq!(menu, Err(EnvelopeError::Foreign));
    /// # Ok::<(), EnvelopeError>(())
    /// ```
    pub fn from_text(text: &str) -> Result<Self, EnvelopeError> {
        Self::from_bytes(&from_text(text)?)
    }

    /// Reads the bytes behind the text.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let (kind, _) = front(bytes, MAX_CODE)?;
        if kind != Kind::LiveCode as u8 {
            return Ok(Self {
                envelope: Envelope::parse(bytes, MAX_CODE)?,
                live: None,
            });
        }
        let what = Kind::LiveCode.name();
        let split = bytes
            .len()
            .checked_sub(SIGNATURE)
            .ok_or(FormatError::Damaged(what))?;
        let (signed, rest) = bytes.split_at(split);
        let body: LiveBody = codec::decode(what, signed)?;
        let mut message = Kind::LiveCode.domain();
        message.extend_from_slice(signed);
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(rest);
        Ok(Self {
            envelope: Envelope::parse_kind(Kind::Pass, &body.pass, MAX_CODE)?,
            live: Some(LivePart {
                at: body.at,
                message,
                signature,
            }),
        })
    }

    /// The kind that it claims to be.
    pub fn kind(&self) -> Kind {
        if self.live.is_some() {
            Kind::LiveCode
        } else {
            self.envelope.kind
        }
    }

    /// The issuer that it claims.
    pub fn issuer(&self) -> IssuerId {
        self.envelope.issuer()
    }

    /// What an enrolment code says, before anyone can check its signature: a device on its first
    /// run pins the root that it names. Nothing else may be decided on it.
    pub fn claimed_enrolment(&self) -> Option<EnrolmentCode> {
        let claimed = (self.envelope.kind == Kind::Enrolment).then(|| self.envelope.peek());
        claimed?.ok()
    }

    /// What a place code says that was verified once, when its key has ended since. It may make
    /// nothing looser.
    pub fn claimed_place(&self) -> Option<Place> {
        let claimed = (self.envelope.kind == Kind::PlaceCode).then(|| self.envelope.peek());
        claimed?.ok()
    }
}

/// The bytes behind the text of a QR code. What they are is for [`Document::from_bytes`] to say.
pub fn from_text(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    let body = text
        .strip_prefix(TEXT_PREFIX)
        .ok_or(EnvelopeError::Foreign)?;
    // Three characters carry two bytes.
    if body.len() > MAX_CODE / 2 * 3 {
        return Err(FormatError::TooLarge {
            what: "code",
            limit: MAX_CODE,
        }
        .into());
    }
    let bytes = base45::decode(body).map_err(|_| EnvelopeError::Text)?;
    // The crate takes a last pair over 255, which RFC 9285 section 6 forbids.
    if base45::encode(&bytes) != body {
        return Err(EnvelopeError::Text);
    }
    Ok(bytes)
}

/// The text of a QR code that carries these bytes.
pub fn to_text(bytes: &[u8]) -> String {
    format!("{TEXT_PREFIX}{}", base45::encode(bytes))
}

/// What the holder's phone makes every few seconds: the pass, the time, a signature over both.
pub fn live_code(pass: &[u8], at: Timestamp, holder: &SecretKey) -> Vec<u8> {
    let body = LiveBody {
        kind: Kind::LiveCode as u8,
        version: VERSION,
        pass: pass.to_vec(),
        at,
    };
    let mut bytes = codec::encode(&body);
    let mut message = Kind::LiveCode.domain();
    message.extend_from_slice(&bytes);
    bytes.extend_from_slice(&holder.sign(&message));
    bytes
}
