//! The running scanner: one loop over `Event`s, which alone knows the state.
//!
//! Its rooms, in the order in which they build on each other (each uses only those before it):
//!
//! 1. `event`, `vitals`, `sticks`, `context`: what comes in, figures of a run, what lies on USB
//!    sticks, what stays the same.
//! 2. `threads`: who brings events (camera, decoder, log writer, exchange with the hub).
//! 3. `state`: what the scanner knows, a small struct a file; among them `in_view` (codes are
//!    recognised) and `verdicts` (what is on screen).
//! 4. `present`: state and errors in the window's words, and the window.
//! 5. `lane`: what a person passes through, tied together: judged, shown, logged, let in.
//! 6. `on`: what happens on each kind of event, a kind a file.
//! 7. `scanner`: the loop.

mod context;
mod event;
mod lane;
mod on;
mod present;
mod scanner;
mod state;
mod sticks;
#[cfg(test)]
mod tests;
mod threads;
mod vitals;

pub(crate) use state::station::place_of_device;

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    camera::{PictureFolder, VIDEO_DEVICES},
    clock::Clock,
    config::Config,
    data::DataDir,
    devices::{BACKLIGHTS, Backlight, CONNECTORS, Devices, panel_size},
    sync::wipe,
    ui::{Surface, Ui, UiCommand, UiUpdate},
};
use context::DeviceContext;
use event::Event;
use present::record::Recorder;
use scanner::{App, Parts};
use threads::{enrolled::Enrolled, frames};
use vitals::Vitals;

pub use sticks::mounts;
pub use vitals::{Throughput, VerdictTimes, Vital};

/// How to run.
#[derive(Debug)]
pub struct Options {
    /// The device's directory.
    pub data: DataDir,
    /// A folder of pictures instead of a camera.
    pub frames: Option<PathBuf>,
    /// How long each of those pictures is shown.
    pub pace: Duration,
    /// A camera other than the configuration's.
    pub camera: Option<String>,
    /// Where the window is.
    pub surface: Surface,
    /// Without decorations, over everything.
    pub fullscreen: bool,
    /// Keep a picture and a line of every verdict in this folder.
    pub record: Option<PathBuf>,
    /// Stop when the pictures are through and everything is logged and sent.
    pub once: bool,
    /// Where USB sticks are mounted.
    pub sticks: Vec<PathBuf>,
    /// What time it is.
    pub clock: Clock,
    /// Who wants figures of the run.
    pub vitals: Option<Sender<Vital>>,
}

/// Runs the scanner until its window is closed. Call it on the main thread. Settings that can't be
/// used are shown on every page, and the defaults are in force: every device beside the camera is
/// off.
pub fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let (config, bad_settings) = Config::load_or_safe(&options.data.config());
    wipe::finish(&options.data, options.clock.now().time)?;
    let data = options.data.clone();
    let clock = Arc::new(options.clock);
    let recorder = options.record.as_deref().map(Recorder::new).transpose()?;

    let (events, inbox) = mpsc::channel();
    let (to_app, to_end) = (events.clone(), events.clone());
    // From the first picture on: sent later, it could undo what a quick finger has chosen
    // meanwhile.
    let language = state::choices::language(&data, &config);
    let ui = Ui::new(
        options.surface,
        language,
        options.fullscreen,
        move |command| {
            // The app thread outlives the window.
            let _ = to_app.send(Event::Ui(command));
        },
    )?;
    let handle = ui.handle();
    // A screen knows how large it is, which is the window's size where the window covers it.
    let covers = options.fullscreen || cfg!(feature = "kms");
    let asked = || panel_size(Path::new(CONNECTORS)).filter(|_| covers);
    if let Some(inches) = config.display_inches.or_else(asked) {
        handle.send(UiUpdate::Panel(inches.get()));
    }
    handle.send(UiUpdate::Hand(config.hand));

    let enrolled = Enrolled::start(&data, &clock, &config, &events)?;
    let inbox_of_frames = frames::decoder(handle.clone(), events.clone());
    let source = match options.frames.clone() {
        Some(path) => {
            // A camera may come later; a folder that is not there is a mistake.
            PictureFolder::open(&path, options.pace)?;
            Some(frames::Source::Folder(path, options.pace))
        }
        None => {
            let configured = options.camera.clone().or_else(|| {
                let choice = state::choices::camera(&data, Path::new(VIDEO_DEVICES));
                config.camera.clone().map(|camera| choice.unwrap_or(camera))
            });
            configured.map(frames::Source::Camera)
        }
    };
    let camera =
        frames::RunningCamera::start(source, inbox_of_frames, handle.clone(), events.clone());
    let to_app = events.clone();
    let mut devices = Devices::start(&config, move |event| {
        let _ = to_app.send(Event::Device(event));
    });
    // On a desktop others set it.
    devices.backlight = covers
        .then(|| Backlight::find(Path::new(BACKLIGHTS)))
        .flatten();

    let at_the_end = clock.clone();
    let app = App::new(Parts {
        context: DeviceContext {
            data: options.data,
            config,
            clock,
            events,
            sticks: options.sticks,
            video_devices: VIDEO_DEVICES.into(),
        },
        bad_settings,
        enrolled,
        ui: handle,
        devices,
        recorder,
        vitals: Vitals::new(options.vitals, started),
        once: options.once,
        camera,
    });
    let worker = thread::spawn(move || app.run(&inbox));
    let shown = ui.run();
    // However the window ended, the loop ends too, and with it the log's last write.
    let _ = to_end.send(Event::Ui(UiCommand::Quit));
    let _ = worker.join();
    // Only now that the log's last write is done.
    if let Some(device) = wipe::finish(&data, at_the_end.now().time)? {
        log::warn!("device {device} was wiped, as the authority ordered");
        let sent = wipe::send_unsent(&data)?;
        log::info!("{sent} of its last batches were sent");
    }
    Ok(shown?)
}
