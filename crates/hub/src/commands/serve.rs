//! `serve`: the hub itself, until SIGTERM or SIGINT.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use gatepost_hub::{
    BundleWatch, Caller, EnrolmentQueue, Fleet, Hub, HubTls, Limits, limits::Rate, operator_router,
    router, server,
};
use gatepost_pass::{Root, Signer, envelope::MAX_FILE};
use gatepost_system::clock;
use gatepost_system::files::{self, Access};
use gatepost_system::say;
use gatepost_system::service_manager::ServiceManager;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use super::{database::Database, error::CliError};

/// Most connections of one address to the operators' pages.
const OPERATOR_CONNECTIONS: usize = 64;

/// How often a service manager hears that the hub is alive.
const ALIVE: Duration = Duration::from_secs(5);

/// Threads for work that waits for disk or database. Each takes memory, and a disk does not become
/// quicker by being asked more at the same time.
const BLOCKING_THREADS: usize = 64;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The bundle: a directory with `manifest` and the files that it names by digest.
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The pinned root.
    #[arg(long, value_name = "FILE")]
    root: PathBuf,
    /// The key that signs receipts; the trust list must name it for that.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The address for devices; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Serve HTTPS with this certificate (PEM), for operators too unless their address is a
    /// loopback one. SIGHUP reads it again.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Delete passages so many days after they arrived; without it, never.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=36_500))]
    keep_days: Option<u64>,
    /// Rate of requests of one address.
    #[arg(long, value_name = "PER_SECOND:BURST", default_value = "200:4000")]
    rate_address: Rate,
    /// Rate of batches and status reports of one device.
    #[arg(long, value_name = "PER_SECOND:BURST", default_value = "10:300")]
    rate_device: Rate,
    /// Most connections of one address (IPv6: of one /64 network); with --forwarded-for, the proxy
    /// limits them.
    #[arg(long, value_name = "COUNT", default_value_t = 512)]
    address_connections: usize,
    /// Most uploads of one address at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().bodies_of_address)]
    address_uploads: usize,
    /// Most devices that the hub stores passages of.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().devices)]
    max_devices: u64,
    /// Take the client's address from the last entry of X-Forwarded-For, which the reverse proxy in
    /// front writes.
    #[arg(long)]
    forwarded_for: bool,
    /// The address for operators: health, metrics, and the fleet pages. Not for the open network.
    /// With --operators it needs TLS, unless it is a loopback address.
    #[arg(long, value_name = "ADDRESS")]
    operator_listen: Option<SocketAddr>,
    /// Who may log in to the fleet pages: lines of NAME:HASH.
    #[arg(long, value_name = "FILE", requires = "operator_listen")]
    operators: Option<PathBuf>,
    /// Folder in which the authority places enrolment codes, each in a .txt file.
    #[arg(long, value_name = "DIR", requires = "operators")]
    enrolments: Option<PathBuf>,
    /// Accept requests of devices that enrol by a one-time code: they wait in DIR/requests for the
    /// authority, and its answers are served from DIR/answers.
    #[arg(long, value_name = "DIR")]
    enrol: Option<PathBuf>,
    /// File to write the address to, such as `https://127.0.0.1:8470`, once it is open.
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Accept a key whose secret half is published (tests only).
    #[arg(long, hide = true)]
    allow_published_key: bool,
}

impl Args {
    pub(crate) fn run(&self) -> Result<(), CliError> {
        let root = self.read_root()?;
        let signer = self.read_key()?;
        let fleet = self.read_fleet()?;
        // Each of the two requires the other.
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(Arc::new(HubTls::read(certificate, key)?)),
            _ => None,
        };
        let store = self.database.open()?;
        let bundles = BundleWatch::new(self.bundle.clone(), root, &signer);
        let limits = Limits {
            address: self.rate_address,
            device: self.rate_device,
            devices: self.max_devices,
            bodies_of_address: self.address_uploads,
            ..Limits::default()
        };
        let enrolments = self.enrol.as_deref().map(EnrolmentQueue::open);
        let hub = Hub::new(bundles, store, signer, clock::now, limits);
        let hub = Arc::new(hub.with_enrolments(enrolments.transpose()?));
        // Reads the bundle now, so that its faults are in the log before the first device connects.
        let _ = hub.bundle();
        if let Some(days) = self.keep_days {
            let hub = hub.clone();
            std::thread::spawn(move || forget_every_hour(&hub, days));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS)
            .build()
            .map_err(CliError::Runtime)?;
        runtime.block_on(self.serve(hub, fleet, tls))
    }

    fn read_root(&self) -> Result<Root, CliError> {
        let bytes = files::read(&self.root, MAX_FILE)?;
        Root::pin(&bytes).map_err(|source| CliError::Root {
            path: self.root.clone(),
            source,
        })
    }

    fn read_key(&self) -> Result<Signer, CliError> {
        let path = || self.key.clone();
        let signer: Result<Signer, _> = files::read_text(&self.key, MAX_FILE)?.parse();
        let signer = signer.map_err(|source| CliError::Key {
            path: path(),
            source,
        })?;
        match signer.secret.public().published() {
            Some(_) if !self.allow_published_key => Err(CliError::PublishedKey { path: path() }),
            _ => Ok(signer),
        }
    }

    fn read_fleet(&self) -> Result<Option<Fleet>, CliError> {
        let Some(path) = &self.operators else {
            return Ok(None);
        };
        let operators = files::read_text(path, MAX_FILE)?.parse();
        let operators = operators.map_err(|source| CliError::Operators {
            path: path.clone(),
            source,
        })?;
        let is_loopback = self
            .operator_listen
            .is_some_and(|listen| listen.ip().is_loopback());
        if !is_loopback && self.tls_cert.is_none() {
            return Err(CliError::PasswordsInClear);
        }
        Ok(Some(Fleet {
            operators,
            enrolments: self.enrolments.clone(),
            is_secure: !is_loopback,
        }))
    }

    async fn serve(
        &self,
        hub: Arc<Hub>,
        fleet: Option<Fleet>,
        tls: Option<Arc<HubTls>>,
    ) -> Result<(), CliError> {
        let devices = Listening::open(self.listen, tls.clone())?;
        let operators = self.operator_listen.map(|address| {
            let secure = tls.clone().filter(|_| !address.ip().is_loopback());
            Listening::open(address, secure)
        });
        let operators = operators.transpose()?;
        let listen = |kind| signal(kind).map_err(CliError::Runtime);
        let mut terminate = listen(SignalKind::terminate())?;
        let mut interrupt = listen(SignalKind::interrupt())?;
        let renew = renew_certificate(listen(SignalKind::hangup())?, tls.clone());
        if let Some(path) = &self.port_file {
            let text = format!("{}\n", devices.url);
            files::replace(path, Access::Shared, text.as_bytes())?;
        }
        say!("listening on {}", devices.url);
        if let Some(tls) = &tls {
            say!("certificate's pin {}", tls.pin());
        }
        let (stopping, stopped) = tokio::sync::watch::channel(());
        let stop = || {
            let mut stopped = stopped.clone();
            async move { drop(stopped.changed().await) }
        };
        let mut servers = tokio::task::JoinSet::new();
        if let Some(Listening { listener, tls, url }) = operators {
            say!("operators on {url}");
            let router = operator_router(hub.clone(), fleet);
            servers.spawn(server::serve(
                listener,
                router,
                tls,
                OPERATOR_CONNECTIONS,
                stop(),
            ));
        }
        let (caller, of_address) = match self.forwarded_for {
            true => (Caller::ForwardedFor, usize::MAX),
            false => (Caller::Connection, self.address_connections),
        };
        let Listening { listener, tls, .. } = devices;
        let router = router(hub, caller);
        servers.spawn(server::serve(listener, router, tls, of_address, stop()));
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = renew => {}
            () = tell_service_manager() => {}
        }
        drop(stopping);
        while servers.join_next().await.is_some() {}
        Ok(())
    }
}

/// An open listening address.
struct Listening {
    listener: TcpListener,
    tls: Option<Arc<HubTls>>,
    url: String,
}

impl Listening {
    fn open(address: SocketAddr, tls: Option<Arc<HubTls>>) -> Result<Self, CliError> {
        let failed = move |source| CliError::Listen { address, source };
        let listener = server::listen(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        Ok(Self {
            listener,
            tls,
            url: format!("{scheme}://{address}"),
        })
    }
}

/// Deletes passages whose retention has ended, now and every hour.
fn forget_every_hour(hub: &Hub, days: u64) {
    loop {
        hub.forget(days);
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// Tells the service manager, where there is one, that the addresses are open, and again and again
/// that the threads that serve them take work. A database that is gone is no reason to be ended:
/// the hub waits for it. Never returns.
async fn tell_service_manager() {
    match ServiceManager::of_environment() {
        Ok(Some(manager)) => {
            let told = |told: std::io::Result<()>| {
                told.unwrap_or_else(|why| log::debug!("the service manager does not listen: {why}"))
            };
            told(manager.ready());
            let mut ticks = tokio::time::interval(ALIVE);
            loop {
                ticks.tick().await;
                told(manager.alive());
            }
        }
        Ok(None) => {}
        Err(why) => log::warn!("cannot reach the service manager, which may end the hub: {why}"),
    }
    std::future::pending().await
}

/// Reads the certificate, where there is one, again at each SIGHUP, which ends no hub: a service
/// manager sends it to whoever can be reloaded. Never returns.
async fn renew_certificate(mut hangup: Signal, tls: Option<Arc<HubTls>>) {
    while hangup.recv().await.is_some() {
        if let Some(tls) = &tls {
            tls.renew(clock::now());
        }
    }
    std::future::pending().await
}
