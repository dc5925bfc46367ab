//! Keys in a PKCS#11 token (a smart card, a USB key, a hardware module): they sign there and never
//! leave it. The module of the token's maker is loaded when the program runs.

use std::{
    env,
    path::{Path, PathBuf},
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    mechanism::{
        Mechanism,
        eddsa::{EddsaParams, EddsaSignatureScheme},
    },
    object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use gatepost_pass::PublicKey;
use gatepost_system::files::{self, FileError};
use zeroize::Zeroizing;

/// Largest file of a PIN, in bytes.
const LARGEST_PIN: usize = 256;
/// The curve, as PKCS#11 3.0 names it: the printable string `edwards25519`.
const EDWARDS25519: &[u8] = b"\x13\x0cedwards25519";

/// Where a token's PIN comes from; never from the key's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PinSource {
    /// First line of a file.
    File(PathBuf),
    /// Variable of the environment.
    Environment(String),
}

/// Where a key is: all that its file says but its name on the trust list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenPlace {
    /// Library of the token's maker.
    pub(crate) module: PathBuf,
    /// Label of the token.
    pub(crate) token: String,
    /// Label of the key in it.
    pub(crate) label: String,
    /// Where the PIN is.
    pub(crate) pin: PinSource,
}

/// A token does not sign.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// Its library cannot be loaded.
    #[error("the token's module {} cannot be used", path.display())]
    Module {
        /// Path of the library.
        path: PathBuf,
        /// Why not.
        source: cryptoki::error::Error,
    },
    /// No token has that label now.
    #[error("the token {0} is not there: plug it in and try again")]
    Away(String),
    /// Others have that label too: the PIN is for one of them.
    #[error("{count} tokens are called {token}: unplug all but the right one")]
    Several {
        /// Label of the token.
        token: String,
        /// How many there are.
        count: usize,
    },
    /// The file of its PIN cannot be read.
    #[error("the PIN of token {token} cannot be read")]
    PinFile {
        /// Label of the token.
        token: String,
        /// Why not.
        source: FileError,
    },
    /// The variable of its PIN is not set.
    #[error("the PIN of token {token} is not set: set the variable {variable}")]
    PinVariable {
        /// Label of the token.
        token: String,
        /// Name of the variable.
        variable: String,
    },
    /// It does not open with this PIN.
    #[error("the token {token} does not open with its PIN")]
    Login {
        /// Label of the token.
        token: String,
        /// What it says.
        source: cryptoki::error::Error,
    },
    /// It holds no such key, or two of that label.
    #[error("the token {token} must have one Ed25519 key `{label}`, it has {count}")]
    Key {
        /// Label of the token.
        token: String,
        /// Label of the key.
        label: String,
        /// How many it has.
        count: usize,
    },
    /// It cannot do what it was asked.
    #[error("the token {token} cannot {what}")]
    Refused {
        /// Label of the token.
        token: String,
        /// What it was asked.
        what: &'static str,
        /// What it says.
        source: cryptoki::error::Error,
    },
    /// It gave a public key or a signature that is none.
    #[error("the token {token} gave {what} that is not valid")]
    NotValid {
        /// Label of the token.
        token: String,
        /// What it gave.
        what: &'static str,
    },
    /// A signature that is not by the key on file.
    #[error("the token {token} signed with another key than the file names")]
    OtherKey {
        /// Label of the token.
        token: String,
    },
}

impl TokenPlace {
    /// Signs bytes with the key, and checks that it was the key with this public half.
    pub(crate) fn sign(&self, public: &PublicKey, bytes: &[u8]) -> Result<[u8; 64], TokenError> {
        let session = self.session(SessionKind::Sign)?;
        let key = self.private_key(&session)?;
        let pure = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure));
        let signature = session
            .sign(&pure, key, bytes)
            .map_err(self.refused("sign"))?;
        let signature = <[u8; 64]>::try_from(signature);
        let signature = signature.map_err(|_| self.not_valid("a signature"))?;
        public
            .verify(bytes, &signature)
            .map_err(|_| TokenError::OtherKey {
                token: self.token.clone(),
            })?;
        Ok(signature)
    }

    /// Makes a new key in the token, of which nothing but the public half comes out.
    pub(crate) fn generate(&self) -> Result<PublicKey, TokenError> {
        let session = self.session(SessionKind::Make)?;
        let count = self.find(&session, ObjectClass::PRIVATE_KEY)?.len();
        if count > 0 {
            return Err(self.no_key(count + 1));
        }
        let label = Attribute::Label(self.label.clone().into_bytes());
        let public = [
            label.clone(),
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(EDWARDS25519.to_vec()),
        ];
        let private = [
            label,
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let made = session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private);
        let (public, _) = made.map_err(self.refused("make an Ed25519 key"))?;
        self.public_key(&session, public)
    }

    fn session(&self, kind: SessionKind) -> Result<Session, TokenError> {
        let pin = self.pin()?;
        let module = |source| TokenError::Module {
            path: self.module.clone(),
            source,
        };
        let library = Pkcs11::new(&self.module).map_err(module)?;
        let threads = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        match library.initialize(threads) {
            // Another session of this program has done it.
            Err(cryptoki::error::Error::Pkcs11(
                cryptoki::error::RvError::CryptokiAlreadyInitialized,
                _,
            ))
            | Ok(()) => {}
            Err(why) => return Err(module(why)),
        }
        let slots = library.get_slots_with_token().map_err(module)?;
        let named = slots.into_iter().filter(|slot| {
            let info = library.get_token_info(*slot);
            info.is_ok_and(|info| info.label() == self.token)
        });
        let slot = match named.collect::<Vec<_>>()[..] {
            [slot] => slot,
            [] => return Err(TokenError::Away(self.token.clone())),
            ref several => {
                return Err(TokenError::Several {
                    token: self.token.clone(),
                    count: several.len(),
                });
            }
        };
        let session = match kind {
            SessionKind::Sign => library.open_ro_session(slot),
            SessionKind::Make => library.open_rw_session(slot),
        };
        let session = session.map_err(self.refused("open"))?;
        let pin = AuthPin::from(pin.as_str());
        session
            .login(UserType::User, Some(&pin))
            .map_err(|source| TokenError::Login {
                token: self.token.clone(),
                source,
            })?;
        Ok(session)
    }

    fn pin(&self) -> Result<Zeroizing<String>, TokenError> {
        let token = self.token.clone();
        match &self.pin {
            PinSource::File(path) => {
                let text = files::read_text(path, LARGEST_PIN).map(Zeroizing::new);
                let text = text.map_err(|source| TokenError::PinFile { token, source })?;
                let line = text.lines().next().unwrap_or_default();
                Ok(Zeroizing::new(line.to_owned()))
            }
            PinSource::Environment(name) => {
                env::var(name)
                    .map(Zeroizing::new)
                    .map_err(|_| TokenError::PinVariable {
                        token,
                        variable: name.clone(),
                    })
            }
        }
    }

    fn private_key(&self, session: &Session) -> Result<ObjectHandle, TokenError> {
        match self.find(session, ObjectClass::PRIVATE_KEY)?[..] {
            [key] => Ok(key),
            ref keys => Err(self.no_key(keys.len())),
        }
    }

    fn find(&self, session: &Session, class: ObjectClass) -> Result<Vec<ObjectHandle>, TokenError> {
        let wanted = [
            Attribute::Class(class),
            Attribute::KeyType(KeyType::EC_EDWARDS),
            Attribute::Label(self.label.clone().into_bytes()),
        ];
        let found = session.find_objects(&wanted);
        found.map_err(self.refused("look for its keys"))
    }

    fn public_key(&self, session: &Session, key: ObjectHandle) -> Result<PublicKey, TokenError> {
        let read = session.get_attributes(key, &[AttributeType::EcPoint]);
        let read = read.map_err(self.refused("show a public key"))?;
        let point = read.into_iter().find_map(|attribute| match attribute {
            Attribute::EcPoint(point) => Some(point),
            _ => None,
        });
        // PKCS#11 wraps the point in an octet string; some tokens give it bare.
        let point = point.unwrap_or_default();
        let bare = point.strip_prefix(b"\x04\x20").unwrap_or(&point);
        let bytes = <[u8; 32]>::try_from(bare).ok();
        let key = bytes.and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        key.ok_or_else(|| self.not_valid("a public key"))
    }

    fn no_key(&self, count: usize) -> TokenError {
        TokenError::Key {
            token: self.token.clone(),
            label: self.label.clone(),
            count,
        }
    }

    fn not_valid(&self, what: &'static str) -> TokenError {
        let token = self.token.clone();
        TokenError::NotValid { token, what }
    }

    fn refused(&self, what: &'static str) -> impl FnOnce(cryptoki::error::Error) -> TokenError {
        let token = self.token.clone();
        move |source| TokenError::Refused {
            token,
            what,
            source,
        }
    }
}

/// What a session may do.
#[derive(Clone, Copy)]
enum SessionKind {
    Sign,
    Make,
}

/// The file of a PIN, where there is one; `check` looks at who can read it.
impl PinSource {
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Environment(_) => None,
        }
    }
}
