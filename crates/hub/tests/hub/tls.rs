//! The hub over TLS: who reaches it, who is turned away and how, and what happens to a certificate
//! in its life.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::Command,
    sync::Arc,
};

use gatepost_hub::{
    HubTls,
    tls::{make_certificate, pin_of_file},
};
use gatepost_pass::{HubPin, fixture::NOW};
use gatepost_protocol::routes;
use gatepost_system::chain;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

use crate::support::{Answer, Device, Running, Site, answer, request};

/// A site with a certificate for 127.0.0.1.
fn site() -> Site {
    let site = Site::new();
    certify(&site, "tls");
    site
}

/// Makes `NAME.pem`, and `NAME.key` where there is none.
fn certify(site: &Site, name: &str) -> HubPin {
    let [certificate, key] = files(site, name);
    make_certificate(&certificate, &key, &["127.0.0.1".to_owned()]).unwrap()
}

fn files(site: &Site, name: &str) -> [std::path::PathBuf; 2] {
    ["pem", "key"].map(|end| site.path(&format!("{name}.{end}")))
}

fn tls(site: &Site) -> Arc<HubTls> {
    let [certificate, key] = files(site, "tls");
    Arc::new(HubTls::read(&certificate, &key).unwrap())
}

type Secure = StreamOwned<ClientConnection, TcpStream>;

/// A connection to a server that holds the key of this certificate.
fn connect(address: SocketAddr, certificate: &std::path::Path) -> std::io::Result<Secure> {
    let certificate = fs::read(certificate).unwrap();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(&certificate).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

fn head(batch: &[u8]) -> Vec<u8> {
    let length = batch.len();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n",
        routes::BATCHES
    );
    head.into_bytes()
}

fn post(site: &Site, hub: &Running, batch: &[u8]) -> Answer {
    let mut stream = connect(hub.address, &site.path("tls.pem")).unwrap();
    stream.write_all(&[&head(batch), batch].concat()).unwrap();
    answer(&mut stream).unwrap()
}

#[test]
fn a_batch_comes_over_tls_and_its_errors_read_as_ever() {
    let site = site();
    let hub = site.hub_over(Some(tls(&site)));
    let device = Device::new(1, 500);
    let receipt = post(&site, &hub, &device.batch(0..500)).receipt();
    assert_eq!((receipt.next_seq, receipt.head), (500, device.head()));
    let refused = post(&site, &hub, b"rubbish").refusal();
    assert_eq!(refused, (400, "malformed".to_owned()));
    let far_too_large = post(&site, &hub, &vec![0; 1 << 20]).refusal();
    assert_eq!(far_too_large, (413, "too_large".to_owned()));
}

#[test]
fn whoever_speaks_plain_http_is_told_so_and_nothing_is_kept() {
    let site = site();
    let hub = site.hub_over(Some(tls(&site)));
    let batch = Device::new(1, 2).batch(0..2);
    for (method, path, body) in [
        ("POST", routes::BATCHES, batch.as_slice()),
        ("GET", routes::MANIFEST, b""),
        ("GET", "/", b""),
    ] {
        let answer = request(hub.address, method, path, "", body).unwrap();
        assert_eq!(answer.refusal(), (403, "https_only".to_owned()));
        assert!(answer.text().contains("https://"));
    }
    assert_eq!(site.summary(), "0 passages from 0 devices, 0 findings");
}

#[test]
fn whoever_speaks_neither_is_cut_off_and_stops_no_other() {
    let site = site();
    let hub = site.hub_over(Some(tls(&site)));
    for rubbish in [
        &[22, 3, 1, 0, 4, 0xff, 0xff, 0xff, 0xff][..],
        &[0; 2000],
        b"\x16",
    ] {
        let mut stream = TcpStream::connect(hub.address).unwrap();
        stream.write_all(rubbish).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = Vec::new();
        // An alert, an empty 400, or nothing: but an end.
        let _ = stream.read_to_end(&mut said);
        assert!(!said.starts_with(b"HTTP/1.1 2"), "{said:?}");
    }
    post(&site, &hub, &Device::new(1, 2).batch(0..2)).receipt();
}

#[test]
fn a_batch_under_way_over_tls_is_finished_before_the_end() {
    let site = site();
    let device = Device::new(1, 60);
    let batch = device.batch(0..60);
    let mut hub = site.hub_over(Some(tls(&site)));
    let idle = TcpStream::connect(hub.address).unwrap();
    let mut stream = connect(hub.address, &site.path("tls.pem")).unwrap();
    let (first, rest) = batch.split_at(batch.len() / 2);
    stream.write_all(&[&head(&batch), first].concat()).unwrap();
    // Time for the hub to read the head: what it has begun to take is finished, anything else comes
    // again.
    std::thread::sleep(std::time::Duration::from_millis(200));
    hub.stop();
    stream.write_all(rest).unwrap();
    assert_eq!(answer(&mut stream).unwrap().receipt().next_seq, 60);
    drop((hub, idle));
    assert_eq!(site.summary(), "59 passages from 1 devices, 0 findings");
}

#[test]
fn a_renewed_certificate_keeps_the_pin_and_a_bad_one_changes_nothing() {
    let site = site();
    let [certificate, key] = files(&site, "tls");
    let tls = tls(&site);
    let hub = site.hub_over(Some(tls.clone()));
    let (first, pin) = (fs::read(&certificate).unwrap(), tls.pin());
    assert_eq!(pin_of_file(&certificate).unwrap(), pin);
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(certify(&site, "tls"), pin, "the key was made anew");
    assert_ne!(fs::read(&certificate).unwrap(), first);
    tls.renew(NOW);
    // Who knows only the new one gets through.
    post(&site, &hub, &Device::new(1, 2).batch(0..2)).receipt();
    let reserve = certify(&site, "reserve");
    for bad in [
        &b"no certificate"[..],
        &fs::read(site.path("reserve.pem")).unwrap(),
    ] {
        let good = fs::read(&certificate).unwrap();
        fs::write(&certificate, bad).unwrap();
        tls.renew(NOW);
        assert_eq!(tls.pin(), pin);
        fs::write(&certificate, good).unwrap();
        post(&site, &hub, &Device::new(2, 2).batch(0..2)).receipt();
    }
    for end in ["pem", "key"] {
        fs::copy(
            site.path(&format!("reserve.{end}")),
            site.path(&format!("tls.{end}")),
        )
        .unwrap();
    }
    tls.renew(NOW);
    assert_eq!(tls.pin(), reserve);
    post(&site, &hub, &Device::new(3, 2).batch(0..2)).receipt();
}

#[test]
fn another_certificate_is_not_taken_for_the_hubs() {
    let site = site();
    certify(&site, "other");
    let hub = site.hub_over(Some(tls(&site)));
    assert!(connect(hub.address, &site.path("other.pem")).is_err());
}

#[test]
fn files_that_do_not_fit_are_named_before_anything_opens() {
    let site = site();
    certify(&site, "other");
    fs::write(site.path("rubbish"), "rubbish").unwrap();
    for (certificate, key, word) in [
        (
            "tls.pem",
            "other.key",
            "tls.pem: cannot be used with its key",
        ),
        ("tls.pem", "rubbish", "rubbish: no private key"),
        ("tls.pem", "absent", "absent: "),
        ("rubbish", "tls.key", "rubbish: no certificate"),
        ("tls.key", "tls.key", "tls.key: no certificate"),
        ("absent", "tls.key", "absent: "),
    ] {
        let read = HubTls::read(&site.path(certificate), &site.path(key));
        let said = chain(&read.unwrap_err());
        assert!(said.contains(word), "{certificate} {key}: {said}");
    }
}

#[test]
fn the_commands_make_a_certificate_and_say_its_pin() {
    let site = Site::new();
    let run = |arguments: &[&str]| {
        let mut hub = Command::new(env!("CARGO_BIN_EXE_gatepost-hub"));
        let output = hub
            .args(arguments)
            .current_dir(site.path(""))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let new = [
        "tls-new",
        "--tls-cert",
        "a.pem",
        "--tls-key",
        "a.key",
        "hub.example",
        "192.0.2.1",
    ];
    let pin = run(&new);
    assert_eq!(
        pin.trim().parse::<HubPin>().unwrap().to_string(),
        pin.trim()
    );
    assert_eq!(run(&["tls-pin", "a.pem"]), pin);
    assert_eq!(run(&new), pin);
}
