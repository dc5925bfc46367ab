//! The hub's certificate. Devices pin its key ([`HubPin`]) and check nothing else of it, neither
//! name nor dates nor issuer: a self-signed certificate is as good as any. The pin stays as long as
//! the key does, whatever certificates are made of it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use gatepost_pass::{HubPin, Timestamp};
use gatepost_system::chain;
use gatepost_system::files::{self, Access, FileError};
use log::Level;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject as _},
    },
};
use serde_json::json;

use crate::event_log::event;

/// Largest file of a certificate chain or key, in bytes.
const MAX_PEM: usize = 256 * 1024;

/// Why a certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// No certificate is in the file.
    #[error(
        "{}: no certificate (a PEM file is expected, the hub's own certificate first)",
        path.display()
    )]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        source: pem::Error,
    },
    /// No private key is in the file. What is there instead is not repeated.
    #[error("{}: no private key (a PEM file without a passphrase is expected)", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The certificate is malformed, or does not belong to this key.
    #[error("{}: cannot be used with its key", path.display())]
    Unusable {
        /// The certificate's file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate")]
    Making(#[from] rcgen::Error),
}

/// The certificate and key that the hub uses, and the files that they are read from.
#[derive(Debug)]
pub struct HubTls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<(Arc<ServerConfig>, HubPin)>,
}

impl HubTls {
    /// Reads a certificate, followed by its chain if it has one, and its key; both PEM.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            current: RwLock::new(load(certificate, key)?),
        })
    }

    /// Reads both files again, for connections from now on, and logs the result. If they cannot be
    /// used, those before stay in use.
    pub fn renew(&self, now: Timestamp) {
        match load(&self.certificate, &self.key) {
            Ok(new) => {
                let pin = json!({ "pin": new.1.to_string() });
                event(Level::Info, now, "certificate in use", pin);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
            }
            Err(why) => {
                let why = json!({ "why": chain(&why) });
                event(Level::Error, now, "certificate refused", why);
            }
        }
    }

    /// The pin of the key, for enrolments.
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

/// The pin of a certificate file: of the first certificate in it.
pub fn pin_of_file(path: &Path) -> Result<HubPin, TlsError> {
    pin(path, &certificates(path)?)
}

/// Makes a self-signed certificate for names or addresses and returns its pin. An existing key is
/// used again and keeps its pin; if there is none, one is made (ECDSA P-256) that only its owner
/// can read.
pub fn make_certificate(
    certificate: &Path,
    key: &Path,
    names: &[String],
) -> Result<HubPin, TlsError> {
    let pair = match files::read(key, MAX_PEM) {
        Ok(bytes) => KeyPair::try_from(&private_key(key, &bytes)?)?,
        Err(why) if why.is_not_found() => {
            let pair = KeyPair::generate()?;
            files::create_private(key, pair.serialize_pem().as_bytes())?;
            pair
        }
        Err(why) => return Err(why.into()),
    };
    let params = CertificateParams::new(names)?;
    let text = params.self_signed(&pair)?.pem();
    files::replace(certificate, Access::Shared, text.as_bytes())?;
    pin_of_file(certificate)
}

fn load(certificate: &Path, key: &Path) -> Result<(Arc<ServerConfig>, HubPin), TlsError> {
    let chain = certificates(certificate)?;
    let pin = pin(certificate, &chain)?;
    let secret = private_key(key, &files::read(key, MAX_PEM)?)?;
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
    let bytes = files::read(path, MAX_PEM)?;
    let chain = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let chain = chain.and_then(|chain| match chain.is_empty() {
        true => Err(pem::Error::NoItemsFound),
        false => Ok(chain),
    });
    chain.map_err(|source| TlsError::NoCertificate {
        path: path.to_owned(),
        source,
    })
}

fn private_key(path: &Path, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(bytes).map_err(|_| TlsError::NoKey {
        path: path.to_owned(),
    })
}

fn pin(path: &Path, chain: &[CertificateDer<'_>]) -> Result<HubPin, TlsError> {
    let own = chain.first().ok_or_else(|| TlsError::NoCertificate {
        path: path.to_owned(),
        source: pem::Error::NoItemsFound,
    })?;
    gatepost_tls::pin_of(own).map_err(unusable(path))
}

fn unusable(path: &Path) -> impl FnOnce(rustls::Error) -> TlsError {
    let path = path.to_owned();
    move |source| TlsError::Unusable { path, source }
}
