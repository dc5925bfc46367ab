//! `gatepost import`: a bundle from a directory, such as a USB stick.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{CommandError, Done};
use crate::{
    clock::{Clock, format_time},
    data::DataDir,
    store::{
        BundleCache,
        bundles::{BundleDirectory, Intaken, Step},
    },
};

/// What `import` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The bundle's directory.
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

/// Takes the bundle in; the one before stays in use when this one does not count.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, CommandError> {
    let data = DataDir::open(data)?;
    let identity = data.identity()?;
    let clock = Clock::new(None);
    let cache = BundleCache::new(data.bundle());
    let _lock = data.lock("bundle")?;
    if let Some(installed) = cache.load(&identity.root, clock.now().time)? {
        clock.raise(installed.manifest().issued_at);
    }
    let mut origin = BundleDirectory::new(&arguments.path);
    let terminal = std::io::stderr().is_terminal();
    let mut tell = |step| match step {
        Step::Here { done, whole } if terminal && whole > 0 => {
            eprint!("\r{} %", done * 100 / whole);
            let _ = std::io::stderr().flush();
        }
        Step::Here { .. } => {}
        Step::Merged { .. } | Step::Mended { .. } | Step::Whole { .. } => eprintln!("{step}"),
    };
    let taken = cache.take_in(&mut origin, &identity.root, clock.now().time, &mut tell)?;
    if terminal {
        eprintln!();
    }
    match taken {
        Intaken::Same => println!("this bundle is installed already"),
        Intaken::New(bundle) => {
            let manifest = bundle.manifest();
            println!(
                "installed bundle {} of {}, signed {}, fresh until {}",
                manifest.version,
                bundle.trust().own(),
                format_time(manifest.issued_at),
                format_time(manifest.fresh_until)
            );
        }
    }
    Ok(Done::Well)
}
