//! The loop: takes one event after the other, and looks at the clock in between. What happens on
//! each stands in `on`, a kind of event a file.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{
    context::DeviceContext,
    event::Event,
    lane::Lane,
    on,
    present::{self, record::Recorder, window::Window},
    state::{
        aiming::Aiming, checkpoint::Checkpoint, choices::Choices, day_counts::DayCounts,
        device_trials::DeviceTrials, enrolment::EnrolmentState, face::FaceState, hub_link::HubLink,
        id_lookup::IdLookup, inside::InsideCount, log_link::LogLink, menu_lock::MenuLock,
        notices::Notices, place_moves::PlaceMoves, recent_outcomes::RecentOutcomes,
        run_once::RunOnce, staff::Staff, stick_update::StickUpdate, supplies::Supplies,
        torch_light::TorchLight, verdicts::ShownVerdicts,
    },
    threads::{enrolled::Enrolled, frames::RunningCamera, log_writer::LogWriter},
    vitals::Vitals,
};
use crate::{
    config::SettingsError,
    devices::{Devices, KeyAssembler},
    program::Confirmation,
    sync::SyncNews,
    ui::{Page, TemperatureAnswer, UiCommand, UiHandle, UiUpdate},
};
use gatepost_protocol::Temperature;

/// Longest time between two looks at the clock.
const TICK: Duration = Duration::from_millis(100);
/// The same while nothing goes on, so that the processor may sleep.
const IDLE_TICK: Duration = Duration::from_secs(1);
/// So long after the last event, what it has begun is over, or a second is nothing to it.
const QUIET: Duration = Duration::from_secs(5);

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
    /// Dropping it stops camera and decoder.
    pub(super) camera: RunningCamera,
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
    /// Until the first picture.
    confirmation: Option<Confirmation>,
    /// Dropping it stops camera and decoder.
    camera: RunningCamera,
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
            menu_lock: MenuLock::new(context.config.menu_lock),
            moves: PlaceMoves::default(),
            aiming: Aiming::default(),
            verdicts: ShownVerdicts::default(),
            recent: RecentOutcomes::default(),
            log: LogLink::new(log),
            inside: InsideCount::default(),
            notices: Notices::new(parts.bad_settings),
            devices: parts.devices,
            supplies: Supplies::default(),
            trials: DeviceTrials::default(),
            torch: context.config.torch.as_ref().map(TorchLight::new),
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
            confirmation: context
                .config
                .program
                .as_ref()
                .map(|program| Confirmation::new(data.clone(), program.confirm.words())),
            camera: parts.camera,
            context,
        }
    }

    /// Runs until the window is closed.
    pub(super) fn run(mut self, inbox: &Receiver<Event>) {
        self.lane.show_notices();
        on::device::begin(&self.lane, &self.context);
        on::setting::restore(&mut self.lane, &self.choices, &self.context.config);
        on::enrolment::begin(&mut self.enrolment, &mut self.lane, &self.context);
        let mut last = Instant::now();
        loop {
            let idle = last.elapsed() >= QUIET && self.lane.is_idle();
            match inbox.recv_timeout(if idle { IDLE_TICK } else { TICK }) {
                Ok(Event::Ui(UiCommand::Quit) | Event::Sync(SyncNews::Wipe)) => break,
                Ok(event) => {
                    last = Instant::now();
                    self.take(event);
                }
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
            Event::Camera(state) => {
                on::camera::changed(lane, state, &mut self.confirmation);
            }
            Event::Through => self.once.through(Instant::now()),
            Event::Decoded(sighting) => {
                on::aim::read(lane, Instant::now());
                on::code::sighted(lane, &mut self.enrolment, context, &sighting)
            }
            Event::Unread(obstacle) => on::aim::unread(lane, obstacle, Instant::now()),
            Event::Logged { passage, result } => {
                on::log::logged(lane, &mut self.hub, passage, result)
            }
            Event::LogSpace(space) => on::log::space(lane, space),
            Event::Counted(counts) => on::today::counted(lane, &mut self.day, counts),
            Event::LookedUp { number, listed } => {
                on::person::looked_up(lane, &mut self.lookup, number, listed);
            }
            Event::PinChecked(pin) => {
                on::badge::pin_checked(lane, &context.data, &pin);
                on::update::leave_given(lane, &mut self.update, &self.enrolment, context);
            }
            Event::Sync(news) => on::hub::synced(lane, &mut self.hub, &mut self.once, news),
            Event::Enrolment(news) => on::enrolment::news(&mut self.enrolment, lane, context, news),
            Event::EnrolStick(news) => {
                on::enrolment::at_sticks(&mut self.enrolment, lane, context, news)
            }
            Event::Update(news) => {
                on::update::news(lane, &mut self.update, &self.enrolment, context, news)
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
        if on::menu_lock::refuses(&mut self.lane, &command) {
            return;
        }
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
            UiCommand::AllowProgram => on::update::leave_asked(lane, &self.update, context),
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
            UiCommand::Camera(device) => {
                let camera = &mut self.camera;
                on::camera::chosen(lane, context, camera, &mut self.choices, &device);
            }
            UiCommand::TryDevice(device) => on::trial::begin(lane, &context.config, device),
            UiCommand::Torch(on) => on::aim::torch_tapped(lane, on, Instant::now()),
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
            self.lane.staff.duty.put_away();
            on::supervisor::pad_left(&mut self.lane);
            on::place::pad_left(&mut self.lane);
            on::menu_lock::left(&mut self.lane);
        }
        if before == Page::Unlock {
            on::menu_lock::left(&mut self.lane);
        }
        if before == Page::PlaceMove {
            on::place::left(&mut self.lane);
        }
        // Who has set the device up sees how it works before the first code comes.
        let set_up = before == Page::Enrol && self.enrolment.is_enrolled();
        if set_up && page == Page::Scan && !self.choices.guided {
            self.lane.window.go_to(Page::Guide);
        }
        // Another page, or this one anew: whoever left it no longer sets the clock, or allows
        // a program.
        self.lane.staff.clock.cancel();
        self.lane.staff.leave.cancel();
        self.fill(page, Instant::now());
    }

    /// Sends what is on a page.
    fn fill(&mut self, page: Page, at: Instant) {
        let (lane, context) = (&self.lane, &self.context);
        match page {
            Page::Scan | Page::NoCode | Page::Unlock | Page::Guide => {}
            Page::Menu => on::camera::show(lane, context, &self.camera),
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
                    &lane.clock,
                );
                lane.window.send(UiUpdate::StatusPage(view));
            }
            Page::Devices => on::trial::show(lane, &context.config),
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
        on::aim::tick(&mut self.lane, at);
        on::trial::tick(&mut self.lane, at);
        if let Some(page) = self.lane.window.tick(at) {
            self.fill(page, at);
        }
        if self.lane.window.page() == Page::Guide && !self.choices.guided {
            self.choices
                .change(&self.context.data, |choices| choices.guided = true);
        }
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
            camera,
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
        lane.count_inside();
        lane.trials.count_frames(camera.frames().came(), at);
        let identity = enrolment.identity().map(|identity| &**identity);
        let installed = &mut lane.checkpoint.installed;
        installed.reload_if_changed(&context.data, identity, &context.clock);
        on::badge::tick(lane);
        on::menu_lock::tick(lane, at);
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
        let (frames, window) = (self.camera.frames(), &self.lane.window);
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
        Page::Place | Page::Status | Page::Devices | Page::Clock | Page::Today => true,
        Page::Scan
        | Page::Menu
        | Page::NoCode
        | Page::IdEntry
        | Page::ByHand
        | Page::Duty
        | Page::PlaceMove
        | Page::Unlock
        | Page::Guide
        | Page::Update
        | Page::Enrol => false,
    }
}
