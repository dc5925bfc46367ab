//! TLS clients that go by the server's key (RFC 7469's pin: SHA-256 of the certificate's
//! SubjectPublicKeyInfo, DER).
//!
//! Devices pin their hub's key, which takes the place of authorities, names and dates: a device
//! whose clock is dead still reaches its hub, and no authority can certify another one. The hub's
//! connection to its database may accept any key, as libpq does with `sslmode=require`. In both
//! cases the server must prove that it holds the key.

use std::sync::Arc;

use gatepost_pass::HubPin;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use sha2::{Digest as _, Sha256};

/// The server's key is none of those that are pinned.
#[derive(Debug, thiserror::Error)]
#[error("its key is {found}")]
pub struct OtherKey {
    /// The pin of the key that the server has.
    pub found: HubPin,
}

impl OtherKey {
    /// Finds it in the error of a handshake.
    pub fn of(why: &Error) -> Option<&Self> {
        match why {
            Error::InvalidCertificate(CertificateError::Other(other)) => other.0.downcast_ref(),
            _ => None,
        }
    }
}

/// The pin of a certificate's key.
///
/// # Errors
/// The bytes are not a certificate.
pub fn pin_of(certificate: &CertificateDer<'_>) -> Result<HubPin, Error> {
    let certificate = ParsedCertificate::try_from(certificate)?;
    let key = certificate.subject_public_key_info();
    Ok(HubPin(Sha256::digest(key).into()))
}

/// A client that accepts a server with one of these keys, and no other.
///
/// # Errors
/// TLS cannot be set up at all.
pub fn pinned(pins: Vec<HubPin>) -> Result<ClientConfig, Error> {
    client(Some(pins))
}

/// A client that accepts every server: whoever sits in between can read along.
///
/// # Errors
/// TLS cannot be set up at all.
pub fn to_anybody() -> Result<ClientConfig, Error> {
    client(None)
}

fn client(pins: Option<Vec<HubPin>>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(KeyVerifier {
        pins,
        provider: provider.clone(),
    });
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Looks at a certificate's key and at nothing else in it.
#[derive(Debug)]
struct KeyVerifier {
    /// Without pins, every key is accepted.
    pins: Option<Vec<HubPin>>,
    provider: Arc<CryptoProvider>,
}

/// A method that checks a handshake's signature with the function of the same name.
macro_rules! signature_check {
    ($verify:ident) => {
        fn $verify(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            $verify(message, certificate, signed, algorithms)
        }
    };
}

impl ServerCertVerifier for KeyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(pins) = &self.pins else {
            return Ok(ServerCertVerified::assertion());
        };
        let found = pin_of(end_entity)?;
        if pins.contains(&found) {
            return Ok(ServerCertVerified::assertion());
        }
        let other = OtherError(Arc::new(OtherKey { found }));
        Err(CertificateError::Other(other).into())
    }

    // These two are the proof that the server holds the key.
    signature_check!(verify_tls12_signature);
    signature_check!(verify_tls13_signature);

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn certificate() -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed(Vec::new()).unwrap();
        made.cert.der().clone()
    }

    fn verify(pins: Option<Vec<HubPin>>, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let verifier = KeyVerifier {
            pins,
            provider: Arc::new(ring::default_provider()),
        };
        let name = ServerName::try_from("hub.example").unwrap();
        let now = UnixTime::since_unix_epoch(std::time::Duration::ZERO);
        let verified = verifier.verify_server_cert(certificate, &[], &name, &[], now);
        verified.map(|_| ())
    }

    #[test]
    fn one_of_the_pinned_keys_is_accepted_and_another_is_named() {
        let (hub, stranger) = (certificate(), certificate());
        let pins = vec![HubPin([0; 32]), pin_of(&hub).unwrap()];
        verify(Some(pins.clone()), &hub).unwrap();
        let why = verify(Some(pins), &stranger).unwrap_err();
        assert_eq!(
            OtherKey::of(&why).unwrap().found,
            pin_of(&stranger).unwrap()
        );
        assert!(verify(Some(Vec::new()), &hub).is_err());
    }

    #[test]
    fn without_pins_every_certificate_is_accepted() {
        verify(None, &certificate()).unwrap();
    }
}
