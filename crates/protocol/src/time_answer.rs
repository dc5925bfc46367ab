//! The hub's word on what time it is: the answer to a question that nobody could have foreseen, as
//! in Roughtime.

use gatepost_pass::{DocumentError, Kind, Signer, Timestamp, TrustList, verify::Claims};
use serde::{Deserialize, Serialize};

use crate::dated::at_its_time;

/// What a device sends: 32 random bytes, drawn for this one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeNonce(pub [u8; 32]);

impl TimeNonce {
    /// Length of a question, in bytes.
    pub const LENGTH: usize = 32;

    /// Reads a question.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// Claims of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeAnswer {
    /// The question that it answers.
    pub nonce: TimeNonce,
    /// What time it is.
    pub at: Timestamp,
}

impl TimeAnswer {
    /// Signs the answer with the hub's key.
    pub fn sign(&self, signer: &Signer) -> Vec<u8> {
        signer.sign(Kind::TimeAnswer, self)
    }

    /// The time in an answer to this very question. The asker's clock may be anywhere, so the key
    /// must be valid at the time that the answer names.
    pub fn verify(
        bytes: &[u8],
        trust: &TrustList,
        nonce: &TimeNonce,
    ) -> Result<Timestamp, TimeAnswerError> {
        let answer = at_its_time(Kind::TimeAnswer, bytes, trust, |answer: &Self| answer.at)?;
        if answer.nonce != *nonce {
            return Err(TimeAnswerError::OtherQuestion);
        }
        Ok(answer.at)
    }
}

impl Claims for TimeAnswer {
    const KINDS: &'static [Kind] = &[Kind::TimeAnswer];
}

/// Why an answer tells no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeAnswerError {
    /// It is not validly signed by the hub.
    #[error("the hub's time is not valid")]
    Document(#[from] DocumentError),
    /// It answers another question: an old answer, played again.
    #[error("the hub's time answers another question")]
    OtherQuestion,
}
