//! Everything that can happen: the one input of the loop.

use std::{path::PathBuf, time::Instant};

use gatepost_checkpoint::{CheckedPin, ListAnswer};
use gatepost_decode::{CodeContent, Obstacle};
use gatepost_pass::{Listing, ProgramVersion};
use gatepost_protocol::Personal;

use crate::{
    camera::CameraState,
    devices::DeviceEvent,
    program::UpdateOutcome,
    store::{HourCount, LogError, Logged},
    sync::{
        SyncError, SyncNews,
        enrol::{Asked, EnrolError},
    },
    ui::{OnStick, UiCommand},
};

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// The camera came or went.
    Camera(CameraState),
    /// A frame was decoded, and it holds codes.
    Decoded(Sighting),
    /// A frame was looked at and nothing was read, because of this.
    Unread(Option<Obstacle>),
    /// The source was through, and its last frame has been decoded.
    Through,
    /// A passage was committed, or could not be.
    Logged {
        /// Number of the passage.
        passage: u32,
        /// What the log gave for it, or why it is not there yet.
        result: Result<Logged, LogError>,
    },
    /// The log has no space for one passage more, or has some again; comes also while nobody
    /// passes.
    LogSpace(Result<(), LogError>),
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
    /// The sticks were looked at for the first run.
    EnrolStick(EnrolStickNews),
    /// News from an update from a stick.
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
    pub(crate) codes: Vec<CodeContent>,
    /// The picture's name, where it has one.
    pub(crate) name: Option<String>,
    /// When it came and was read.
    pub(crate) stamps: Stamps,
}

/// When a frame, or a code from a scanner, went through each step until its codes were read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamps {
    /// It came.
    pub(crate) came: Instant,
    /// Work on it began.
    pub(crate) taken: Instant,
    /// Its codes were read.
    pub(crate) read: Instant,
}

impl Stamps {
    /// Of a code that was read elsewhere.
    pub(crate) fn now() -> Self {
        let now = Instant::now();
        Self {
            came: now,
            taken: now,
            read: now,
        }
    }
}

/// What lies on a stick for this device, as that claims itself: only ever shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundUpdate {
    /// Where it lies.
    pub(crate) place: PathBuf,
    /// The bundle.
    pub(crate) lists: OnStick<u64>,
    /// The program.
    pub(crate) program: OnStick<ProgramVersion>,
}

/// What came of an update from a stick, of each part that was on it.
#[derive(Debug)]
pub(crate) struct StickOutcome {
    /// The version of the bundle that is installed by now, or why it was not taken in.
    pub(crate) lists: Option<Result<u64, SyncError>>,
    /// The program.
    pub(crate) program: Option<Result<UpdateOutcome, SyncError>>,
}

/// What came of a look at the sticks during the first run.
#[derive(Debug)]
pub(crate) enum EnrolStickNews {
    /// There was an answer: accepted, or why the last one was not.
    Answered(Result<(), EnrolError>),
    /// The request is on a stick, as a file of this name.
    Written(String),
    /// There is no stick that takes the request.
    NoStick,
    /// There was nothing to do.
    Nothing,
}

/// Progress of an update from a stick, and its end.
#[derive(Debug)]
pub(crate) enum UpdateNews {
    /// The sticks were looked at; what lies there, if there is something.
    Looked(Option<FoundUpdate>),
    /// So many percent are checked and copied.
    Percent(u8),
    /// It is over.
    Ended(StickOutcome),
}
