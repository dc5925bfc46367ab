//! `gatepost import`: installs a bundle from a directory, such as a USB stick.

use std::{
    error::Error,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use gatepost_pass::Root;
use gatepost_system::{clock::format_time, say, stick::StickDir};

use super::Done;
use crate::{
    clock::Clock,
    data::DataDir,
    store::{
        BundleCache,
        bundles::{
            BundleDirectory, InstallOutcome, InstallProgress,
            scrub::{Scrubbed, Scrubber},
        },
    },
};

/// What `import` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The bundle's directory.
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

/// Installs the bundle; when it is not valid, the installed one stays in use.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    let identity = data.identity()?;
    let clock = data.clock();
    let cache = BundleCache::new(data.bundle());
    let mut origin = BundleDirectory::from(StickDir::open(&arguments.path)?);
    let _lock = data.lock("bundle")?;
    let terminal = io::stderr().is_terminal();
    let mut report = |progress| match progress {
        InstallProgress::Bytes { done, total } if terminal && total > 0 => {
            let _ = write!(io::stderr(), "\r{} %", done * 100 / total);
        }
        InstallProgress::Bytes { .. } => {}
        InstallProgress::Merged { .. } | InstallProgress::Repaired { .. } => {
            log::info!("{progress}");
        }
        InstallProgress::WholeList { .. } => log::warn!("{progress}"),
    };
    let mut outcome = cache.install(&mut origin, &identity.root, &clock, &mut report)?;
    // The same bundle again may be meant to repair what has rotted, found already or not.
    if matches!(outcome, InstallOutcome::AlreadyInstalled)
        && find_damage(&cache, &identity.root, &clock)? > 0
    {
        outcome = cache.install(&mut origin, &identity.root, &clock, &mut report)?;
    }
    if terminal {
        let _ = writeln!(io::stderr());
    }
    match outcome {
        InstallOutcome::AlreadyInstalled => say!("this bundle is installed already"),
        InstallOutcome::Installed(bundle) => {
            let manifest = bundle.manifest();
            say!(
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

/// Checks every installed list, reports each bad chunk and returns their number.
fn find_damage(cache: &BundleCache, root: &Root, clock: &Clock) -> Result<u32, Box<dyn Error>> {
    let mut scrubber = Scrubber::new(cache.clone(), root.clone());
    let mut bad = 0;
    loop {
        match scrubber.step(clock)? {
            Scrubbed::Intact => {}
            Scrubbed::Bad(damage) => {
                log::warn!("{damage}");
                bad += 1;
            }
            Scrubbed::RoundOver => return Ok(bad),
        }
    }
}
