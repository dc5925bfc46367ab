//! TLS to a real PostgreSQL server, and to one that says it has none.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    sync::OnceLock,
    thread,
};

use gatepost_hub::{store::Location, tls::make_certificate};
use gatepost_system::chain;

use crate::{
    postgres::{TestServer, number, start, there},
    support::{Device, Site},
};

/// A server with a certificate for `localhost` that signs itself, reached over TCP.
struct TlsServer {
    server: TestServer,
    port: u16,
}

static SERVER: OnceLock<Option<TlsServer>> = OnceLock::new();

fn server() -> Option<&'static TlsServer> {
    let server = SERVER.get_or_init(|| {
        let directory =
            std::env::temp_dir().join(format!("gatepost-pg-tls-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let [certificate, key] = ["server.crt", "server.key"].map(|name| directory.join(name));
        make_certificate(&certificate, &key, &["localhost".to_owned()]).unwrap();
        // Free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ];
        let server = start(directory, port, &settings)?;
        Some(TlsServer { server, port })
    });
    there(server.as_ref())
}

impl TlsServer {
    /// A site whose hub connects to a new database like this.
    fn site(&self, host: &str, tls: &str) -> Site {
        let name = self.server.new_database();
        let url = format!("postgres://hub@{host}:{}/{name}?{tls}", self.port);
        Site::on(&url)
    }

    fn root(&self) -> PathBuf {
        self.server.directory.join("server.crt")
    }
}

fn verify_full(roots: &std::path::Path) -> String {
    let roots = roots.to_str().unwrap().replace('/', "%2F");
    format!("sslmode=verify-full&sslrootcert={roots}&application_name=hub")
}

#[test]
fn every_connection_is_encrypted_where_the_url_asks_for_it() {
    let Some(server) = server() else { return };
    for tls in ["sslmode=require".to_owned(), verify_full(&server.root())] {
        let site = server.site("localhost", &tls);
        let (hub, device) = (site.hub(), Device::new(1, 500));
        hub.acknowledged(&device.batch(0..500));
        let Location::Server(own) = &site.location else {
            unreachable!()
        };
        let mut client = own.connect().unwrap();
        let connections = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE datname = current_database() AND ssl";
        let plain = connections.replace("AND ssl", "AND NOT ssl");
        assert!(number(&mut client, connections) >= 3, "{tls}");
        assert_eq!(number(&mut client, &plain), 0, "{tls}");
        assert_eq!(site.summary(), "499 passages from 1 devices, 0 findings");
    }
    // It would have been possible without.
    let site = server.site("localhost", "sslmode=disable");
    site.hub().acknowledged(&Device::new(1, 2).batch(0..2));
}

#[test]
fn a_server_that_is_not_the_one_in_the_root_file_is_sent_nothing() {
    let Some(server) = server() else { return };
    let other = Site::new();
    let roots = other.path("other.pem");
    make_certificate(&roots, &other.path("other.key"), &["localhost".to_owned()]).unwrap();
    for (host, roots, word) in [
        ("localhost", roots, "certificate"),
        // The right certificate, under an address that it does not name.
        ("127.0.0.1", server.root(), "not valid for name"),
    ] {
        let site = server.site(host, &verify_full(&roots));
        let why = chain(&site.location.open().err().unwrap());
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn a_server_without_tls_is_told_nothing_when_encryption_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = thread::spawn(move || {
        let (mut stream, _): (TcpStream, _) = listener.accept().unwrap();
        let mut asked = [0; 8];
        stream.read_exact(&mut asked).unwrap();
        // "No TLS here": https://www.postgresql.org/docs/15/protocol-flow.html, SSL Session
        // Encryption.
        stream.write_all(b"N").unwrap();
        let mut more = Vec::new();
        stream.read_to_end(&mut more).unwrap();
        (asked, more)
    });
    let url = format!("postgres://hub:secret@127.0.0.1:{port}/hub?sslmode=require");
    let why = Location::server(&url).unwrap().open().err().unwrap();
    let why = chain(&why);
    assert!(why.contains("does not support TLS"), "{why}");
    let (asked, more) = heard.join().unwrap();
    assert_eq!(asked, [0, 0, 0, 8, 4, 210, 22, 47], "the request for TLS");
    assert_eq!(more, b"", "it went on in clear");
}

#[test]
fn a_mode_that_could_fall_back_or_checks_against_nothing_is_refused() {
    let site = Site::new();
    fs::write(site.path("empty"), "").unwrap();
    let empty = site.path("empty").to_str().unwrap().to_owned();
    for (parameters, word) in [
        (
            "sslmode=prefer".to_owned(),
            "sslmode must be disable, require, or verify-full",
        ),
        (
            "sslmode=allow".to_owned(),
            "sslmode must be disable, require, or verify-full",
        ),
        (
            "sslmode=verify-ca".to_owned(),
            "sslmode must be disable, require, or verify-full",
        ),
        (
            "sslmode=".to_owned(),
            "sslmode must be disable, require, or verify-full",
        ),
        ("sslmode=verify-full".to_owned(), "must be given together"),
        (
            format!("sslmode=require&sslrootcert={empty}"),
            "must be given together",
        ),
        (format!("sslrootcert={empty}"), "must be given together"),
        (
            format!("sslmode=verify-full&sslrootcert={empty}"),
            "empty: no certificate in PEM",
        ),
        (
            "sslmode=verify-full&sslrootcert=/absent".to_owned(),
            "/absent: No such file",
        ),
    ] {
        let url = format!("postgres://hub:secret@localhost/hub?{parameters}");
        let said = chain(&Location::server(&url).unwrap_err());
        assert!(
            said.contains(word) && !said.contains("secret"),
            "{parameters}: {said}"
        );
    }
}
