//! The hub's certificate. Devices pin its key ([`HubPin`]) and ask nothing else of it, neither name nor dates nor
//! anybody's signature: a certificate that the hub signs itself is as good as any. The pin stays as long as the key
//! does, whatever certificates are made of it.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use gatepost_pass::HubPin;
use gatepost_pass::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject as _},
    },
    server::ParsedCertificate,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::log;

/// Why a certificate or its key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read or written.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// No certificate is in the file.
    #[error("{}: no certificate: PEM is read, the hub's own certificate first ({why})", path.display())]
    NoCertificate {
        /// Which.
        path: PathBuf,
        /// What stands there.
        why: pem::Error,
    },
    /// No private key is in the file.
    #[error("{}: no private key: PEM is read, without a passphrase", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
    },
    /// The certificate is none, or not this key's.
    #[error("{}: can't be used with its key: {why}", path.display())]
    Unusable {
        /// The certificate's file.
        path: PathBuf,
        /// Why.
        why: rustls::Error,
    },
    /// A certificate can't be made.
    #[error("no certificate can be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// What the hub shows to devices, and where it is read from.
#[derive(Debug)]
pub struct HubTls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<(Arc<ServerConfig>, HubPin)>,
}

impl HubTls {
    /// Reads a certificate, with those that it hangs on behind it if there are any, and its key; both PEM.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: RwLock::new(load(certificate, key)?),
        })
    }

    /// Reads both files again, for connections from now on, and says in the log what became of it. When they don't
    /// count, those before stay.
    pub fn renew(&self, now: Timestamp) {
        match load(&self.certificate, &self.key) {
            Ok(new) => {
                let pin = json!({ "pin": new.1.to_string() });
                log::event(now, "certificate in use", pin);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
            }
            Err(why) => {
                let why = json!({ "why": why.to_string() });
                log::event(now, "certificate refused", why);
            }
        }
    }

    /// What enrolments must pin.
    pub fn pin(&self) -> HubPin {
        self.current().1
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        self.current().0
    }

    fn current(&self) -> (Arc<ServerConfig>, HubPin) {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The pin of a certificate file: of the first one in it.
pub fn pin_of(path: &Path) -> Result<HubPin, TlsError> {
    pin(path, &certificates(path)?)
}

/// Makes a certificate that signs itself, for names or addresses, and gives its pin. A key that is there already is
/// used and keeps its pin; where there is none, one is made (ECDSA P-256), readable for its owner only.
pub fn make(certificate: &Path, key: &Path, names: &[String]) -> Result<HubPin, TlsError> {
    let pair = match fs::read(key) {
        Ok(bytes) => KeyPair::try_from(&private_key(key, &bytes)?)?,
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            let pair = KeyPair::generate()?;
            write_secret(key, &pair.serialize_pem()).map_err(at(key))?;
            pair
        }
        Err(why) => return Err(at(key)(why)),
    };
    let params = CertificateParams::new(names)?;
    let text = params.self_signed(&pair)?.pem();
    // Whole or not at all: a hub may be reading it.
    let part = certificate.with_extension("part");
    fs::write(&part, text).map_err(at(&part))?;
    fs::rename(&part, certificate).map_err(at(certificate))?;
    pin_of(certificate)
}

fn load(certificate: &Path, key: &Path) -> Result<(Arc<ServerConfig>, HubPin), TlsError> {
    let chain = certificates(certificate)?;
    let pin = pin(certificate, &chain)?;
    let secret = private_key(key, &fs::read(key).map_err(at(key))?)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            let config = config.with_no_client_auth();
            config.with_single_cert(chain, secret)
        });
    let config = config.map_err(unusable(certificate))?;
    Ok((Arc::new(config), pin))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = fs::read(path).map_err(at(path))?;
    let chain = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let chain = chain.and_then(|chain| match chain.is_empty() {
        true => Err(pem::Error::NoItemsFound),
        false => Ok(chain),
    });
    chain.map_err(|why| TlsError::NoCertificate {
        path: path.to_owned(),
        why,
    })
}

fn private_key(path: &Path, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    // What stands in a file of keys is not repeated.
    PrivateKeyDer::from_pem_slice(bytes).map_err(|_| TlsError::NoKey {
        path: path.to_owned(),
    })
}

fn pin(path: &Path, chain: &[CertificateDer<'_>]) -> Result<HubPin, TlsError> {
    let own = chain.first().ok_or_else(|| TlsError::NoCertificate {
        path: path.to_owned(),
        why: pem::Error::NoItemsFound,
    })?;
    let own = ParsedCertificate::try_from(own).map_err(unusable(path))?;
    Ok(HubPin(Sha256::digest(own.subject_public_key_info()).into()))
}

fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> TlsError {
    let path = path.to_owned();
    move |why| TlsError::File { path, why }
}

fn unusable(path: &Path) -> impl FnOnce(rustls::Error) -> TlsError {
    let path = path.to_owned();
    move |why| TlsError::Unusable { path, why }
}
