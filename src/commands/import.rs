//! `gatepost import`: installs a bundle from a directory, such as a USB stick, and the program that
//! lies beside it.

use std::{
    error::Error,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use gatepost_pass::{ProgramRelease, Root};
use gatepost_system::{clock::format_time, say, stick::StickDir};

use super::{Done, program_settings, say_program};
use crate::{
    clock::Clock,
    config::ProgramSettings,
    data::{DataDir, Identity},
    store::{
        BundleCache,
        bundles::{
            BundleDirectory, InstallOutcome, InstallProgress, MANIFEST,
            scrub::{Scrubbed, Scrubber},
        },
    },
    sync::{SyncError, update_program, updater},
};

/// What `import` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The directory of a bundle, of a program, or of both.
    #[arg(value_name = "PATH")]
    path: PathBuf,
}

/// Installs bundle and program; what is not valid changes nothing.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    let identity = data.identity()?;
    let clock = data.clock();
    let stick = StickDir::open(&arguments.path)?;
    let program = program_settings(&data);
    let there = |name: &str| !matches!(stick.file(name), Err(why) if why.is_not_found());
    let program = program.filter(|it| there(&ProgramRelease::file_name(&it.target)));
    // A directory with a program alone is good, too.
    if program.is_none() || there(MANIFEST) {
        install_bundle(&data, &identity, &clock, stick.clone())?;
    }
    if let Some(program) = program {
        install_program(&data, &identity, &clock, &program, stick)?;
    }
    Ok(Done::Well)
}

fn install_program(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    program: &ProgramSettings,
    mut stick: StickDir,
) -> Result<(), SyncError> {
    let mut updater = updater(data, program);
    let outcome = update_program(
        data,
        identity,
        clock,
        &mut updater,
        &mut stick,
        None,
        &mut percent,
    );
    end_of_percents();
    say_program(outcome?);
    Ok(())
}

fn install_bundle(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    stick: StickDir,
) -> Result<(), Box<dyn Error>> {
    let cache = BundleCache::new(data.bundle());
    let mut origin = BundleDirectory::from(stick);
    let _lock = data.lock("bundle")?;
    let mut report = |progress| match progress {
        InstallProgress::Bytes { done, total } => percent(done, total),
        InstallProgress::Merged { .. } | InstallProgress::Repaired { .. } => {
            log::info!("{progress}");
        }
        InstallProgress::WholeList { .. } => log::warn!("{progress}"),
    };
    let mut outcome = cache.install(&mut origin, &identity.root, clock, &mut report)?;
    // The same bundle again may be meant to repair what has rotted, found already or not.
    if matches!(outcome, InstallOutcome::AlreadyInstalled)
        && find_damage(&cache, &identity.root, clock)? > 0
    {
        outcome = cache.install(&mut origin, &identity.root, clock, &mut report)?;
    }
    end_of_percents();
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
    Ok(())
}

/// Tells on a terminal how far it is.
fn percent(done: u64, total: u64) {
    if io::stderr().is_terminal() && total > 0 {
        let _ = write!(io::stderr(), "\r{} %", done * 100 / total);
    }
}

fn end_of_percents() {
    if io::stderr().is_terminal() {
        let _ = writeln!(io::stderr());
    }
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
