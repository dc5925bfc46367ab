//! The first run: an enrolment code pins the authority's root, the request goes out by USB stick, and the
//! answer comes back the same way.

use std::time::{Duration, Instant};

use gatepost_pass::{Digest, Document, Text, document};
use gatepost_protocol::{DeviceRequest, Enrolment, device::device_id};

use super::{AppError, hub::Enrolled, scanner::App, sticks, trouble};
use crate::{
    checkpoint::{Basis, Judged},
    data::DataError,
    files,
    ui::{EnrolStep, EnrolView, Page, Trouble, TroubleView, UiUpdate},
};

/// The names that answers and requests have on a stick begin so.
const ANSWER: &str = "enrolment";
const REQUEST: &str = "gatepost-request-";
/// Longest text of an enrolment code, in bytes.
const MAX_CODE: usize = 2048;
/// How long the page says that it is done.
const SAY_DONE: Duration = Duration::from_secs(5);
/// The name under which a device asks when nobody gave it one.
const NAMELESS: &str = "new device";

impl App {
    /// A device that nobody knows yet begins here.
    pub(super) fn begin_enrolment(&mut self) {
        self.enrolling = match self.pinned() {
            None => EnrolStep::ScanCode,
            Some(_) => self.asking(),
        };
        self.go_to(Page::Enrol);
    }

    pub(super) fn show_enrolment(&mut self) {
        let device = match &self.enrolled {
            Some(known) => Some(known.identity.key.public()),
            None => self.data.own_key().ok().map(|key| key.public()),
        };
        if self.enrolled.is_some() {
            self.enrolling = EnrolStep::Enrolled;
        }
        self.ui.send(UiUpdate::Enrol(EnrolView {
            device: device
                .map(|key| device_id(&key).to_string())
                .unwrap_or_default(),
            step: self.enrolling.clone(),
        }));
    }

    /// Takes the enrolment code of a first run. A device that is enrolled has no use for one.
    pub(super) fn take_enrolment_code(&mut self, judged: &Judged, text: Option<&str>) -> bool {
        let (None, Basis::NotSetUp(Some(code)), Some(text)) = (&self.enrolled, &judged.basis, text)
        else {
            return false;
        };
        self.enrolling = if self.clock.now().time >= code.not_after.start() {
            EnrolStep::Failed(Trouble::CodeExpired.into())
        } else {
            match self.pin_root(text) {
                Ok(step) => step,
                Err(why) => EnrolStep::Failed(why),
            }
        };
        self.go_to(Page::Enrol);
        true
    }

    fn pin_root(&mut self, text: &str) -> Result<EnrolStep, TroubleView> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|why| trouble::of_app(&AppError::Random(why)))?;
        let key = self.data.device_key(&seed);
        key.map_err(|why| trouble::of_data(&why))?;
        let kept = files::replace(&self.data.first_run(), text.as_bytes());
        kept.map_err(|why| trouble::of_storage(&why))?;
        Ok(self.asking())
    }

    /// The code of a first run that was scanned before.
    fn pinned(&self) -> Option<document::Enrolment> {
        let bytes = files::read_limited(&self.data.first_run(), MAX_CODE).ok()?;
        let document = Document::from_text(std::str::from_utf8(&bytes).ok()?).ok()?;
        document.claimed_enrolment()
    }

    /// The hub has no door for requests: they go by stick, whether or not there is a hub.
    fn asking(&self) -> EnrolStep {
        match self.write_request() {
            Some(file) => EnrolStep::RequestWritten { file },
            None => EnrolStep::InsertStick,
        }
    }

    /// Writes the request to the first stick that takes it, and gives the file's name.
    fn write_request(&self) -> Option<String> {
        let key = self.data.own_key().ok()?;
        let id = device_id(&key.public()).to_string();
        let file = format!("{REQUEST}{}", id.get(..8)?);
        let place = self.checkpoint.place().name.as_str();
        let name: Text<60> = place.try_into().unwrap_or_default();
        let name = match name.as_str() {
            "" => NAMELESS.try_into().unwrap_or_default(),
            _ => name,
        };
        let request = DeviceRequest::sign(name, &key);
        let sticks = sticks::sticks(&self.sticks);
        let takes =
            |stick: &std::path::PathBuf| files::replace(&stick.join(&file), &request).is_ok();
        sticks.iter().any(takes).then_some(file)
    }

    /// Looks for a stick that takes the request, and for the authority's answer.
    pub(super) fn tick_enrolment(&mut self) {
        if self.enrolled.is_some() || self.page != Page::Enrol {
            return;
        }
        let Some(code) = self.pinned() else { return };
        let before = self.enrolling.clone();
        if let Some(answered) = self.answer(&code) {
            self.enrolling = answered;
        } else if matches!(
            self.enrolling,
            EnrolStep::InsertStick | EnrolStep::Failed(_)
        ) {
            self.enrolling = self.asking();
        }
        if self.enrolling != before {
            self.show_enrolment();
        }
    }

    /// The authority's answer for this device, where a stick has one.
    fn answer(&mut self, code: &document::Enrolment) -> Option<EnrolStep> {
        let read = |path: &std::path::PathBuf| files::read_limited(path, Enrolment::MAX).ok();
        let files = sticks::files_named(&self.sticks, ANSWER);
        let mut fault = None;
        for bytes in files.iter().filter_map(read) {
            match self.accept(code, &bytes) {
                Ok(()) => {
                    self.back_at = Some(Instant::now() + SAY_DONE);
                    return Some(EnrolStep::Enrolled);
                }
                Err(why) => fault = Some(EnrolStep::Failed(why)),
            }
        }
        fault
    }

    /// Only an answer with the very root that the code named counts: the code was scanned off the
    /// authority's own paper, the stick went through many hands.
    fn accept(&mut self, code: &document::Enrolment, bytes: &[u8]) -> Result<(), TroubleView> {
        let enrolment = Enrolment::from_bytes(bytes).map_err(DataError::Enrolment);
        let enrolment = enrolment.map_err(|why| trouble::of_data(&why))?;
        if Digest::of(&enrolment.root) != code.root {
            return Err(Trouble::AnswerForeign.into());
        }
        let enrolled = self.data.enrol(bytes);
        enrolled.map_err(|why| trouble::of_data(&why))?;
        let started = Enrolled::start(&self.data, &self.clock, &self.config, &self.events);
        self.enrolled = started.map_err(|why| trouble::of_app(&why))?;
        // What was asked is answered; a fault here costs nothing but a file.
        let _ = std::fs::remove_file(self.data.first_run());
        Ok(())
    }
}
