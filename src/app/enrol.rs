//! The first run: an enrolment code pins the authority's root, the request goes out over the hub that the code
//! names, or by USB stick, and the answer comes back either way.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use gatepost_pass::Text;
use gatepost_protocol::device::device_id;
use gatepost_system::{
    files::{self, Access},
    random,
};

use super::{AppError, Event, hub::Enrolled, scanner::App, sticks, trouble};
use crate::{
    checkpoint::{Basis, Judged},
    sync::enrol::{self, Asked, EnrolError, FirstRun},
    ui::{EnrolStep, EnrolView, Page, TroubleView, UiUpdate},
};

/// The names that answers and requests have on a stick begin so.
const ANSWER: &str = "enrolment";
const REQUEST: &str = "gatepost-request-";
/// How long the page says that it is done.
const SAY_DONE: Duration = Duration::from_secs(5);
/// The name under which a device asks when nobody gave it one.
const NAMELESS: &str = "new device";

/// How far a first run is.
#[derive(Debug)]
pub(super) struct Enrolling {
    step: EnrolStep,
    /// The code that was scanned.
    first_run: Option<FirstRun>,
    /// Dropping it ends the questions to the hub.
    asking: Option<Sender<Infallible>>,
}

impl Default for Enrolling {
    fn default() -> Self {
        Self {
            step: EnrolStep::ScanCode,
            first_run: None,
            asking: None,
        }
    }
}

impl App {
    /// A device that nobody knows yet begins here.
    pub(super) fn begin_enrolment(&mut self) {
        if let Some(first_run) = FirstRun::resume(&self.data) {
            self.ask(first_run);
        }
        self.go_to(Page::Enrol);
    }

    pub(super) fn show_enrolment(&mut self) {
        let device = match &self.enrolled {
            Some(known) => Some(known.identity.key.public()),
            None => self.data.own_key().ok().map(|key| key.public()),
        };
        if self.enrolled.is_some() {
            self.enrolling.step = EnrolStep::Enrolled;
        }
        self.ui.send(UiUpdate::Enrol(EnrolView {
            device: device
                .map(|key| device_id(&key).to_string())
                .unwrap_or_default(),
            step: self.enrolling.step.clone(),
        }));
    }

    /// Takes the enrolment code of a first run. A device that is enrolled has no use for one.
    pub(super) fn take_enrolment_code(&mut self, judged: &Judged, text: Option<&str>) -> bool {
        let (None, Basis::NotSetUp(Some(_)), Some(text)) = (&self.enrolled, &judged.basis, text)
        else {
            return false;
        };
        match self.begin_first_run(text) {
            Ok(first_run) => self.ask(first_run),
            Err(why) => self.enrolling.step = EnrolStep::Failed(why),
        }
        self.go_to(Page::Enrol);
        true
    }

    fn begin_first_run(&self, text: &str) -> Result<FirstRun, TroubleView> {
        let seed = random::bytes().map_err(|why| trouble::of_app(&AppError::Random(why)))?;
        let now = self.clock.now().time;
        FirstRun::begin(&self.data, text, &seed, now).map_err(|why| trouble::of_enrol(&why))
    }

    /// Asks over the hub where the code names one; a stick that is put in takes the request all the same.
    fn ask(&mut self, first_run: FirstRun) {
        let (events, clock) = (self.events.clone(), self.clock.clone());
        let asking = first_run.ask(self.device_name()).map(|asking| {
            enrol::spawn(asking, clock, move |news| {
                let _ = events.send(Event::Enrolment(news));
            })
        });
        self.enrolling.step = match (&asking, first_run.hub()) {
            (Ok(_), Some(hub)) => EnrolStep::Asking {
                hub: hub.to_owned(),
            },
            (Err(EnrolError::ByStick), _) | (Ok(_), None) => EnrolStep::InsertStick,
            (Err(why), _) => EnrolStep::Failed(trouble::of_enrol(why)),
        };
        self.enrolling.asking = asking.ok();
        self.enrolling.first_run = Some(first_run);
        self.offer_to_stick();
    }

    fn device_name(&self) -> Text<60> {
        let place = self.checkpoint.place().name.as_str();
        let name = if place.is_empty() { NAMELESS } else { place };
        name.try_into().unwrap_or_default()
    }

    /// What a round of questions to the hub brought. It goes on by itself until there is an answer that counts.
    pub(super) fn enrolment_news(&mut self, news: Result<Asked, EnrolError>) {
        if self.enrolled.is_some() {
            return;
        }
        let on_stick = matches!(self.enrolling.step, EnrolStep::RequestWritten { .. });
        let hub = self.enrolling.first_run.as_ref().and_then(FirstRun::hub);
        let hub = hub.map(str::to_owned);
        match (news, hub) {
            (Ok(Asked::Answer(bytes)), _) => match self.accept(&bytes) {
                Ok(()) => self.enrolling.step = EnrolStep::Enrolled,
                Err(why) => self.enrolling.step = EnrolStep::Failed(why),
            },
            (Ok(Asked::Waiting), Some(hub)) if !on_stick => {
                self.enrolling.step = EnrolStep::AtHub { hub };
            }
            (Err(why), _) if !on_stick => {
                self.enrolling.step = EnrolStep::Failed(trouble::of_enrol(&why));
            }
            _ => return,
        }
        self.show_enrolment();
    }

    /// Looks for a stick that takes the request, and for the authority's answer.
    pub(super) fn tick_enrolment(&mut self) {
        if self.enrolled.is_some() || self.page != Page::Enrol {
            return;
        }
        let before = self.enrolling.step.clone();
        match self.answer_on_stick() {
            Some(answered) => self.enrolling.step = answered,
            None => self.offer_to_stick(),
        }
        if self.enrolling.step != before {
            self.show_enrolment();
        }
    }

    /// Writes the request to the first stick that takes it, where that was not done yet.
    fn offer_to_stick(&mut self) {
        let Some(first_run) = &self.enrolling.first_run else {
            return;
        };
        if matches!(self.enrolling.step, EnrolStep::RequestWritten { .. }) {
            return;
        }
        let id = first_run.device().to_string();
        let file = format!("{REQUEST}{}", id.get(..8).unwrap_or(&id));
        let request = first_run.request(self.device_name());
        let takes =
            |stick: &PathBuf| files::replace(&stick.join(&file), Access::Shared, &request).is_ok();
        if sticks::sticks(&self.sticks).iter().any(takes) {
            self.enrolling.step = EnrolStep::RequestWritten { file };
        } else if self.enrolling.asking.is_none()
            && !matches!(self.enrolling.step, EnrolStep::Failed(_))
        {
            self.enrolling.step = EnrolStep::InsertStick;
        }
    }

    /// The authority's answer for this device, where a stick has one.
    fn answer_on_stick(&mut self) -> Option<EnrolStep> {
        self.enrolling.first_run.as_ref()?;
        let read = |path: &PathBuf| files::read(path, FirstRun::MAX_ANSWER).ok();
        let files = sticks::files_named(&self.sticks, ANSWER);
        let mut fault = None;
        for bytes in files.iter().filter_map(read) {
            match self.accept(&bytes) {
                Ok(()) => return Some(EnrolStep::Enrolled),
                Err(why) => fault = Some(EnrolStep::Failed(why)),
            }
        }
        fault
    }

    fn accept(&mut self, bytes: &[u8]) -> Result<(), TroubleView> {
        let first_run = self.enrolling.first_run.as_ref();
        let accepted = match first_run {
            Some(first_run) => first_run.accept(&self.data, bytes),
            None => Err(EnrolError::NotACode),
        };
        accepted.map_err(|why| trouble::of_enrol(&why))?;
        let started = Enrolled::start(&self.data, &self.clock, &self.config, &self.events);
        self.enrolled = started.map_err(|why| trouble::of_app(&why))?;
        self.enrolling = Enrolling::default();
        self.back_at = Some(Instant::now() + SAY_DONE);
        Ok(())
    }
}
