//! The loop: takes one event after the other, and looks at the clock in between.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use super::{
    Event,
    checkpoint::Checkpoint,
    enrol::Enrolling,
    hardware::Notices,
    hub::{Enrolled, HubLink},
    kept::{self, Choices},
    pages::Counting,
    record::Recorder,
    session::{Left, Session},
    staff::Staff,
    update::Updating,
    view,
    vitals::Vitals,
    workers::FrameInbox,
};
use crate::{
    camera::{CameraState, CameraWatch},
    clock::Clock,
    config::{Config, ConfigError},
    data::DataDir,
    devices::{Devices, KeyAssembler},
    store::LoggedAdmit,
    sync::SyncNews,
    ui::{Page, UiCommand, UiHandle, UiUpdate},
};

/// Longest time between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);
/// Time between two looks at what changes slowly: the bar at the top, the pages, the installed bundle.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// How long `--once` waits for the last exchange with the hub.
const LAST_EXCHANGE: Duration = Duration::from_secs(20);

/// What the loop is made of.
pub(super) struct Parts {
    pub(super) data: DataDir,
    pub(super) config: Config,
    /// Why the settings are the defaults.
    pub(super) bad_settings: Option<ConfigError>,
    pub(super) clock: Arc<Clock>,
    pub(super) ui: UiHandle,
    pub(super) events: Sender<Event>,
    pub(super) enrolled: Option<Enrolled>,
    pub(super) devices: Devices,
    pub(super) recorder: Option<Recorder>,
    pub(super) once: bool,
    /// Where USB sticks are mounted.
    pub(super) sticks: Vec<PathBuf>,
    pub(super) vitals: Vitals,
    pub(super) camera: Option<CameraWatch>,
    pub(super) frames: Arc<FrameInbox>,
}

/// The loop and all that it knows.
pub(super) struct App {
    pub(super) checkpoint: Checkpoint,
    pub(super) session: Session<LoggedAdmit>,
    pub(super) staff: Staff,
    pub(super) hub: HubLink,
    pub(super) notices: Notices,
    pub(super) updating: Updating,
    pub(super) enrolling: Enrolling,
    pub(super) counting: Counting,
    /// The page under the verdict.
    pub(super) page: Page,
    /// When the page goes back to the camera by itself.
    pub(super) back_at: Option<Instant>,
    /// An ID number is being looked up.
    pub(super) looking: Option<Instant>,
    pub(super) keys: KeyAssembler,
    /// What was chosen on the screen.
    pub(super) choices: Choices,

    pub(super) data: DataDir,
    pub(super) config: Config,
    pub(super) clock: Arc<Clock>,
    pub(super) ui: UiHandle,
    pub(super) events: Sender<Event>,
    pub(super) enrolled: Option<Enrolled>,
    pub(super) devices: Devices,
    pub(super) recorder: Option<Recorder>,
    pub(super) sticks: Vec<PathBuf>,
    pub(super) vitals: Vitals,
    /// Passages on their way to the log.
    pub(super) waiting: u64,

    once: bool,
    ending: Option<Ending>,
    status_at: Option<Instant>,
    /// Dropping it stops the camera.
    _camera: Option<CameraWatch>,
    /// Dropping it stops the decoder.
    frames: Arc<FrameInbox>,
}

/// `--once`: the pictures are through.
struct Ending {
    /// Not later than this.
    deadline: Instant,
    /// Whether the last exchange was asked for.
    asked: bool,
}

#[derive(PartialEq, Eq)]
enum Life {
    Goes,
    Over,
}

impl App {
    pub(super) fn new(parts: Parts) -> Self {
        let identity = parts.enrolled.as_ref().map(|known| &*known.identity);
        let checkpoint = Checkpoint::load(&parts.data, identity, &parts.clock, &parts.config);
        Self {
            checkpoint,
            session: Session::default(),
            staff: Staff::default(),
            hub: HubLink::new(&parts.data),
            notices: Notices::new(parts.bad_settings),
            updating: Updating::default(),
            enrolling: Enrolling::default(),
            counting: Counting::default(),
            page: Page::Scan,
            back_at: None,
            looking: None,
            keys: KeyAssembler::default(),
            choices: kept::choices(&parts.data),
            data: parts.data,
            config: parts.config,
            clock: parts.clock,
            ui: parts.ui,
            events: parts.events,
            enrolled: parts.enrolled,
            devices: parts.devices,
            recorder: parts.recorder,
            sticks: parts.sticks,
            vitals: parts.vitals,
            waiting: 0,
            once: parts.once,
            ending: None,
            status_at: None,
            _camera: parts.camera,
            frames: parts.frames,
        }
    }

    /// Runs until the window is closed.
    pub(super) fn run(mut self, inbox: &Receiver<Event>) {
        self.show_notices();
        self.show_choices();
        if self.enrolled.is_none() {
            self.begin_enrolment();
        }
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
        // What still waits for an answer is logged as it stands.
        self.close_verdict(Instant::now());
        self.ui.quit();
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Camera(state) => {
                if let CameraState::Waiting(error) = &state {
                    eprintln!("gatepost: {error}");
                }
                if state == CameraState::Live {
                    self.vitals.camera_live(&self.ui);
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
            Event::Logged { passage, result } => self.logged(passage, result),
            Event::LogRoom(room) => self.log_room(room),
            Event::Counted(counts) => self.counted(counts),
            Event::LookedUp { number, listed } => self.looked_up(number, listed),
            Event::PinChecked(pin) => self.pin_checked(&pin),
            Event::Sync(news) => self.synced(news),
            Event::Enrolment(news) => self.enrolment_news(news),
            Event::Update(news) => self.updated(news),
            Event::Device(event) => self.device(event),
            Event::Ui(command) => self.command(command),
        }
    }

    fn command(&mut self, command: UiCommand) {
        match command {
            UiCommand::DismissVerdict(number) => self.dismissed(number),
            UiCommand::HoldVerdict(number) => self.held(number),
            UiCommand::Temperature(number, answer) => {
                self.answered(number, view::temperature(answer))
            }
            UiCommand::Override(number, why) => self.override_asked(number, why),
            UiCommand::Opened(page) => self.opened(page),
            UiCommand::Direction(direction) => {
                self.checkpoint.turn(&self.data, direction);
                self.status_soon();
            }
            UiCommand::IdNumber(text) => self.id_number(&text),
            UiCommand::ByHand(form) => self.by_hand(form),
            UiCommand::Pin(text) => self.pin(text),
            UiCommand::SignOff => self.sign_off(),
            UiCommand::Update => self.update(),
            UiCommand::SyncNow => self.sync_now(),
            // The window has switched already.
            UiCommand::SwitchLanguage(language) => {
                self.choose(|choices| choices.language = Some(language));
            }
            UiCommand::TextSize(size) => self.choose(|choices| choices.text_size = Some(size)),
            UiCommand::Volume(percent) => self.volume(percent),
            UiCommand::Torch(on) => self.torch(on),
            UiCommand::Key(key) => self.key(key),
            // `run` handles it.
            UiCommand::Quit => {}
        }
    }

    /// Also after a restart.
    pub(super) fn choose(&mut self, choice: impl FnOnce(&mut Choices)) {
        choice(&mut self.choices);
        kept::keep_choices(&self.data, self.choices);
    }

    fn tick(&mut self) -> Life {
        let at = Instant::now();
        match self.session.tick(at) {
            Some(Left::Part(left)) => self.ui.send(UiUpdate::TimeLeft(left)),
            Some(Left::Over) => {
                self.ui.send(UiUpdate::Dismiss);
                self.close_verdict(at);
            }
            None => {}
        }
        if self.back_at.take_if(|back| *back <= at).is_some() {
            self.go_to(Page::Scan);
        }
        if self
            .status_at
            .is_none_or(|shown| at.saturating_duration_since(shown) >= SLOW_TICK)
        {
            self.slow_tick(at);
        }
        self.end()
    }

    fn slow_tick(&mut self, at: Instant) {
        self.checkpoint.tick(at);
        if let Some(jump) = self.clock.jump() {
            let now = self.clock.now();
            eprintln!(
                "gatepost: the clock jumped by {} s; now {}, {:?}",
                jump.seconds,
                gatepost_system::clock::format_time(now.time),
                now.clock
            );
        }
        let identity = self.enrolled.as_ref().map(|known| &*known.identity);
        self.checkpoint
            .reload_if_changed(&self.data, identity, &self.clock);
        self.tick_duty(at);
        self.tick_enrolment();
        self.refresh_page(at);
        self.show_status();
        self.vitals.tell(&self.frames, &self.ui);
    }

    /// Shows the bar at the top at the next look at the clock.
    pub(super) fn status_soon(&mut self) {
        self.status_at = None;
    }

    pub(super) fn show_status(&mut self) {
        self.status_at = Some(Instant::now());
        let guard = self.staff.guard_name();
        let status = view::status(&self.checkpoint, &self.hub, guard, self.clock.now());
        self.ui.send(UiUpdate::Status(status));
    }

    /// `--once`: over when everything is logged and the hub has it, or can't be reached.
    fn end(&mut self) -> Life {
        let sync = self.enrolled.as_ref().and_then(|known| known.sync.as_ref());
        let Some(ending) = &mut self.ending else {
            return Life::Goes;
        };
        if Instant::now() >= ending.deadline {
            return Life::Over;
        }
        if self.waiting == 0 && !ending.asked {
            ending.asked = true;
            if self.hub.backlog.unsent == 0 || sync.is_none_or(|sync| sync.send(()).is_err()) {
                return Life::Over;
            }
        }
        Life::Goes
    }

    /// `--once`: whether the last exchange was asked for.
    pub(super) fn asked_last(&self) -> bool {
        self.ending.as_ref().is_some_and(|ending| ending.asked)
    }

    /// `--once`: there is nothing more to wait for.
    pub(super) fn end_now(&mut self) {
        if let Some(ending) = &mut self.ending {
            ending.deadline = Instant::now();
        }
    }
}
