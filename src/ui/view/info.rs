//! The status bar, the pages about the device, and the notices.

use std::collections::BTreeSet;

use gatepost_pass::{
    policy::{PlaceName, Risk, Way},
    trust::Due,
};
use gatepost_protocol::Direction;

use super::trouble::TroubleView;
use crate::{
    config::SettingsFault,
    devices::{Battery, Device, DeviceError, NetworkLink},
    readable_time::{Date, Span},
};

/// Everything in the status bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusView {
    /// Whether the hub can be reached.
    pub online: OnlineView,
    /// Whether there is a network; `None` where that is not known.
    pub network: Option<NetworkLink>,
    /// How full the battery is; `None` without one.
    pub battery: Option<Battery>,
    /// State of the lists and the trust.
    pub freshness: FreshnessView,
    /// Age of the oldest list in minutes; `None` without a list.
    pub list_age_minutes: Option<u64>,
    /// Local time, such as `06:12`.
    pub clock: String,
    /// False shows "clock not trusted" beside the time.
    pub clock_trusted: bool,
    /// Name of the place, or empty.
    pub place: String,
    /// Which rules hold there; nothing where all places have the same.
    pub rules: Option<PlaceRulesView>,
    /// Which way people go.
    pub direction: Direction,
    /// Name of the guard on duty, or empty.
    pub guard: String,
}

/// Which rules hold where the device stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceRulesView {
    /// The class of the place; nothing where the strictest rules hold for want of one.
    pub class: Option<PlaceName>,
    /// The risk of the area; nothing in a region that does not divide itself by risk.
    pub risk: Option<Risk>,
    /// Whether nobody need be stopped.
    pub stops_nobody: bool,
    /// How people are helped through.
    pub ways: BTreeSet<Way>,
}

/// Whether the hub can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlineView {
    /// The last sync with the hub succeeded.
    Online,
    /// The last sync failed.
    Offline,
    /// There has never been a sync.
    NeverSynced,
}

/// Whether the lists can be used: yes, with a warning, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreshnessView {
    /// Current.
    Fresh,
    /// Past their fresh time, still used.
    Stale,
    /// Past their last usable time.
    Expired,
    /// There is no bundle yet.
    NotSetUp,
}

/// The status page: what a supervisor asks over the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPageView {
    /// The issuers on the trust list: those whose lists this device has, and those recognised
    /// without.
    pub issuers: Vec<IssuerView>,
    /// Whether the clock agrees with what is known of the time.
    pub clock: ClockView,
    /// Space on the disk.
    pub storage: StorageView,
    /// Passages without a receipt.
    pub unsent: u64,
    /// The oldest unsent passage is younger than so many hours; more is not known of it.
    pub oldest_unsent_under_hours: Option<u64>,
    /// The last sync with the hub.
    pub sync: SyncView,
    /// This device's number, as on its certificate; empty when not enrolled.
    pub device: String,
    /// Address of the hub; empty when there is only the USB stick.
    pub hub: String,
    /// Version of this program.
    pub program: String,
    /// Version of the installed bundle.
    pub bundle: Option<u64>,
    /// How many persons and passes its lists name together.
    pub listed: u64,
    /// When the trust list ends, or the root above it, if that is sooner; `None` before the first
    /// bundle.
    pub trust: Option<EndView>,
}

/// When something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndView {
    /// The day, by the clock on the screen.
    pub date: Date,
    /// How near it is.
    pub due: Due,
}

/// One issuer on the status page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerView {
    /// Name in English and in its own language.
    pub name: String,
    /// Version of its status list; `None` without one.
    pub version: Option<u64>,
    /// Records in all of its lists.
    pub listed: u64,
    /// Age of its oldest list in minutes.
    pub age_minutes: Option<u64>,
    /// Whether that list is fresh.
    pub freshness: FreshnessView,
}

/// The clock on the status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockView {
    /// A signed time, or a supervisor, agreed.
    Confirmed,
    /// Nothing has agreed with it yet.
    Unconfirmed,
    /// It is behind what is known.
    Behind {
        /// By so much.
        by: Span,
        /// Whether a confirmed time is used in its place.
        replaced: bool,
    },
    /// It is ahead of what is known.
    Ahead {
        /// By so much.
        by: Span,
        /// Whether a confirmed time is used in its place.
        replaced: bool,
    },
}

/// The page on which a supervisor sets the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockPageView {
    /// The local time in use, such as `2026-11-21 08:00`.
    pub time: String,
    /// How far setting it is.
    pub step: ClockStep,
}

/// How far setting the clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockStep {
    /// A time can be typed.
    Enter,
    /// What was typed is no date and time.
    NoTime,
    /// What was typed is before the newest lists were signed.
    BeforeSigned,
    /// What was typed is far from what the clock says: setting it takes a second tap.
    FarOff,
    /// A supervisor's badge is awaited, and then its PIN.
    ShowBadge,
    /// The badge may not set the clock; another one may.
    BadgeRefused,
    /// It is set.
    Set,
}

/// The disk on the status page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageView {
    /// Free bytes; `None` when the file system does not say.
    pub free: Option<u64>,
    /// Bytes of the passage log.
    pub log: u64,
    /// False when the last passage could not be written.
    pub writable: bool,
}

/// The last sync with the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncView {
    /// There has never been one.
    Never,
    /// It succeeded.
    Done {
        /// Minutes ago.
        minutes: u64,
    },
    /// It failed.
    Failed {
        /// What went wrong.
        why: TroubleView,
        /// Minutes since the last one that succeeded, if any did.
        last_minutes: Option<u64>,
    },
    /// This device has no hub, only the USB stick.
    NoHub,
}

/// The page of the day: counts, no people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TodayView {
    /// The local day.
    pub day: Date,
    /// The 24 hours of the day.
    pub hours: Vec<HourView>,
    /// Who came and went; nothing before people were seen to go both ways.
    pub inside: Option<InsideView>,
}

/// How many people this device saw come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsideView {
    /// Came in.
    pub came: u64,
    /// Went out.
    pub went: u64,
    /// Since when, such as `06:00`.
    pub since: String,
}

/// Passages of one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourView {
    /// People admitted.
    pub admit: u32,
    /// People to be checked.
    pub check: u32,
    /// People refused.
    pub refuse: u32,
}

/// The enrolment page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolView {
    /// This device's number.
    pub device: String,
    /// How far enrolment is.
    pub step: EnrolStep,
}

/// How far enrolment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrolStep {
    /// Waiting for the enrolment code.
    ScanCode,
    /// The code is valid; asking the hub for the certificate.
    Asking {
        /// Address of the hub.
        hub: String,
    },
    /// The hub has the request; the authority has not answered yet.
    AtHub {
        /// Address of the hub.
        hub: String,
    },
    /// The code is valid; the request waits for a USB stick.
    InsertStick,
    /// The request was written to the stick that takes it to the authority.
    RequestWritten {
        /// Name of the file.
        file: String,
    },
    /// The device is enrolled.
    Enrolled,
    /// Enrolment failed.
    Failed(TroubleView),
}

/// Something the guard should know on every page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The settings cannot be used; the defaults are in use.
    BadSettings {
        /// Path of the settings file.
        file: String,
        /// Which line, and what is allowed there; `None` for a file that cannot be read.
        fault: Option<SettingsFault>,
    },
    /// A configured device does not work.
    DeviceGone {
        /// Which device.
        device: Device,
        /// Why it does not work.
        why: DeviceError,
    },
    /// The scanner sends no Enter behind its codes, so that none is read.
    CodeWithoutEnd,
    /// The hub refused a batch of passages, which now waits for a person.
    ParkedBatch {
        /// Why it was refused.
        why: TroubleView,
    },
    /// The passage log is full and the policy says stop: nobody is judged until there is space. The
    /// scan page says so in place of the camera's picture.
    Stopped,
    /// The passage log is full, and the policy allows verdicts without it.
    WithoutLog,
}
