//! `gatepost-hub`: the command line.
//!
//! `serve` takes batches and gives the bundle; `passages` lists what arrived.

#![forbid(unsafe_code)]

use std::{
    fs,
    io::{self, BufWriter, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, Subcommand};
use gatepost_hub::{
    BundleDirectory, Hub, StoreError, clock,
    passages::{self, Form, ListError},
    router, server,
    store::SqliteStore,
};
use gatepost_pass::{KeyError, Root, Signer, TrustError};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Takes sealed passages from checkpoints and gives them the authority's signed bundle.
#[derive(Parser)]
#[command(name = "gatepost-hub", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve devices over HTTP, until SIGTERM or SIGINT. Put a server that speaks TLS in front.
    Serve(Serve),
    /// List what arrived, as far as it is in clear.
    Passages {
        /// The database that `serve` writes.
        #[arg(long, value_name = "FILE")]
        data: PathBuf,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args)]
struct Serve {
    /// The bundle: a directory with `manifest`, and the files that it names by digest.
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    /// The database of received passages; made where there is none.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// The pinned root.
    #[arg(long, value_name = "FILE")]
    root: PathBuf,
    /// The key that signs receipts, named in the trust list for that.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// File to write the address to, such as `http://127.0.0.1:8470`, once it is open.
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
    #[error("{}: {why}", path.display())]
    Store { path: PathBuf, why: StoreError },
    #[error("can't listen on {address}: {why}")]
    Listen { address: SocketAddr, why: io::Error },
    #[error(transparent)]
    List(#[from] ListError),
    #[error("{0}")]
    System(#[from] io::Error),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(arguments) => serve(&arguments),
        Command::Passages { data, json } => list(&data, json),
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

fn list(data: &Path, json: bool) -> Result<(), Failure> {
    let store = SqliteStore::open_to_read(data).map_err(|why| Failure::Store {
        path: data.to_owned(),
        why,
    })?;
    let form = if json { Form::Json } else { Form::Text };
    let mut to = BufWriter::new(io::stdout().lock());
    Ok(passages::list(&store, form, &mut to)?)
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
    let store = SqliteStore::open(&arguments.data).map_err(|why| Failure::Store {
        path: arguments.data.clone(),
        why,
    })?;
    let bundle = BundleDirectory::new(arguments.bundle.clone(), root, &signer);
    let hub = Arc::new(Hub::new(bundle, Box::new(store), signer, clock::now));
    // Reads the bundle now, so that what is wrong with it stands in the log before the first device.
    let _ = hub.announced();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(listen(arguments, hub))
}

async fn listen(arguments: &Serve, hub: Arc<Hub>) -> Result<(), Failure> {
    let failed = |why| Failure::Listen {
        address: arguments.listen,
        why,
    };
    let listener = TcpListener::bind(arguments.listen).await.map_err(failed)?;
    let address = format!("http://{}", listener.local_addr().map_err(failed)?);
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    if let Some(path) = &arguments.port_file {
        replace(path, &address).map_err(|why| Failure::File {
            path: path.clone(),
            why,
        })?;
    }
    writeln!(io::stdout(), "listening on {address}")?;
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    server::serve(listener, router(hub), stop).await;
    Ok(())
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
