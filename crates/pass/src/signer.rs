//! What signs claims into envelopes: a secret key with its name, kept in a key file, or whatever
//! else can sign under such a name without giving its key away.

use std::{convert::Infallible, error::Error, str::FromStr};

use data_encoding::HEXLOWER;
use serde::Serialize;

use crate::{
    bounded::ValueError,
    codec,
    envelope::Header,
    hex::parse_hex,
    ids::{IssuerId, KeyId},
    key::{KeyError, SecretKey},
    kind::Kind,
};

/// Signs under the name by which a trust list knows a key. The key may be here, or in a token that
/// it never leaves.
pub trait Sign {
    /// Why there is no signature.
    type Error: Error + Send + Sync + 'static;

    /// The issuer that signs.
    fn issuer(&self) -> IssuerId;

    /// The number of the key, unique within the issuer.
    fn key(&self) -> KeyId;

    /// The Ed25519 signature over these bytes, as they are (RFC 8032 section 5.1.6).
    fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], Self::Error>;

    /// Signs claims into an envelope.
    fn envelope<T: Serialize>(&self, kind: Kind, claims: &T) -> Result<Vec<u8>, Self::Error> {
        let claims = codec::encode(claims);
        let mut bytes = codec::encode(&(Header::new(kind, self.issuer(), self.key()), claims));
        let signature = self.sign_bytes(&[&kind.domain()[..], &bytes].concat())?;
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }
}

impl Sign for Signer {
    type Error = Infallible;

    fn issuer(&self) -> IssuerId {
        self.issuer
    }

    fn key(&self) -> KeyId {
        self.key
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], Infallible> {
        Ok(self.secret.sign(bytes))
    }
}

/// A secret key with the name under which a trust list knows it.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The issuer that signs.
    pub issuer: IssuerId,
    /// The number of the key, unique within the issuer.
    pub key: KeyId,
    /// The key.
    pub secret: SecretKey,
}

impl Signer {
    /// Signs claims into an envelope.
    pub fn sign<T: Serialize>(&self, kind: Kind, claims: &T) -> Vec<u8> {
        let Ok(bytes) = self.envelope(kind, claims);
        bytes
    }

    /// The text of its key file. Four lines; the caller stores it with mode 0600.
    pub fn to_file(&self) -> String {
        let seed = HEXLOWER.encode(&self.secret.seed());
        format!(
            "{FILE_TITLE}\nissuer {}\nkey {}\nseed {seed}\n",
            self.issuer, self.key.0
        )
    }
}

const FILE_TITLE: &str = "gatepost secret key 1";

impl FromStr for Signer {
    type Err = KeyError;

    /// Reads a key file.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut lines = text.lines();
        let mut field = |line, name: &str, expected| {
            let error = KeyError::File { line, expected };
            lines
                .next()
                .and_then(|l| l.strip_prefix(name))
                .map(str::trim)
                .ok_or(error)
        };
        field(1, FILE_TITLE, "gatepost secret key 1")?;
        let issuer = field(2, "issuer ", "issuer CODE")?;
        let key = field(3, "key ", "key NUMBER")?;
        let seed = field(4, "seed ", "seed HEX")?;
        let bad = |line, expected| KeyError::File { line, expected };
        let seed: [u8; 32] =
            parse_hex(seed).map_err(|_: ValueError| bad(4, "seed with 64 hexadecimal digits"))?;
        Ok(Self {
            issuer: issuer.parse().map_err(|_| bad(2, "issuer CODE"))?,
            key: KeyId(key.parse().map_err(|_| bad(3, "key NUMBER"))?),
            secret: SecretKey::from_seed(&seed),
        })
    }
}
