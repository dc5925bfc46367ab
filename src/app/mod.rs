//! The running scanner: one loop over [`Event`]s, which alone knows the state of the checkpoint.
//!
//! `scanner` is the loop. What it does stands in a file a matter: `verdicts` (codes to verdicts to passages),
//! `people` (those without a code), `staff` (badges, duty, overrides), `pages` (status, today, place), `hub`,
//! `hardware`, `update` and `enrol`. `checkpoint` and `session` are its state, `kept` what of it a
//! restart must not forget, `workers` and `log_writer` the threads that bring events, `view` puts state into the
//! window's words and `trouble` errors, `record` keeps pictures of verdicts for the demo, `vitals` tells figures to
//! benchmarks and soaks.

mod checkpoint;
mod enrol;
mod hardware;
mod hub;
mod kept;
mod log_writer;
mod pages;
mod people;
mod record;
mod scanner;
mod session;
mod staff;
mod sticks;
#[cfg(test)]
mod tests;
mod trouble;
mod update;
mod verdicts;
mod view;
mod vitals;
mod workers;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::Listing;
use gatepost_protocol::Personal;

use crate::{
    camera::{CameraError, CameraState, PictureFolder},
    checkpoint::{CheckedPin, ListAnswer},
    clock::Clock,
    config::Config,
    data::{DataDir, DataError},
    decode::CodeContent,
    devices::{DeviceEvent, Devices},
    store::{HourCount, LogError, Logged},
    sync::{
        SyncError, SyncNews,
        enrol::{Asked, EnrolError},
        wipe,
    },
    ui::{Surface, Ui, UiCommand, UiError},
};

use hub::Enrolled;
use record::Recorder;
use scanner::{App, Parts};
use update::UpdateNews;
use vitals::Vitals;

pub use sticks::mounts;
pub use vitals::{Passed, VerdictTimes, Vital};

/// Everything that can happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// The camera came or went.
    Camera(CameraState),
    /// A frame was decoded, and it holds codes.
    Decoded(Sighting),
    /// The source was through, and its last frame has been decoded.
    Through,
    /// A passage was committed, or could not be.
    Logged {
        /// Number of the passage.
        passage: u32,
        /// What the log gave for it, or why it is not there yet.
        result: Result<Logged, LogError>,
    },
    /// The log has no room for one passage more, or has some again; told also while nobody passes.
    LogRoom(Result<(), LogError>),
    /// The passages of the day were counted.
    Counted(Result<Vec<HourCount>, LogError>),
    /// What the identity list says of a person.
    LookedUp {
        /// Who was asked for.
        number: Personal<32>,
        /// The answer.
        listed: ListAnswer<Listing>,
    },
    /// A PIN was checked.
    PinChecked(CheckedPin),
    /// News from the exchange with the hub.
    Sync(SyncNews),
    /// What the hub said to a device that asks to be enrolled.
    Enrolment(Result<Asked, EnrolError>),
    /// News from a bundle that is taken in from a stick.
    Update(UpdateNews),
    /// A device beside the camera.
    Device(DeviceEvent),
    /// The guard did something.
    Ui(UiCommand),
}

/// What one frame, or a scanner, showed.
#[derive(Debug)]
pub(crate) struct Sighting {
    /// The codes in it.
    codes: Vec<CodeContent>,
    /// The picture's name, where it has one.
    name: Option<String>,
    /// When.
    stamps: Stamps,
}

/// The way of a frame, or of a code from a scanner, until its codes were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamps {
    /// It came.
    came: Instant,
    /// Work on it began.
    taken: Instant,
    /// Its codes were read.
    read: Instant,
}

impl Stamps {
    /// A code that was read elsewhere.
    fn now() -> Self {
        let now = Instant::now();
        Self {
            came: now,
            taken: now,
            read: now,
        }
    }
}

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

/// Why the scanner can't run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The window.
    #[error(transparent)]
    Ui(#[from] UiError),
    /// The data directory.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The passage log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Wiping this device.
    #[error(transparent)]
    Wipe(#[from] SyncError),
    /// The folder of pictures.
    #[error(transparent)]
    Frames(#[from] CameraError),
    /// The system's random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The folder for pictures of verdicts.
    #[error("the folder for recordings can't be used: {0}")]
    Record(std::io::Error),
}

/// Runs the scanner until its window is closed. Call it on the main thread. Settings that can't be used
/// are shown on every page, and the defaults are in force: every device beside the camera is off.
pub fn run(options: Options) -> Result<(), AppError> {
    let started = Instant::now();
    let (config, bad_settings) = Config::load_or_safe(&options.data.config());
    wipe::finish(&options.data, options.clock.now().time)?;
    let data = options.data.clone();
    let clock = Arc::new(options.clock);
    let recorder = options.record.as_deref().map(Recorder::new).transpose();
    let recorder = recorder.map_err(AppError::Record)?;

    let (events, inbox) = mpsc::channel();
    let (to_app, to_end) = (events.clone(), events.clone());
    // From the first picture on: told later, it could undo what a quick finger has chosen meanwhile.
    let language = kept::language(&data, &config);
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

    let enrolled = Enrolled::start(&options.data, &clock, &config, &events)?;
    let frames = workers::decoder(handle.clone(), events.clone());
    let source = match options.frames.clone() {
        Some(path) => {
            // A camera may come later; a folder that is not there is a mistake.
            PictureFolder::open(&path, options.pace)?;
            workers::Source::Folder(path, options.pace)
        }
        None => workers::Source::Camera(options.camera.clone().unwrap_or(config.camera.clone())),
    };
    let camera = workers::camera(source, frames.clone(), handle.clone(), events.clone());
    let to_app = events.clone();
    let devices = Devices::start(&config, move |event| {
        let _ = to_app.send(Event::Device(event));
    });

    let at_the_end = clock.clone();
    let app = App::new(Parts {
        data: options.data,
        config,
        bad_settings,
        clock,
        ui: handle,
        events,
        enrolled,
        devices,
        recorder,
        once: options.once,
        sticks: options.sticks,
        vitals: Vitals::new(options.vitals, started),
        camera: Some(camera),
        frames,
    });
    let worker = thread::spawn(move || app.run(&inbox));
    let shown = ui.run();
    // However the window ended, the loop ends too, and with it the log's last write.
    let _ = to_end.send(Event::Ui(UiCommand::Quit));
    let _ = worker.join();
    // Only now that the log's last write is done.
    if let Some(device) = wipe::finish(&data, at_the_end.now().time)? {
        eprintln!("gatepost: device {device} was wiped, as the authority ordered");
        let sent = wipe::send_unsent(&data)?;
        eprintln!("gatepost: {sent} of its last batches were sent");
    }
    Ok(shown?)
}
