//! Who this device is: enrolled, with all that runs then, or on its way there.

use std::{convert::Infallible, sync::mpsc::Sender};

use gatepost_pass::{HubAddress, Text};
use gatepost_protocol::device::device_id;

use crate::{
    app::threads::enrolled::Enrolled,
    data::{DataDir, Identity},
    sync::enrol::FirstRun,
    ui::EnrolStep,
};

/// Enrolled or not.
pub(crate) struct EnrolmentState {
    enrolled: Option<Enrolled>,
    step: EnrolStep,
    /// The code that was scanned.
    first_run: Option<FirstRun>,
    /// Dropping it ends the questions to the hub.
    asking: Option<Sender<Infallible>>,
    /// Whether somebody looks at the sticks now.
    looking: bool,
}

impl EnrolmentState {
    pub(crate) fn new(enrolled: Option<Enrolled>) -> Self {
        Self {
            enrolled,
            step: EnrolStep::ScanCode,
            first_run: None,
            asking: None,
            looking: false,
        }
    }

    pub(crate) fn is_enrolled(&self) -> bool {
        self.enrolled.is_some()
    }

    /// Whom the authority knows this device as.
    pub(crate) fn identity(&self) -> Option<&std::sync::Arc<Identity>> {
        self.enrolled.as_ref().map(|known| &known.identity)
    }

    /// Wakes the exchange with the hub; nothing without one.
    pub(crate) fn sync(&self) -> Option<&Sender<()>> {
        self.enrolled.as_ref()?.sync.as_ref()
    }

    /// The device's number; empty when it has no key yet.
    pub(crate) fn device(&self, data: &DataDir) -> String {
        let key = match self.identity() {
            Some(identity) => Some(identity.key.public()),
            None => data.own_key().ok().map(|key| key.public()),
        };
        key.map(|key| device_id(&key).to_string())
            .unwrap_or_default()
    }

    pub(crate) fn step(&self) -> EnrolStep {
        if self.is_enrolled() {
            EnrolStep::Enrolled
        } else {
            self.step.clone()
        }
    }

    pub(crate) fn set_step(&mut self, step: EnrolStep) {
        self.step = step;
    }

    /// Asks from now on for what a scanned code promises: over the hub, or by stick alone.
    pub(crate) fn asks(&mut self, first_run: FirstRun, asking: Option<Sender<Infallible>>) {
        self.asking = asking;
        self.first_run = Some(first_run);
    }

    pub(crate) fn first_run(&self) -> Option<&FirstRun> {
        self.first_run.as_ref()
    }

    /// The address of the hub that is asked.
    pub(crate) fn hub(&self) -> Option<String> {
        let hub = self.first_run.as_ref().and_then(FirstRun::hub);
        hub.map(HubAddress::to_string)
    }

    /// Gives whether to look at the sticks: nobody does now.
    pub(crate) fn begin_look(&mut self) -> bool {
        !std::mem::replace(&mut self.looking, true)
    }

    /// The sticks were looked at.
    pub(crate) fn end_look(&mut self) {
        self.looking = false;
    }

    /// Whether the request is on a stick already.
    pub(crate) fn is_on_stick(&self) -> bool {
        matches!(self.step, EnrolStep::RequestWritten { .. })
    }

    /// The request and the name of its file, until a stick has taken it.
    pub(crate) fn request(&self, name: Text<60>) -> Option<(String, Vec<u8>)> {
        let first_run = self.first_run.as_ref().filter(|_| !self.is_on_stick())?;
        let id = first_run.device().to_string();
        let file = format!("gatepost-request-{}", id.get(..8).unwrap_or(&id));
        Some((file, first_run.request(name)))
    }

    /// Without a hub to ask, a stick is all that is left to wait for.
    pub(crate) fn wait_for_stick(&mut self) {
        if self.asking.is_none() && !matches!(self.step, EnrolStep::Failed(_)) {
            self.step = EnrolStep::InsertStick;
        }
    }

    /// The authority's answer was accepted.
    pub(crate) fn accepted(&mut self, enrolled: Option<Enrolled>) {
        *self = Self::new(enrolled);
    }
}
