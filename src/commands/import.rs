//! `gatepost import`: a bundle from a directory, such as a USB stick.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use gatepost_pass::{Root, Timestamp};

use super::{CommandError, Done};
use crate::{
    clock::{Clock, format_time},
    data::DataDir,
    store::{
        BundleCache,
        bundles::{
            BundleDirectory, Intaken, Step,
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

/// Takes the bundle in; the one before stays in use when this one does not count.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, CommandError> {
    let data = DataDir::open(data)?;
    let identity = data.identity()?;
    let clock = Clock::new(None);
    let cache = BundleCache::new(data.bundle());
    let _lock = data.lock("bundle")?;
    // One that does not load is what an import is for.
    if let Ok(Some(installed)) = cache.load(&identity.root, clock.now().time) {
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
    let now = clock.now().time;
    let mut taken = cache.take_in(&mut origin, &identity.root, now, &mut tell)?;
    // Whoever brings the same bundle once more may want what has rotted mended, found already or not.
    if matches!(taken, Intaken::Same) && find_damage(&cache, &identity.root, now)? > 0 {
        taken = cache.take_in(&mut origin, &identity.root, now, &mut tell)?;
    }
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

/// Checks every list that is installed, names what is bad and says how many chunks that are.
fn find_damage(cache: &BundleCache, root: &Root, now: Timestamp) -> Result<u32, CommandError> {
    let mut scrubber = Scrubber::new(cache.clone(), root.clone());
    let mut bad = 0;
    loop {
        match scrubber.step(now)? {
            Scrubbed::Well => {}
            Scrubbed::Bad(damage) => {
                eprintln!("{damage}");
                bad += 1;
            }
            Scrubbed::RoundOver => return Ok(bad),
        }
    }
}
