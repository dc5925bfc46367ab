//! The running scanner: one loop over [`Event`]s, which alone knows the state of the checkpoint.
//!
//! `workers` are the threads that bring events (camera, decoding, passage log), `view` puts state into
//! the window's words, `record` keeps pictures of verdicts for the demo.

mod checkpoint;
mod record;
mod view;
mod workers;

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::Now;

use crate::{
    camera::{CameraError, CameraState, CameraWatch, PictureFolder},
    checkpoint::Judged,
    clock::{Clock, format_time},
    config::{Config, ConfigError},
    data::{DataDir, DataError, Identity},
    decode::DecodedCode,
    store::{
        BundleCache, LogError,
        bundles::scrub::{self, Scrubber},
    },
    sync::{self, SyncError, SyncNews, wipe},
    ui::{OnlineView, SavedState, Surface, Ui, UiCommand, UiError, UiHandle, UiUpdate},
};

use checkpoint::Checkpoint;
use record::Recorder;
use workers::{FrameInbox, LogRequest, LogWriter, WriterGone};

/// Everything that can happen.
#[derive(Debug)]
pub(crate) enum Event {
    /// The camera came or went.
    Camera(CameraState),
    /// A frame was decoded; it may hold no code.
    Decoded(Sighting),
    /// The source was through, and its last frame has been decoded.
    Through,
    /// The passage of a verdict was committed, or could not be.
    Logged {
        /// Number of the verdict.
        verdict: u32,
        /// Its place in the log, or why it has none yet.
        result: Result<u64, LogError>,
    },
    /// News from the exchange with the hub.
    Sync(SyncNews),
    /// The guard did something.
    Ui(UiCommand),
}

/// What one frame showed.
#[derive(Debug)]
pub(crate) struct Sighting {
    /// The codes in it.
    codes: Vec<DecodedCode>,
    /// The picture's name, where it has one.
    name: Option<String>,
    /// When work on the frame began.
    began: Instant,
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
}

/// Why the scanner can't run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The window.
    #[error(transparent)]
    Ui(#[from] UiError),
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
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

/// Longest time between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);
/// How long `--once` waits for the last exchange with the hub.
const LAST_EXCHANGE: Duration = Duration::from_secs(20);

/// Runs the scanner until its window is closed. Call it on the main thread.
pub fn run(options: Options) -> Result<(), AppError> {
    let config = Config::load(&options.data.config())?;
    wipe::finish(&options.data)?;
    let clock = Arc::new(Clock::new(None));
    let identity = match options.data.identity() {
        Ok(identity) => Some(Arc::new(identity)),
        Err(DataError::NotEnrolled) => None,
        Err(error) => return Err(error.into()),
    };
    let recorder = options.record.as_deref().map(Recorder::new).transpose();
    let recorder = recorder.map_err(AppError::Record)?;

    let (events, inbox) = mpsc::channel();
    let (to_app, to_end) = (events.clone(), events.clone());
    let ui = Ui::new(
        options.surface,
        config.language,
        options.fullscreen,
        move |command| {
            // The app thread outlives the window.
            let _ = to_app.send(Event::Ui(command));
        },
    )?;
    let handle = ui.handle();

    let log = match &identity {
        Some(identity) => Some(LogWriter::open(
            &options.data,
            identity,
            &clock,
            events.clone(),
        )?),
        None => None,
    };
    let sync = identity
        .clone()
        .filter(|identity| !identity.hub.is_empty())
        .map(|identity| {
            let events = events.clone();
            sync::spawn(
                options.data.clone(),
                identity,
                clock.clone(),
                config.sync_every(),
                move |news| {
                    let _ = events.send(Event::Sync(news));
                },
            )
        });
    let scrub = identity.as_ref().map(|identity| {
        let cache = BundleCache::new(options.data.bundle());
        let (root, clock) = (identity.root.clone(), clock.clone());
        let now = move || clock.now().time;
        scrub::spawn(Scrubber::new(cache, root), now, |damage| {
            eprintln!("gatepost: {damage}");
        })
    });
    let frames = workers::decoder(events.clone());
    let source = match options.frames.clone() {
        Some(path) => {
            // A camera may come later; a folder that is not there is a mistake.
            PictureFolder::open(&path, options.pace)?;
            workers::Source::Folder(path, options.pace)
        }
        None => workers::Source::Camera(options.camera.clone().unwrap_or(config.camera.clone())),
    };
    let camera = workers::camera(source, frames.clone(), handle.clone(), events);

    let app = App {
        checkpoint: Checkpoint::load(&options.data, identity.as_deref(), &clock, &config),
        data: options.data,
        identity,
        clock,
        ui: handle,
        log,
        sync,
        online: OnlineView::NeverSynced,
        recorder,
        once: options.once,
        showing: None,
        verdicts: 0,
        waiting: 0,
        ending: None,
        status_at: None,
        _scrub: scrub,
        _camera: camera,
        _frames: frames,
    };
    let data = app.data.clone();
    let worker = thread::spawn(move || app.run(&inbox));
    let shown = ui.run();
    // However the window ended, the loop ends too, and with it the log's last write.
    let _ = to_end.send(Event::Ui(UiCommand::Quit));
    let _ = worker.join();
    // Only now that the log's last write is done.
    if let Some(device) = wipe::finish(&data)? {
        eprintln!("gatepost: device {device} was wiped, as the authority ordered");
        let sent = wipe::send_unsent(&data)?;
        eprintln!("gatepost: {sent} of its last batches were sent");
    }
    Ok(shown?)
}

struct App {
    checkpoint: Checkpoint,
    data: DataDir,
    identity: Option<Arc<Identity>>,
    clock: Arc<Clock>,
    ui: UiHandle,
    /// Dropping it waits until everything sent is on the disk.
    log: Option<LogWriter>,
    sync: Option<Sender<()>>,
    /// How the last exchange with the hub went.
    online: OnlineView,
    recorder: Option<Recorder>,
    once: bool,
    showing: Option<Showing>,
    /// Verdicts so far: the number of the one on screen.
    verdicts: u32,
    /// Passages on their way to the log.
    waiting: u64,
    ending: Option<Ending>,
    status_at: Option<Instant>,
    /// Dropping it ends the background check of lists.
    _scrub: Option<Sender<Infallible>>,
    /// Dropping it stops the camera.
    _camera: CameraWatch,
    /// Dropping it stops the decoder.
    _frames: Arc<FrameInbox>,
}

/// The verdict on screen.
struct Showing {
    since: Instant,
    lasts: Duration,
}

/// `--once`: the pictures are through.
struct Ending {
    /// Not later than this.
    deadline: Instant,
    /// Whether the last exchange was asked for.
    asked: bool,
}

impl App {
    fn run(mut self, inbox: &Receiver<Event>) {
        loop {
            match inbox.recv_timeout(TICK) {
                Ok(Event::Ui(UiCommand::Quit) | Event::Sync(SyncNews::Wipe)) => break,
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.tick() == Life::Over {
                break;
            }
        }
        self.ui.quit();
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Camera(state) => {
                if let CameraState::Waiting(error) = &state {
                    eprintln!("gatepost: {error}");
                }
                self.ui.send(UiUpdate::Camera(view::camera(state)));
            }
            Event::Through if self.once => {
                let deadline = Instant::now() + LAST_EXCHANGE;
                self.ending = Some(Ending {
                    deadline,
                    asked: false,
                });
            }
            Event::Through => {}
            Event::Decoded(sighting) => self.sighted(&sighting),
            Event::Logged { verdict, result } => self.logged(verdict, result),
            Event::Sync(news) => self.synced(news),
            Event::Ui(UiCommand::DismissVerdict(number)) => {
                if number == self.verdicts {
                    self.showing = None;
                }
            }
            // The window has done it; `run` handles Quit.
            Event::Ui(UiCommand::SwitchLanguage(_) | UiCommand::Quit) => {}
            // Their pages are to come.
            Event::Ui(_) => {}
        }
    }

    /// A frame to its verdict: judge the code whose turn it is, show the verdict, log the passage.
    fn sighted(&mut self, sighting: &Sighting) {
        let now = self.clock.now();
        let on_screen = match self.showing {
            None => checkpoint::Showing::Preview,
            Some(_) => checkpoint::Showing::Verdict,
        };
        let at = Instant::now();
        let Some(judged) = self
            .checkpoint
            .judge_next(&sighting.codes, on_screen, now, at)
        else {
            return;
        };
        let verdict = &judged.verdict;
        self.verdicts = self.verdicts.wrapping_add(1);
        let shown = view::verdict(self.verdicts, verdict, self.checkpoint.utc_offset());
        self.ui.send(UiUpdate::Verdict(shown));
        self.showing = Some(Showing {
            since: at,
            lasts: self.checkpoint.show_time(verdict.outcome),
        });
        if let Some(recorder) = &mut self.recorder {
            recorder.begin(sighting.name.as_deref(), verdict, sighting.began.elapsed());
        }
        if let Some(place) = &judged.place {
            self.checkpoint.stand_at(&self.data, place);
        }
        self.log_passage(&judged, now);
    }

    /// Sends the passage of the verdict on screen to the log, where it has one.
    fn log_passage(&mut self, judged: &Judged, now: Now) {
        let Some((passage, key)) = self.checkpoint.passage(judged, now) else {
            let saved = if checkpoint::is_attempt(judged) {
                SavedState::NotLogged
            } else {
                SavedState::NothingToLog
            };
            self.ui.send(UiUpdate::Saved(saved));
            self.picture();
            return;
        };
        let request = LogRequest {
            verdict: self.verdicts,
            passage,
            key,
        };
        match self.log.as_ref().map(|log| log.append(request)) {
            Some(Ok(())) => self.waiting += 1,
            Some(Err(WriterGone)) | None => {
                self.ui.send(UiUpdate::Saved(SavedState::NotLogged));
                self.picture();
            }
        }
    }

    /// The log's answer. Only the answer for the verdict on screen may mark it as logged; a failure is
    /// shown whichever verdict it was for, and the writer goes on trying.
    fn logged(&mut self, verdict: u32, result: Result<u64, LogError>) {
        match result {
            Ok(_) => {
                self.waiting = self.waiting.saturating_sub(1);
                self.checkpoint.unsent += 1;
                if verdict == self.verdicts {
                    self.ui.send(UiUpdate::Saved(SavedState::Logged));
                }
            }
            Err(error) => {
                eprintln!("gatepost: passage not logged yet: {error}");
                self.ui.send(UiUpdate::Saved(SavedState::NotLogged));
            }
        }
        self.status_at = None;
        if verdict == self.verdicts {
            self.picture();
        }
    }

    fn picture(&mut self) {
        if self.recorder.is_some() {
            self.show_status();
        }
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.finish(&self.ui)
        {
            eprintln!("gatepost: recording: {error}");
        }
    }

    fn synced(&mut self, news: SyncNews) {
        match news {
            // `run` handles it.
            SyncNews::Wipe => {}
            SyncNews::Reached { backlog, fault } => {
                self.online = OnlineView::Online;
                self.checkpoint.unsent = backlog.unsent;
                if let Some(fault) = fault {
                    eprintln!("gatepost: sync: {fault}");
                }
                if self.ending.as_ref().is_some_and(|ending| ending.asked) && backlog.unsent == 0 {
                    self.end_now();
                }
            }
            SyncNews::Failed(error) => {
                if self.online != OnlineView::Offline {
                    eprintln!("gatepost: sync: {error}");
                }
                self.online = OnlineView::Offline;
                if self.ending.as_ref().is_some_and(|ending| ending.asked) {
                    self.end_now();
                }
            }
        }
        self.status_at = None;
    }

    fn tick(&mut self) -> Life {
        if let Some(showing) = &self.showing {
            let passed = showing.since.elapsed();
            if passed >= showing.lasts {
                self.showing = None;
                self.ui.send(UiUpdate::Dismiss);
            } else {
                let left = 1.0 - passed.as_secs_f32() / showing.lasts.as_secs_f32();
                self.ui.send(UiUpdate::TimeLeft(left));
            }
        }
        if self
            .status_at
            .is_none_or(|at| at.elapsed() >= Duration::from_secs(1))
        {
            self.checkpoint.tick(Instant::now());
            if let Some(jump) = self.clock.jump() {
                let now = self.clock.now();
                eprintln!(
                    "gatepost: the clock jumped by {} s; now {}, {:?}",
                    jump.seconds,
                    format_time(now.time),
                    now.clock
                );
            }
            self.checkpoint
                .reload_if_changed(&self.data, self.identity.as_deref(), &self.clock);
            self.show_status();
        }
        self.end()
    }

    fn show_status(&mut self) {
        self.status_at = Some(Instant::now());
        let status = view::status(&self.checkpoint, self.online, self.clock.now());
        self.ui.send(UiUpdate::Status(status));
    }

    /// `--once`: over when everything is logged and the hub has it, or can't be reached.
    fn end(&mut self) -> Life {
        let (waiting, sync) = (self.waiting, self.sync.as_ref());
        let Some(ending) = &mut self.ending else {
            return Life::Goes;
        };
        if Instant::now() >= ending.deadline {
            return Life::Over;
        }
        if waiting == 0 && !ending.asked {
            ending.asked = true;
            if self.checkpoint.unsent == 0 || sync.is_none_or(|sync| sync.send(()).is_err()) {
                return Life::Over;
            }
        }
        Life::Goes
    }

    fn end_now(&mut self) {
        if let Some(ending) = &mut self.ending {
            ending.deadline = Instant::now();
        }
    }
}

#[derive(PartialEq, Eq)]
enum Life {
    Goes,
    Over,
}
