//! A device talks only to the hub whose key the enrolment pins, over real TLS connections.

use std::{net::TcpStream, sync::Arc};

use rcgen::{CertificateParams, KeyPair, PublicKeyData as _, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use sha2::{Digest as _, Sha256};

use super::{hub::Stream, *};

/// A server's certificate and the key that it proves with.
pub(super) struct Server {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Server {
    pub(super) fn new(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        change(&mut params);
        Self {
            certificate: params.self_signed(&key).unwrap().der().clone(),
            key,
        }
    }

    pub(super) fn pin(&self) -> HubPin {
        // What openssl's command in `HubPin`'s documentation hashes.
        HubPin(Sha256::digest(self.key.subject_public_key_info()).into())
    }

    pub(super) fn hub(&self) -> ModelHub {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
        let certified = CertifiedKey::new(
            vec![self.certificate.clone()],
            ring::sign::any_supported_type(&key).unwrap(),
        );
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Always(Arc::new(certified))));
        let config = Arc::new(config);
        ModelHub::serving("https", move |stream, work| serve(&config, stream, work))
    }
}

/// Shows its certificate whether or not the key fits it.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

fn serve(config: &Arc<ServerConfig>, mut stream: TcpStream, work: &mut dyn FnMut(&mut dyn Stream)) {
    let mut connection = ServerConnection::new(config.clone()).unwrap();
    // Only a client that has accepted the certificate sends a request.
    if connection.complete_io(&mut stream).is_err() || connection.is_handshaking() {
        return;
    }
    let mut stream = StreamOwned::new(connection, stream);
    work(&mut stream);
    stream.conn.send_close_notify();
    let _ = stream.conn.complete_io(&mut stream.sock);
}

#[test]
fn passages_go_to_the_hub_whose_key_is_pinned_whatever_its_certificate_says() {
    let ordinary = Server::new(|_| {});
    // A device whose clock is dead can't tell whether a certificate has ended.
    let ended = Server::new(|params| {
        params.not_before = date_time_ymd(1990, 1, 1);
        params.not_after = date_time_ymd(1990, 1, 2);
    });
    let other_name = Server::new(|params| params.subject_alt_names.clear());
    for server in [ordinary, ended, other_name] {
        let hub = server.hub();
        let mut device = Device::new(42, &hub.address, vec![server.pin()]);
        device.pass(3);
        device.all_arrive(&hub);
    }
}

#[test]
fn a_server_with_another_key_is_named_and_sent_nothing() {
    let (pinned, other) = (Server::new(|_| {}), Server::new(|_| {}));
    let hub = other.hub();
    let mut device = Device::new(42, &hub.address, vec![pinned.pin()]);
    device.pass(3);
    let refused = device.push().unwrap_err();
    assert!(
        matches!(&refused, SyncError::Hub(HubError::OtherKey(_))),
        "{refused:?}"
    );
    assert!(refused.to_string().contains(&other.pin().to_string()));
    assert_eq!((hub.requests(), device.waiting()), (0, 3));
}

#[test]
fn the_pinned_certificate_without_its_key_is_refused() {
    let mut stolen = Server::new(|_| {});
    let pin = stolen.pin();
    stolen.key = KeyPair::generate().unwrap();
    let hub = stolen.hub();
    let mut device = Device::new(42, &hub.address, vec![pin]);
    device.pass(3);
    let refused = device.push().unwrap_err();
    assert!(
        matches!(&refused, SyncError::Hub(HubError::Unreachable(_))),
        "{refused:?}"
    );
    assert_eq!((hub.requests(), device.waiting()), (0, 3));
}

#[test]
fn a_key_in_reserve_takes_over() {
    let (lost, reserve) = (Server::new(|_| {}), Server::new(|_| {}));
    let hub = reserve.hub();
    let mut device = Device::new(42, &hub.address, vec![lost.pin(), reserve.pin()]);
    device.pass(1);
    device.all_arrive(&hub);
}

#[test]
fn https_without_a_pin_is_refused_by_name() {
    let refused = HubClient::new(
        &"https://127.0.0.1:9".parse().unwrap(),
        &[],
        Patience::default(),
    );
    assert!(matches!(refused, Err(HubError::NoPin)));
}

#[test]
fn a_server_that_speaks_no_tls_gets_no_passage_in_clear() {
    let plain = ModelHub::new();
    let address = plain.address.replace("http:", "https:");
    let mut device = Device::new(42, &address, vec![HubPin([7; 32])]);
    device.pass(1);
    assert!(device.push().is_err());
    assert_eq!((plain.passages_of(device.id()), device.waiting()), (0, 1));
}
