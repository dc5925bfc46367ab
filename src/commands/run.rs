//! `gatepost run`: the scanner.

use std::{
    error::Error,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use clap::Args;
use gatepost_system::{
    files::{Action, FileError},
    service_manager::ServiceManager,
};

use super::Done;
use crate::{
    app::{self, Vital},
    data::DataDir,
    ui::Surface,
};

/// What `run` takes.
#[derive(Args, Debug, Default)]
pub struct Arguments {
    /// Camera device, such as /dev/video0.
    #[arg(long, value_name = "DEV", conflicts_with = "frames")]
    camera: Option<String>,
    /// Pictures instead of a camera, shown one after the other.
    #[arg(long, value_name = "DIR")]
    frames: Option<PathBuf>,
    /// How long each picture of --frames is shown, in milliseconds.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 250,
        value_parser = clap::value_parser!(u64).range(10..=60_000)
    )]
    pace: u64,
    /// Cover the whole screen.
    #[arg(long)]
    fullscreen: bool,
    /// Draw the window in memory instead of on a display, such as 800x480.
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    offscreen: Option<(u32, u32)>,
    /// Keep a picture and a line of every verdict in this folder: for demos and tests, since masked
    /// names stand on the pictures.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Stop when the pictures are through and everything is logged and sent.
    #[arg(long)]
    once: bool,
    /// Write figures of the run into this file: for benchmarks and soaks.
    #[arg(long, value_name = "FILE")]
    vitals: Option<PathBuf>,
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let size = text
        .split_once('x')
        .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    size.filter(|(w, h)| (64..=4096).contains(w) && (64..=4096).contains(h))
        .ok_or_else(|| "write a size like 800x480, each side 64 to 4096".to_owned())
}

/// Runs the scanner.
pub fn run(data: &Path, arguments: Arguments) -> Result<Done, Box<dyn Error>> {
    let surface = match arguments.offscreen {
        None => Surface::Window,
        Some((width, height)) => Surface::Offscreen { width, height },
    };
    let file = arguments.vitals.map(vitals_file).transpose()?;
    let manager = ServiceManager::of_environment().unwrap_or_else(|why| {
        log::warn!("cannot reach the service manager, which may end this program: {why}");
        None
    });
    let listens = file.is_some() || manager.is_some();
    let (vitals, written) = listens.then(|| vitals_to(file, manager)).unzip();
    let data = DataDir::open(data)?;
    let clock = data.clock();
    let ran = app::run(app::Options {
        data,
        frames: arguments.frames,
        pace: Duration::from_millis(arguments.pace),
        camera: arguments.camera,
        surface,
        fullscreen: arguments.fullscreen,
        record: arguments.record,
        once: arguments.once,
        sticks: app::mounts(),
        clock,
        vitals,
    });
    // The last senders of figures go with the window; a window system may keep one alive.
    if let Some(written) = written {
        let _ = written.recv_timeout(Duration::from_secs(1));
    }
    ran?;
    Ok(Done::Well)
}

/// A file for figures, by its path.
fn vitals_file(path: PathBuf) -> Result<(PathBuf, File), FileError> {
    let file = File::create(&path).map_err(FileError::at(Action::Create, &path))?;
    Ok((path, file))
}

/// Starts a thread that writes figures, a line each, and tells the service manager of them, until
/// every sender is dropped; then its other channel ends.
fn vitals_to(
    mut file: Option<(PathBuf, File)>,
    manager: Option<ServiceManager>,
) -> (Sender<Vital>, Receiver<()>) {
    let (sender, vitals) = channel();
    let (writing, written) = channel();
    thread::spawn(move || {
        let _writing = writing;
        let mut ready = false;
        for vital in vitals {
            if let Some((path, out)) = &mut file
                && let Err(why) = writeln!(out, "{vital}")
            {
                log::error!("cannot write {}: {why}", path.display());
                file = None;
            }
            if let Some(manager) = &manager
                && let Err(why) = told(manager, &vital, &mut ready)
            {
                log::debug!("the service manager does not listen: {why}");
            }
        }
    });
    (sender, written)
}

/// Tells the service manager what a figure means. The window has answered the loop for each of
/// them: with either of the two stuck it hears nothing.
fn told(manager: &ServiceManager, vital: &Vital, ready: &mut bool) -> io::Result<()> {
    match vital {
        Vital::FirstPicture(after) => {
            let line = format!("first camera picture after {} ms", after.as_millis());
            log::info!("{line}");
            manager.status(&line)
        }
        Vital::Passed(_) if *ready => manager.alive(),
        Vital::Passed(_) => {
            log::info!("ready: the first page is drawn");
            manager.ready()?;
            *ready = true;
            Ok(())
        }
        Vital::Verdict(_) => Ok(()),
    }
}
