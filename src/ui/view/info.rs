//! The bar at the top, and the pages that explain the device.

use gatepost_protocol::Direction;

use super::TroubleView;
use crate::{
    clock::Date,
    config::Fault,
    devices::{Device, DeviceError},
};

/// Everything in the bar at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusView {
    /// Whether the hub can be reached.
    pub online: OnlineView,
    /// State of the lists and the trust.
    pub freshness: FreshnessView,
    /// Age of the oldest list in minutes, where there is one.
    pub list_age_minutes: Option<u64>,
    /// Records of all lists together.
    pub listed: u64,
    /// Passages that the hub has not confirmed yet.
    pub unsent: u64,
    /// Local time, such as `06:12`.
    pub clock: String,
    /// False shows "clock not trusted" beside the time.
    pub clock_trusted: bool,
    /// Name of the place, or empty.
    pub place: String,
    /// Which way people go.
    pub direction: Direction,
    /// Name of the guard on duty, or empty.
    pub guard: String,
}

/// Whether the hub can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlineView {
    /// The last exchange went through.
    Online,
    /// It did not.
    Offline,
    /// There never was one.
    NeverSynced,
}

/// State of the lists: works, works with a warning, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreshnessView {
    /// Current.
    Fresh,
    /// Past the fresh time, still used.
    Stale,
    /// Past the last usable time.
    Expired,
    /// There is no bundle yet.
    NotSetUp,
}

/// The status page: what a supervisor asks over the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPageView {
    /// Each issuer on the trust list that this device has lists of, and those it recognises without.
    pub issuers: Vec<IssuerView>,
    /// The clock.
    pub clock: ClockView,
    /// The disk.
    pub storage: StorageView,
    /// Passages without a receipt.
    pub unsent: u64,
    /// Age of the oldest of them in minutes.
    pub oldest_unsent_minutes: Option<u64>,
    /// The last exchange with the hub.
    pub sync: SyncView,
    /// This device's number, as on its certificate; empty when not enrolled.
    pub device: String,
    /// The hub's address; empty for USB only.
    pub hub: String,
    /// Version of this program.
    pub program: String,
    /// Version of the installed bundle.
    pub bundle: Option<u64>,
}

/// One issuer on the status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerView {
    /// Name in English and its own language.
    pub name: String,
    /// Version of its status list, where there is one.
    pub version: Option<u64>,
    /// Records of its lists together.
    pub listed: u64,
    /// Age of the older of its lists in minutes.
    pub age_minutes: Option<u64>,
    /// Whether that is fresh.
    pub freshness: FreshnessView,
}

/// The clock on the status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockView {
    /// Agrees with every signed time that was seen.
    Trusted,
    /// Was behind a signed time: the signed time counts.
    Behind,
    /// Is far ahead of every signed time.
    Ahead,
}

/// The disk on the status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageView {
    /// Bytes that are free; nothing where the disk could not be asked.
    pub free: Option<u64>,
    /// Bytes that the passage log takes.
    pub log: u64,
    /// False when the last passage could not be written.
    pub writable: bool,
}

/// The last exchange with the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncView {
    /// There never was one.
    Never,
    /// It went through so many minutes ago.
    Done {
        /// Minutes since.
        minutes: u64,
    },
    /// It failed; the one before that went through so many minutes ago, if there was one.
    Failed {
        /// What happened.
        why: TroubleView,
        /// Minutes since the last that went through.
        last_minutes: Option<u64>,
    },
    /// This device has no hub: USB only.
    NoHub,
}

/// The page of the day: counts, no persons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TodayView {
    /// The local day.
    pub day: Date,
    /// The 24 hours of the day.
    pub hours: Vec<HourView>,
}

/// Passages of one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourView {
    /// Admitted.
    pub admit: u32,
    /// To be checked.
    pub check: u32,
    /// Refused.
    pub refuse: u32,
}

/// The update page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateView {
    /// Version of the installed bundle.
    pub installed: Option<u64>,
    /// How far it is.
    pub step: UpdateStep,
}

/// How far an update from a stick is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateStep {
    /// No stick with a bundle is there.
    NoStick,
    /// A bundle was found; a tap begins.
    Found {
        /// Where, as the guard would call it.
        place: String,
        /// Its version, as its manifest claims.
        version: Option<u64>,
    },
    /// Being checked and copied, in percent.
    Working(u8),
    /// Installed.
    Done {
        /// Version before.
        before: Option<u64>,
        /// Version now.
        after: u64,
    },
    /// Refused or failed. The one before stays.
    Refused(TroubleView),
}

/// The enrolment page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolView {
    /// This device's number.
    pub device: String,
    /// How far it is.
    pub step: EnrolStep,
}

/// How far enrolment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrolStep {
    /// Hold the enrolment code before the camera.
    ScanCode,
    /// The code is good; asking the hub for the certificate.
    Asking {
        /// The hub's address.
        hub: String,
    },
    /// The hub has the request; the authority has not answered yet.
    AtHub {
        /// The hub's address.
        hub: String,
    },
    /// The code is good; the request waits for a stick to go onto.
    InsertStick,
    /// The request must go to the authority by stick: it was written there.
    RequestWritten {
        /// The file's name.
        file: String,
    },
    /// Done.
    Enrolled,
    /// Failed.
    Failed(TroubleView),
}

/// Something the guard should know on every page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The settings can't be used; the defaults are in force.
    BadSettings {
        /// The file.
        file: String,
        /// Which line, and what is allowed there; nothing for a file that can't be read.
        fault: Option<Fault>,
    },
    /// Something that is configured is not there: a scanner, a thermometer, the gate's line.
    DeviceGone {
        /// Which.
        device: Device,
        /// What happened.
        why: DeviceError,
    },
    /// A batch of passages was refused by the hub and waits for a person.
    ParkedBatch {
        /// Why.
        why: TroubleView,
    },
    /// The log has no room, and the policy says stop: nobody is judged until it has. The scan page says so in
    /// the camera's place.
    Stopped,
    /// The log has no room, and the policy lets verdicts go on without it.
    WithoutLog,
}
