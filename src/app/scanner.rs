//! The loop: takes one event after the other, and looks at the clock in between. What happens on
//! each stands in `on`, a kind of event a file.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use super::{
    context::DeviceContext,
    event::Event,
    lane::Lane,
    on,
    present::{self, record::Recorder, window::Window},
    state::{
        checkpoint::Checkpoint, choices::Choices, day_counts::DayCounts, enrolment::EnrolmentState,
        face::FaceState, hub_link::HubLink, id_lookup::IdLookup, log_link::LogLink,
        notices::Notices, place_moves::PlaceMoves, run_once::RunOnce, staff::Staff,
        stick_update::StickUpdate, supplies::Supplies, verdicts::ShownVerdicts,
    },
    threads::{enrolled::Enrolled, frames::FrameInbox, log_writer::LogWriter},
    vitals::Vitals,
};
use crate::{
    camera::{CameraState, CameraWatch},
    config::SettingsError,
    devices::{Devices, KeyAssembler},
    sync::SyncNews,
    ui::{Page, TemperatureAnswer, UiCommand, UiHandle, UiUpdate},
};
use gatepost_protocol::Temperature;

/// Longest time between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);

/// What the loop begins with.
pub(super) struct Parts {
    pub(super) context: DeviceContext,
    /// Why the settings are the defaults.
    pub(super) bad_settings: Option<SettingsError>,
    /// What runs on an enrolled device.
    pub(super) enrolled: Option<(Enrolled, LogWriter)>,
    pub(super) ui: UiHandle,
    pub(super) devices: Devices,
    pub(super) recorder: Option<Recorder>,
    pub(super) vitals: Vitals,
    /// Stop when the pictures are through and everything is logged and sent.
    pub(super) once: bool,
    pub(super) camera: Option<CameraWatch>,
    pub(super) frames: Arc<FrameInbox>,
}

/// The loop and all that it knows.
pub(super) struct App {
    context: DeviceContext,
    lane: Lane,
    enrolment: EnrolmentState,
    hub: HubLink,
    lookup: IdLookup,
    day: DayCounts,
    update: StickUpdate,
    choices: Choices,
    keys: KeyAssembler,
    once: RunOnce,
    /// Dropping it stops the camera.
    _camera: Option<CameraWatch>,
    /// Dropping it stops the decoder.
    frames: Arc<FrameInbox>,
}

impl App {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { context, .. } = parts;
        let (enrolled, log) = parts.enrolled.unzip();
        let enrolment = EnrolmentState::new(enrolled);
        let identity = enrolment.identity().map(|identity| &**identity);
        let (data, clock) = (&context.data, &context.clock);
        let lane = Lane {
            checkpoint: Checkpoint::load(data, identity, clock, &context.config),
            staff: Staff::load(data, Instant::now()),
            moves: PlaceMoves::default(),
            verdicts: ShownVerdicts::default(),
            log: LogLink::new(log),
            notices: Notices::new(parts.bad_settings),
            devices: parts.devices,
            supplies: Supplies::default(),
            window: Window::new(parts.ui, parts.recorder, parts.vitals),
            face: FaceState::new(data, &context.config),
            clock: clock.clone(),
        };
        Self {
            lane,
            enrolment,
            hub: HubLink::new(data),
            lookup: IdLookup::default(),
            day: DayCounts::default(),
            update: StickUpdate::default(),
            choices: Choices::load(data),
            keys: KeyAssembler::default(),
            once: RunOnce::new(parts.once),
            _camera: parts.camera,
            frames: parts.frames,
            context,
        }
    }

    /// Runs until the window is closed.
    pub(super) fn run(mut self, inbox: &Receiver<Event>) {
        self.lane.show_notices();
        on::device::begin(&self.lane, &self.context);
        on::setting::restore(&mut self.lane, self.choices, &self.context.config);
        on::enrolment::begin(&mut self.enrolment, &mut self.lane, &self.context);
        loop {
            match inbox.recv_timeout(TICK) {
                Ok(Event::Ui(UiCommand::Quit) | Event::Sync(SyncNews::Wipe)) => break,
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tick(Instant::now());
            if self.is_over() {
                break;
            }
        }
        // What still waits for an answer is logged as it stands.
        on::verdict::close(&mut self.lane, Instant::now());
        on::place::left(&mut self.lane);
        on::face::end(&mut self.lane, &self.context);
        self.lane.window.quit();
    }

    fn take(&mut self, event: Event) {
        let (lane, context) = (&mut self.lane, &self.context);
        match event {
            Event::Camera(state) => camera(lane, state),
            Event::Through => self.once.through(Instant::now()),
            Event::Decoded(sighting) => {
                on::code::sighted(lane, &mut self.enrolment, context, &sighting)
            }
            Event::Logged { passage, result } => {
                on::log::logged(lane, &mut self.hub, passage, result)
            }
            Event::LogSpace(space) => on::log::space(lane, space),
            Event::Counted(counts) => on::today::counted(lane, &mut self.day, counts),
            Event::LookedUp { number, listed } => {
                on::person::looked_up(lane, &mut self.lookup, number, listed);
            }
            Event::PinChecked(pin) => on::badge::pin_checked(lane, &context.data, &pin),
            Event::Sync(news) => on::hub::synced(lane, &mut self.hub, &mut self.once, news),
            Event::Enrolment(news) => on::enrolment::news(&mut self.enrolment, lane, context, news),
            Event::EnrolStick(news) => {
                on::enrolment::at_sticks(&mut self.enrolment, lane, context, news)
            }
            Event::Update(news) => {
                on::update::news(lane, &mut self.update, &self.enrolment, &context.data, news)
            }
            Event::Device(event) => {
                on::device::event(lane, &mut self.enrolment, &mut self.lookup, context, event)
            }
            Event::Ui(command) => self.command(command),
        }
        if self.lane.window.picture_is_due() {
            self.show_bar();
            self.lane.window.take_picture();
        }
    }

    fn command(&mut self, command: UiCommand) {
        let (lane, context) = (&mut self.lane, &self.context);
        let (data, events) = (&context.data, &context.events);
        match command {
            UiCommand::DismissVerdict(number) => on::verdict::dismissed(lane, number),
            UiCommand::HoldVerdict(number) => on::verdict::held(lane, number),
            UiCommand::Temperature(number, TemperatureAnswer::Normal) => {
                on::verdict::tapped(lane, number, Temperature::Normal);
            }
            UiCommand::Temperature(number, TemperatureAnswer::Fever) => {
                on::verdict::tapped(lane, number, Temperature::Fever);
            }
            UiCommand::ChooseOverride(number) => on::supervisor::choosing(lane, number),
            UiCommand::CancelOverride(number) => on::supervisor::cancelled(lane, number),
            UiCommand::Override(number, why) => on::supervisor::asked(lane, number, why),
            UiCommand::Opened(page) => self.opened(page),
            UiCommand::Direction(direction) => on::setting::direction(lane, data, direction),
            UiCommand::IdNumber(text) => {
                on::person::id_number(lane, &mut self.lookup, events, &text)
            }
            UiCommand::ByHand(form) => on::person::by_hand(lane, form),
            UiCommand::Pin(text) => on::badge::pin_entered(lane, events, text),
            UiCommand::SetClock(text) => on::clock::asked(lane, &text),
            UiCommand::SignOff => on::badge::sign_off(lane),
            UiCommand::MovePlace(number) => on::place::confirmed(lane, data, number),
            UiCommand::StayAtPlace(number) => on::place::refused(lane, number),
            UiCommand::UndoMove => on::place::undone(lane, data),
            UiCommand::Update => {
                on::update::asked(lane, &mut self.update, &self.enrolment, context)
            }
            UiCommand::SyncNow => on::hub::sync_now(&self.enrolment),
            UiCommand::SwitchLanguage(language) => {
                on::setting::language(lane, &mut self.choices, data, language);
            }
            UiCommand::TextSize(size) => {
                self.choices
                    .change(data, |choices| choices.text_size = Some(size));
            }
            UiCommand::LessMotion(less) => self
                .choices
                .change(data, |choices| choices.less_motion = Some(less)),
            UiCommand::Screen(mode) => on::setting::screen(lane, &mut self.choices, data, mode),
            UiCommand::Brightness(brightness) => {
                on::setting::brightness(lane, &mut self.choices, data, brightness)
            }
            UiCommand::Volume(percent) => {
                on::setting::volume(lane, &mut self.choices, data, percent)
            }
            UiCommand::Torch(on) => on::setting::torch(lane, on),
            UiCommand::Key(key) => on::device::key(
                lane,
                &mut self.enrolment,
                &mut self.lookup,
                &mut self.keys,
                context,
                key,
            ),
            // `run` ends the loop.
            UiCommand::Quit => {}
        }
    }

    /// A finger opened a page.
    fn opened(&mut self, page: Page) {
        let before = self.lane.window.opened(page);
        if before == Page::Duty && page != Page::Duty {
            on::supervisor::pad_left(&mut self.lane);
            on::place::pad_left(&mut self.lane);
        }
        if before == Page::PlaceMove {
            on::place::left(&mut self.lane);
        }
        // Another page, or this one anew: whoever left it no longer sets the clock.
        self.lane.staff.clock.cancel();
        self.fill(page, Instant::now());
    }

    /// Sends what is on a page.
    fn fill(&mut self, page: Page, at: Instant) {
        let (lane, context) = (&self.lane, &self.context);
        match page {
            Page::Scan | Page::Menu | Page::NoCode => {}
            Page::IdEntry => on::person::show_id_entry(&lane.window, &self.lookup, None),
            Page::ByHand => on::person::show_by_hand(lane),
            Page::Duty => lane.show_duty(),
            Page::Place => on::place::show_place(lane),
            Page::PlaceMove => on::place::show(lane, at),
            Page::Status => {
                let view = present::status_page::view(
                    &lane.checkpoint.installed,
                    &self.enrolment,
                    &self.hub,
                    lane.log_health(),
                    &context.data,
                    (&lane.clock, at),
                );
                lane.window.send(UiUpdate::StatusPage(view));
            }
            Page::Clock => on::clock::show(lane),
            Page::Today => on::today::show(lane, &mut self.day, context, at),
            Page::Update => on::update::opened(lane, &mut self.update, context),
            Page::Enrol => on::enrolment::present(&self.enrolment, lane, context),
        }
    }

    fn tick(&mut self, at: Instant) {
        on::log::tick(&mut self.lane, at);
        on::device::tick(&mut self.lane, &mut self.keys, &self.context, at);
        on::verdict::tick(&mut self.lane, at);
        self.lane.window.tick(at);
        let (lane, context) = (&mut self.lane, &self.context);
        on::face::tick(lane, &self.enrolment, &self.lookup, context, at);
        if self.lane.window.bar_is_due(at) {
            self.slow_tick(at);
        }
    }

    /// What changes slowly: the installed bundle, badges, sticks, the page that is open, the bar at
    /// the top.
    fn slow_tick(&mut self, at: Instant) {
        let Self {
            context,
            lane,
            enrolment,
            update,
            ..
        } = self;
        if let Some(jump) = context.clock.jump() {
            let now = lane.now();
            log::warn!(
                "the clock jumped by {} s; now {}, {:?}",
                jump.seconds,
                gatepost_system::clock::format_time(now.time),
                now.clock
            );
        }
        lane.checkpoint.tick(at);
        let identity = enrolment.identity().map(|identity| &**identity);
        let installed = &mut lane.checkpoint.installed;
        installed.reload_if_changed(&context.data, identity, &context.clock);
        on::badge::tick(lane);
        on::setting::show_screen(lane);
        on::place::tick(lane, at);
        on::enrolment::tick(enrolment, lane, context);
        on::update::tick(lane, update, context);
        let page = lane.window.page();
        if changes_while_open(page) {
            self.fill(page, at);
        }
        // Always at hand: a quick finger must not get past the questions.
        self.fill(Page::ByHand, at);
        self.show_bar();
        let (frames, window) = (&self.frames.latest, &self.lane.window);
        window.report_vitals(frames.came(), frames.dropped());
    }

    fn show_bar(&mut self) {
        let lane = &mut self.lane;
        let guard = lane.staff.guard_name();
        let (supplies, now) = (lane.supplies, lane.clock.now());
        let view = present::bar::view(&lane.checkpoint, &self.hub, supplies, guard, now);
        lane.window.show_bar(view);
    }

    /// `--once`: whether everything is logged, and the hub has it or can't be reached.
    fn is_over(&mut self) -> bool {
        let all_logged = self.lane.log.on_their_way() == 0;
        let (hub, sync) = (&self.hub, self.enrolment.sync());
        let ask = || hub.unsent() > 0 && sync.is_some_and(|sync| sync.send(()).is_ok());
        self.once.is_over(Instant::now(), all_logged, ask)
    }
}

/// Whether what is on a page changes without anybody touching it, so that it is sent again.
fn changes_while_open(page: Page) -> bool {
    match page {
        Page::Place | Page::Status | Page::Clock | Page::Today => true,
        Page::Scan
        | Page::Menu
        | Page::NoCode
        | Page::IdEntry
        | Page::ByHand
        | Page::Duty
        | Page::PlaceMove
        | Page::Update
        | Page::Enrol => false,
    }
}

/// The camera came or went.
fn camera(lane: &mut Lane, state: CameraState) {
    let window = &mut lane.window;
    if let CameraState::Waiting(error) = &state {
        log::warn!("{}", gatepost_system::chain(error));
    }
    lane.face.sees = state == CameraState::Live;
    if lane.face.sees {
        window.camera_live();
    }
    window.send(UiUpdate::Camera(present::camera::view(state)));
}
