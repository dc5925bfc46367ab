//! The authority's signing keys where they are: in a file of the home, or in a token that a file of
//! the home names.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use gatepost_pass::{IssuerId, KeyId, Kind, PublicKey, Sign, Signer, parse_hex};
use serde::Serialize;

use crate::token::{PinSource, TokenError, TokenPlace};

/// First line of the file of a key in a token, with the version of its format.
const TITLE: &str = "gatepost token key 1";

/// A key in a token, as its file names it.
///
/// ```text
/// gatepost token key 1
/// issuer CN-SD
/// key 4
/// public HEX                 what the token's signatures are checked with
/// module /usr/lib/…/pkcs11.so
/// token LABEL                of the token
/// label LABEL                of the key
/// pin-file PATH              or: pin-env NAME
/// ```
pub(crate) struct TokenKey {
    pub(crate) issuer: IssuerId,
    pub(crate) id: KeyId,
    pub(crate) public: PublicKey,
    pub(crate) place: TokenPlace,
}

/// A key that signs for the authority.
pub(crate) enum OnlineKey {
    /// The file holds it.
    File(Signer),
    /// A token holds it.
    Token(TokenKey),
}

impl OnlineKey {
    /// Its public half.
    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::File(signer) => signer.secret.public(),
            Self::Token(key) => key.public,
        }
    }

    /// Signs claims into an envelope.
    pub(crate) fn sign<T: Serialize>(&self, kind: Kind, claims: &T) -> Result<Vec<u8>, TokenError> {
        self.envelope(kind, claims)
    }

    /// The text of its file; a secret, where the file holds the key.
    pub(crate) fn to_file(&self) -> String {
        match self {
            Self::File(signer) => signer.to_file(),
            Self::Token(key) => key.to_file(),
        }
    }
}

impl Sign for OnlineKey {
    type Error = TokenError;

    fn issuer(&self) -> IssuerId {
        match self {
            Self::File(signer) => signer.issuer,
            Self::Token(key) => key.issuer,
        }
    }

    fn key(&self) -> KeyId {
        match self {
            Self::File(signer) => signer.key,
            Self::Token(key) => key.id,
        }
    }

    fn sign_bytes(&self, bytes: &[u8]) -> Result<[u8; 64], TokenError> {
        match self {
            Self::File(signer) => {
                let Ok(signature) = signer.sign_bytes(bytes);
                Ok(signature)
            }
            Self::Token(key) => key.place.sign(&key.public, bytes),
        }
    }
}

impl TokenKey {
    fn to_file(&self) -> String {
        let Self {
            issuer, id, public, ..
        } = self;
        let TokenPlace {
            module,
            token,
            label,
            pin,
        } = &self.place;
        let mut text = format!("{TITLE}\nissuer {issuer}\nkey {}\npublic {public}\n", id.0);
        let module = module.display();
        // Writing to a string does not fail.
        let _ = writeln!(text, "module {module}\ntoken {token}\nlabel {label}");
        let _ = match pin {
            PinSource::File(path) => writeln!(text, "pin-file {}", path.display()),
            PinSource::Environment(name) => writeln!(text, "pin-env {name}"),
        };
        text
    }

    /// Whether a text wants to be the file of a key in a token.
    pub(crate) fn is_file(text: &str) -> bool {
        text.lines().next() == Some(TITLE)
    }

    /// Reads the text of a file; none when it breaks the format.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        lines.next().filter(|line| *line == TITLE)?;
        let mut field = |name| lines.next()?.strip_prefix(name);
        let issuer = field("issuer ")?.parse().ok()?;
        let id = KeyId(field("key ")?.parse().ok()?);
        let public = PublicKey::from_bytes(&parse_hex(field("public ")?).ok()?).ok()?;
        let module = PathBuf::from(field("module ")?);
        let token = field("token ")?.to_owned();
        let label = field("label ")?.to_owned();
        let pin = lines.next()?;
        let pin = match (pin.strip_prefix("pin-file "), pin.strip_prefix("pin-env ")) {
            (Some(path), _) => PinSource::File(Path::new(path).to_owned()),
            (_, Some(name)) => PinSource::Environment(name.to_owned()),
            (None, None) => return None,
        };
        lines.next().is_none().then_some(Self {
            issuer,
            id,
            public,
            place: TokenPlace {
                module,
                token,
                label,
                pin,
            },
        })
    }
}
