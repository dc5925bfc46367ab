//! TLS to the database server, as libpq's `sslmode` asks for it.

use std::{
    future::Future,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use gatepost_system::files::{self, FileError};
use postgres::{
    Socket,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer, InvalidDnsNameError, ServerName,
        pem::{self, PemObject as _},
    },
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;

/// How long a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Largest file of root certificates, in bytes: that of a whole operating system fits.
const MAX_ROOTS: usize = 4 << 20;

/// Encrypts connections to the server.
#[derive(Clone, Debug)]
pub struct Encryption(Arc<ClientConfig>);

/// Why the certificates in a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFileError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// No certificate is in it.
    #[error("{}: no certificate in PEM is in it", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        source: pem::Error,
    },
    /// A certificate is malformed, or TLS cannot be set up at all.
    #[error("{}: its certificates cannot be used", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

impl Encryption {
    /// `sslmode=require`: encrypted, to whoever answers. Whoever sits in between can read along.
    pub(in crate::store) fn to_anybody() -> Result<Self, rustls::Error> {
        Ok(Self::with(gatepost_tls::to_anybody()?))
    }

    /// `sslmode=verify-full`: to a server whose certificate names the host and is signed by one in
    /// the file.
    pub(in crate::store) fn verified(roots: &Path) -> Result<Self, CertificateFileError> {
        let path = || roots.to_owned();
        let pem = |source| CertificateFileError::Pem {
            path: path(),
            source,
        };
        let tls = |source| CertificateFileError::Tls {
            path: path(),
            source,
        };
        let bytes = files::read(roots, MAX_ROOTS)?;
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&bytes) {
            store.add(certificate.map_err(pem)?).map_err(tls)?;
        }
        if store.is_empty() {
            return Err(pem(pem::Error::NoItemsFound));
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(tls)?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Self::with(config))
    }

    fn with(mut config: ClientConfig) -> Self {
        // PostgreSQL 17 and newer require it when TLS comes first; older servers ignore it.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Self(Arc::new(config))
    }
}

impl MakeTlsConnect<Socket> for Encryption {
    type Stream = Encrypted;
    type TlsConnect = Handshake;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<Handshake, InvalidDnsNameError> {
        Ok(Handshake {
            connector: TlsConnector::from(self.0.clone()),
            host: ServerName::try_from(host)?.to_owned(),
        })
    }
}

/// A handshake that has not begun.
pub struct Handshake {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Encrypted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        let handshake = self.connector.connect(self.host, stream);
        Box::pin(async {
            let stream = tokio::time::timeout(HANDSHAKE_TIME, handshake).await;
            Ok(Encrypted(stream??))
        })
    }
}

/// An encrypted connection.
pub struct Encrypted(tokio_rustls::client::TlsStream<Socket>);

impl TlsStream for Encrypted {
    /// None: the certificate is what shows that the server is the right one.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
