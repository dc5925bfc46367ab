//! `gatepost-hub`: the command line.
//!
//! `serve` takes batches and gives the bundle; `passages` lists or exports what arrived, `revocations` lists what
//! operators asked the authority for; `password` makes an operator's hash; `tls-new` makes the hub's certificate and
//! `tls-pin` says what enrolments pin of it.

#![forbid(unsafe_code)]

mod commands;

use std::{
    fs,
    io::{self, BufWriter, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Parser, Subcommand};
use gatepost_hub::{
    BundleDirectory, Caller, Enrolments, Fleet, Hub, HubTls, Limits, Store, StoreError, clock,
    export::ExportError,
    fleet::{Operators, OperatorsError},
    limits::Rate,
    operator_router,
    passages::{self, Form, ListError},
    router, server,
    store::Location,
    tls::TlsError,
};
use gatepost_pass::{KeyError, Root, Signer, TrustError};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Takes sealed passages from checkpoints and gives them the authority's signed bundle.
#[derive(Parser)]
#[command(name = "gatepost-hub", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve devices, until SIGTERM or SIGINT: over HTTPS with --tls-cert, otherwise over HTTP, for a server in front
    /// that speaks TLS.
    Serve(Box<Serve>),
    /// List what arrived, as far as it is in clear; or export the sealed batches as their devices signed them, for
    /// `gatepost-authority trace`.
    Passages {
        #[command(flatten)]
        data: Data,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        export: commands::export::Export,
    },
    /// List the devices that operators asked the authority to revoke, one JSON object a line.
    Revocations {
        #[command(flatten)]
        data: Data,
    },
    /// Read a password from standard input and print its hash, for a line NAME:HASH of the operators' file.
    Password,
    /// Make a certificate that signs itself, for --tls-cert, and print its pin. A key that is there is used again: the
    /// pin stays, and devices notice nothing.
    TlsNew(commands::tls::New),
    /// Print the pin of a certificate, for `gatepost-authority enrol --hub-pin`.
    TlsPin {
        /// The certificate (PEM); of several, the first.
        certificate: PathBuf,
    },
}

/// The database.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Data {
    /// The database of received passages, an SQLite file; `serve` makes it where there is none.
    #[arg(long = "data", value_name = "FILE")]
    file: Option<PathBuf>,
    /// The database on a PostgreSQL server: postgres://USER@HOST/NAME, or a file that holds such a URL, so that
    /// no password stands here.
    #[arg(long = "store", value_name = "URL", value_parser = Location::server)]
    server: Option<Location>,
}

impl Data {
    fn location(&self) -> Location {
        match (&self.server, &self.file) {
            (Some(server), _) => server.clone(),
            // One of the two is there: clap sees to it.
            (None, file) => Location::File(file.clone().unwrap_or_default()),
        }
    }
}

#[derive(clap::Args)]
struct Serve {
    /// The bundle: a directory with `manifest`, and the files that it names by digest.
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    #[command(flatten)]
    data: Data,
    /// The pinned root.
    #[arg(long, value_name = "FILE")]
    root: PathBuf,
    /// The key that signs receipts, named in the trust list for that.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Speak TLS with this certificate (PEM), to operators too unless their address is a loopback one. SIGHUP reads it
    /// again.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Forget passages so many days after they came; without it, none.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=36_500))]
    keep_days: Option<u64>,
    /// Requests of one address.
    #[arg(long, value_name = "PER_SECOND:BURST", default_value = "200:4000")]
    rate_address: Rate,
    /// Batches and statuses of one device.
    #[arg(long, value_name = "PER_SECOND:BURST", default_value = "10:300")]
    rate_device: Rate,
    /// Most devices.
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().devices)]
    max_devices: u64,
    /// Take the caller's address from the last entry of X-Forwarded-For, which the server in front writes.
    #[arg(long)]
    forwarded_for: bool,
    /// Where to listen for operators: health, metrics, and the fleet page. Not for the open network.
    #[arg(long, value_name = "ADDRESS")]
    operator_listen: Option<SocketAddr>,
    /// Who may see the fleet page: lines of NAME:HASH.
    #[arg(long, value_name = "FILE", requires = "operator_listen")]
    operators: Option<PathBuf>,
    /// Folder in which the authority places enrolment codes, one a .txt file.
    #[arg(long, value_name = "DIR", requires = "operators")]
    enrolments: Option<PathBuf>,
    /// Take requests of devices that enrol by a one-time code: they wait in DIR/requests for the authority, and
    /// its answers are served from DIR/answers.
    #[arg(long, value_name = "DIR")]
    enrol: Option<PathBuf>,
    /// File to write the address to, such as `https://127.0.0.1:8470`, once it is open.
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
    /// Take a key whose secret half is published (tests only).
    #[arg(long, hide = true)]
    allow_published_key: bool,
}

/// Why the program ended.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: io::Error },
    #[error("{}: {why}", path.display())]
    Root { path: PathBuf, why: TrustError },
    #[error("{}: {why}", path.display())]
    Key { path: PathBuf, why: KeyError },
    #[error("{}: a published test key: everybody could sign receipts with it", path.display())]
    PublishedKey { path: PathBuf },
    #[error("{path}: {why}")]
    Store { path: String, why: StoreError },
    #[error("{}: {why}", path.display())]
    Operators { path: PathBuf, why: OperatorsError },
    #[error(transparent)]
    Password(#[from] OperatorsError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("can't listen on {address}: {why}")]
    Listen { address: SocketAddr, why: io::Error },
    #[error(transparent)]
    List(#[from] ListError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("{0}")]
    System(#[from] io::Error),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(arguments) => serve(&arguments),
        Command::Passages { data, json, export } => match &export.to {
            Some(to) => export.run(&data, to),
            None => list(&data, json),
        },
        Command::Revocations { data } => revocations(&data),
        Command::Password => password(),
        Command::TlsNew(new) => new.run(),
        Command::TlsPin { certificate } => commands::tls::pin(&certificate),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the listing had enough of it.
        Err(Failure::List(ListError::Write(why))) if why.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(why) => {
            let _ = writeln!(io::stderr(), "gatepost-hub: {why}");
            ExitCode::FAILURE
        }
    }
}

fn open(
    data: &Data,
    open: fn(&Location) -> Result<Box<dyn Store>, StoreError>,
) -> Result<Box<dyn Store>, Failure> {
    let location = data.location();
    open(&location).map_err(|why| Failure::Store {
        path: location.name(),
        why,
    })
}

fn list(data: &Data, json: bool) -> Result<(), Failure> {
    let store = open(data, Location::open_to_read)?;
    let form = if json { Form::Json } else { Form::Text };
    let mut to = BufWriter::new(io::stdout().lock());
    Ok(passages::list(&*store, form, &mut to)?)
}

fn revocations(data: &Data) -> Result<(), Failure> {
    let store = open(data, Location::open_to_read)?;
    let mut to = BufWriter::new(io::stdout().lock());
    passages::list_revocations(&*store, &mut to)?;
    Ok(())
}

fn password() -> Result<(), Failure> {
    use io::Read as _;
    let mut password = Vec::new();
    io::stdin().lock().take(4096).read_to_end(&mut password)?;
    let hash = Operators::hash(password.trim_ascii_end())?;
    Ok(writeln!(io::stdout(), "{hash}")?)
}

fn serve(arguments: &Serve) -> Result<(), Failure> {
    let root = read(&arguments.root)?;
    let root = Root::pin(&root).map_err(|why| Failure::Root {
        path: arguments.root.clone(),
        why,
    })?;
    let signer = read_key(&arguments.key)?;
    if signer.secret.public().published().is_some() && !arguments.allow_published_key {
        return Err(Failure::PublishedKey {
            path: arguments.key.clone(),
        });
    }
    let fleet = fleet(arguments)?;
    // One of the two asks for the other.
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(Arc::new(HubTls::read(certificate, key)?)),
        _ => None,
    };
    let store = open(&arguments.data, Location::open)?;
    let bundle = BundleDirectory::new(arguments.bundle.clone(), root, &signer);
    let limits = Limits {
        address: arguments.rate_address,
        device: arguments.rate_device,
        devices: arguments.max_devices,
        ..Limits::default()
    };
    let enrolments = arguments
        .enrol
        .as_deref()
        .map(Enrolments::open)
        .transpose()?;
    let hub = Hub::new(bundle, store, signer, clock::now, limits);
    let hub = Arc::new(hub.with_enrolments(enrolments));
    // Reads the bundle now, so that what is wrong with it stands in the log before the first device.
    let _ = hub.announced();
    if let Some(days) = arguments.keep_days {
        let hub = hub.clone();
        std::thread::spawn(move || forget(&hub, days));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(listen(arguments, hub, fleet, tls))
}

/// Forgets what is over its time, now and every hour.
fn forget(hub: &Hub, days: u64) {
    loop {
        hub.forget(days);
        std::thread::sleep(Duration::from_secs(3600));
    }
}

fn fleet(arguments: &Serve) -> Result<Option<Fleet>, Failure> {
    let Some(path) = &arguments.operators else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&read(path)?).into_owned();
    let operators = text.parse().map_err(|why| Failure::Operators {
        path: path.clone(),
        why,
    })?;
    let address = arguments.operator_listen;
    Ok(Some(Fleet {
        operators,
        enrolments: arguments.enrolments.clone(),
        is_secure: !address.is_some_and(|address| address.ip().is_loopback()),
    }))
}

async fn listen(
    arguments: &Serve,
    hub: Arc<Hub>,
    fleet: Option<Fleet>,
    tls: Option<Arc<HubTls>>,
) -> Result<(), Failure> {
    let bind = |(address, tls): (SocketAddr, Option<Arc<HubTls>>)| {
        let failed = move |why| Failure::Listen { address, why };
        let listener = server::listen(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        Ok::<_, Failure>((listener, tls, format!("{scheme}://{address}")))
    };
    let (listener, tls, address) = bind((arguments.listen, tls))?;
    let operator = arguments.operator_listen.map(|address| {
        let secure = tls.clone().filter(|_| !address.ip().is_loopback());
        bind((address, secure))
    });
    let operator = operator.transpose()?;
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    // Without a certificate, a hangup ends the program as ever.
    let hangup = tls.as_ref().map(|_| signal(SignalKind::hangup()));
    let renew = renew(hangup.transpose()?, tls.clone());
    if let Some(path) = &arguments.port_file {
        replace(path, &address).map_err(|why| Failure::File {
            path: path.clone(),
            why,
        })?;
    }
    writeln!(io::stdout(), "listening on {address}")?;
    if let Some(tls) = &tls {
        writeln!(io::stdout(), "certificate's pin {}", tls.pin())?;
    }
    let (stopping, stopped) = tokio::sync::watch::channel(());
    let stop = || {
        let mut stopped = stopped.clone();
        async move { drop(stopped.changed().await) }
    };
    let mut servers = tokio::task::JoinSet::new();
    if let Some((listener, tls, address)) = operator {
        writeln!(io::stdout(), "operators on {address}")?;
        let router = operator_router(hub.clone(), fleet);
        servers.spawn(server::serve(listener, router, tls, stop()));
    }
    let caller = match arguments.forwarded_for {
        true => Caller::ForwardedFor,
        false => Caller::Connection,
    };
    let router = router(hub, caller);
    servers.spawn(server::serve(listener, router, tls, stop()));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = renew => {}
    }
    drop(stopping);
    while servers.join_next().await.is_some() {}
    Ok(())
}

/// Reads the certificate again at each signal.
async fn renew(hangup: Option<Signal>, tls: Option<Arc<HubTls>>) {
    if let (Some(mut hangup), Some(tls)) = (hangup, tls) {
        while hangup.recv().await.is_some() {
            tls.renew(clock::now());
        }
    }
    std::future::pending().await
}

/// Writes a file whole or not at all, so that nobody reads half an address.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, format!("{text}\n"))?;
    fs::rename(part, path)
}

fn read_key(path: &Path) -> Result<Signer, Failure> {
    let text = String::from_utf8_lossy(&read(path)?).into_owned();
    text.parse().map_err(|why| Failure::Key {
        path: path.to_owned(),
        why,
    })
}

/// Reads a small file that the operator names.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    use io::Read as _;
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| {
            file.take(gatepost_pass::envelope::MAX_FILE as u64 + 1)
                .read_to_end(&mut bytes)
        })
        .map_err(|why| Failure::File {
            path: path.to_owned(),
            why,
        })?;
    Ok(bytes)
}
