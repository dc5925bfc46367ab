//! A site with a bundle, a hub in this process, a client of few words.

use std::{
    fs,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread::JoinHandle,
};

use gatepost_hub::{
    BundleWatch, Caller, EnrolmentQueue, Fleet, Hub, HubStore, HubTls, Limits,
    listing::{self, ListFormat},
    operator_router, router, server,
    store::Location,
};
use gatepost_pass::{
    ManifestId, Timestamp, TrustList,
    fixture::{self, NOW, Region},
};
use gatepost_protocol::{
    Receipt,
    padding::{self, pad},
    routes,
};
use tempfile::TempDir;

pub(crate) use crate::device::{Device, certificate, sealed};

/// A directory with a bundle, the pinned root, the hub's key and the database.
pub(crate) struct Site {
    directory: TempDir,
    /// Where the database is.
    pub(crate) location: Location,
    /// The same on the command line.
    pub(crate) data: [String; 2],
}

impl Site {
    /// With a bundle of version 1.
    pub(crate) fn new() -> Self {
        let site = Self::without_bundle();
        site.publish(1);
        site
    }

    /// With its database on a real PostgreSQL server; nothing where the machine has none.
    pub(crate) fn on_postgres() -> Option<Self> {
        Some(Self::on(&crate::postgres::database()?))
    }

    /// With its database at a URL.
    pub(crate) fn on(url: &str) -> Self {
        Self {
            location: Location::server(url).unwrap(),
            data: ["--store".into(), url.into()],
            ..Self::new()
        }
    }

    pub(crate) fn without_bundle() -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("hub.sqlite");
        let site = Self {
            directory,
            data: ["--data".into(), file.to_str().unwrap().into()],
            location: Location::File(file),
        };
        fs::create_dir(site.path("bundle")).unwrap();
        fs::write(site.path("root"), fixture::root_bytes()).unwrap();
        fs::write(site.path("hub.key"), fixture::hub().to_file()).unwrap();
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Puts a bundle of that version in place and gives its manifest.
    pub(crate) fn publish(&self, version: u64) -> Vec<u8> {
        let region = Region {
            version,
            trust: fixture::lasting_trust_claims(),
            ..Region::default()
        };
        let manifest = region.manifest();
        for (digest, bytes) in region.files.0.borrow().iter() {
            fs::write(self.path("bundle").join(digest.to_string()), bytes).unwrap();
        }
        self.announce(&manifest);
        manifest
    }

    /// The manifest in place.
    pub(crate) fn serves(&self) -> ManifestId {
        fixture::id_of_manifest(&fs::read(self.path("bundle/manifest")).unwrap())
    }

    /// Replaces the manifest only.
    pub(crate) fn announce(&self, manifest: &[u8]) {
        fs::write(self.path("part"), manifest).unwrap();
        fs::rename(self.path("part"), self.path("bundle/manifest")).unwrap();
    }

    /// A hub whose clock stands still.
    pub(crate) fn hub(&self) -> Running {
        self.hub_on(self.location.open().unwrap())
    }

    pub(crate) fn hub_on(&self, store: Box<dyn HubStore>) -> Running {
        self.hub_with(store, Limits::default(), None)
    }

    pub(crate) fn hub_with(
        &self,
        store: Box<dyn HubStore>,
        limits: Limits,
        fleet: Option<Fleet>,
    ) -> Running {
        Running::start(self.hub_of(store, limits), fleet, None)
    }

    /// A hub with another clock, and limits.
    pub(crate) fn hub_at(&self, clock: fn() -> Timestamp, limits: Limits) -> Running {
        let bundle = BundleWatch::new(self.path("bundle"), fixture::root(), &fixture::hub());
        let store = self.location.open().unwrap();
        let hub = Hub::new(bundle, store, fixture::hub(), clock, limits);
        Running::start(hub, None, None)
    }

    /// A hub that devices speak TLS with, or not.
    pub(crate) fn hub_over(&self, tls: Option<Arc<HubTls>>) -> Running {
        let store = self.location.open().unwrap();
        Running::start(self.hub_of(store, Limits::default()), None, tls)
    }

    /// A hub at which devices ask to be enrolled.
    pub(crate) fn hub_that_enrols(&self) -> Running {
        let enrolments = EnrolmentQueue::open(&self.path("enrol")).unwrap();
        let hub = self.hub_of(self.location.open().unwrap(), Limits::default());
        Running::start(hub.with_enrolments(Some(enrolments)), None, None)
    }

    fn hub_of(&self, store: Box<dyn HubStore>, limits: Limits) -> Hub {
        let bundle = BundleWatch::new(self.path("bundle"), fixture::root(), &fixture::hub());
        Hub::new(bundle, store, fixture::hub(), || NOW, limits)
    }

    pub(crate) fn list(&self, format: ListFormat) -> Vec<String> {
        let store = self.location.open_to_read().unwrap();
        let mut text = Vec::new();
        listing::list(&*store, format, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The listing's last line.
    pub(crate) fn summary(&self) -> String {
        self.list(ListFormat::Text).pop().unwrap()
    }

    /// The sequence numbers of the stored records, in the order of the listing.
    pub(crate) fn held(&self) -> Vec<u64> {
        let lines = self.list(ListFormat::Json).into_iter();
        let lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).unwrap());
        let records = lines.filter(|line| line.get("hour").is_some());
        records.map(|line| line["seq"].as_u64().unwrap()).collect()
    }
}

pub(crate) fn trust() -> TrustList {
    let bytes = fixture::trust_bytes(&fixture::lasting_trust_claims());
    TrustList::verify(&fixture::root(), &bytes).unwrap()
}

/// A hub that serves from a thread of this process until it is dropped, devices at one address,
/// operators at another.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) operators: SocketAddr,
    stop: Option<tokio::sync::watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(hub: Hub, fleet: Option<Fleet>, tls: Option<Arc<HubTls>>) -> Self {
        let bind = || {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            (listener.local_addr().unwrap(), listener)
        };
        let ((address, listener), (operators, operator_listener)) = (bind(), bind());
        let (stop, stopped) = tokio::sync::watch::channel(());
        let thread = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().unwrap().block_on(async {
                let hub = Arc::new(hub);
                let serve = |listener, router, tls| {
                    let mut stopped = stopped.clone();
                    let stop = async move { drop(stopped.changed().await) };
                    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                    server::serve(listener, router, tls, usize::MAX, stop)
                };
                let devices = serve(listener, router(hub.clone(), Caller::ForwardedFor), tls);
                let operators = serve(operator_listener, operator_router(hub, fleet), None);
                tokio::join!(devices, operators);
            });
        });
        Self {
            address,
            operators,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Begins to stop; requests in progress finish.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) fn get(&self, path: &str, headers: &str) -> Answer {
        request(self.address, "GET", path, headers, b"").unwrap()
    }

    pub(crate) fn send(&self, method: &str, path: &str) -> Answer {
        request(self.address, method, path, "", b"").unwrap()
    }

    pub(crate) fn post(&self, batch: &[u8]) -> Answer {
        request(self.address, "POST", routes::BATCHES, "", batch).unwrap()
    }

    pub(crate) fn post_with(&self, headers: &str, batch: &[u8]) -> Answer {
        request(self.address, "POST", routes::BATCHES, headers, batch).unwrap()
    }

    pub(crate) fn post_status(&self, status: &[u8]) -> Answer {
        let status = pad(status, &padding::STATUS).unwrap();
        request(self.address, "POST", routes::STATUS, "", &status).unwrap()
    }

    /// Posts a padded batch, or filler.
    pub(crate) fn upload(&self, batch: &[u8]) -> Answer {
        let upload = pad(batch, &padding::UPLOAD).unwrap();
        request(self.address, "POST", routes::UPLOADS, "", &upload).unwrap()
    }

    /// Posts a batch as if it came from an address.
    pub(crate) fn post_from(&self, address: &str, batch: &[u8]) -> Answer {
        self.post_with(&format!("x-forwarded-for: {address}\r\n"), batch)
    }

    /// Asks at the operators' address.
    pub(crate) fn operator(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        request(self.operators, method, path, headers, body.as_bytes()).unwrap()
    }

    /// Announces a body of some length and sends none of it.
    pub(crate) fn announce_body(&self, path: &str, length: u64) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: hub\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        answer(&mut stream).unwrap()
    }

    /// Posts a batch that must be acknowledged.
    pub(crate) fn acknowledged(&self, batch: &[u8]) -> Receipt {
        self.post(batch).receipt()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

/// An answer, its headers in lower case.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            (key == name).then_some(value)
        })
    }

    /// The head, but for the time of day.
    pub(crate) fn head_without_date(&self) -> Vec<&str> {
        self.head
            .lines()
            .filter(|line| !line.starts_with("date: "))
            .collect()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn receipt(&self) -> Receipt {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        Receipt::verify(&self.body, &trust(), NOW).unwrap()
    }

    /// The status and the code of an error.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert!(body["message"].as_str().unwrap().len() > 10);
        assert_eq!(self.header("content-type"), Some("application/json"));
        (self.status, body["error"].as_str().unwrap().to_owned())
    }
}

/// A connection from another loopback address, such as 127.0.0.2.
pub(crate) fn connect_from(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(to).await.unwrap()
    });
    let stream = stream.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    stream
}

/// One request on a connection of its own. The path goes out as it is.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> std::io::Result<Answer> {
    request_on(TcpStream::connect(address)?, method, path, headers, body)
}

/// The same on a connection.
pub(crate) fn request_on(
    mut stream: TcpStream,
    method: &str,
    path: &str,
    headers: &str,
    body: &[u8],
) -> std::io::Result<Answer> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    answer(&mut stream)
}

pub(crate) fn answer(stream: &mut impl std::io::Read) -> std::io::Result<Answer> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Answer {
        status: status.ok_or(std::io::ErrorKind::InvalidData)?,
        body: bytes[end + 4..].to_vec(),
        head,
    })
}

pub(crate) fn file_names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
