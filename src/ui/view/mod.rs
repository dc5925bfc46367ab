//! What goes between the program and the window, in plain types without a trace of Slint.
//!
//! `update` is what the program shows, `command` what a finger asks for. `verdict` is what a guard
//! reads about people, `people` the pages for those without a code and for staff, `info` the pages
//! about the device, `update_page` the one for a stick, `devices` the one on which its devices are
//! tried, `trouble` what can go wrong with it.

mod camera;
mod command;
mod devices;
mod info;
mod page;
mod people;
mod trouble;
mod update;
mod update_page;
mod verdict;

pub use camera::{AimHint, CameraChoiceView, CameraView, Outline, RgbPicture};
pub use command::UiCommand;
pub use devices::{DeviceState, DeviceTrial, DeviceTrialsView, TriedDevice};
pub use info::{
    ClockPageView, ClockStep, ClockView, EndView, EnrolStep, EnrolView, FreshnessView, HourView,
    InsideView, IssuerView, Notice, OnlineView, PlaceRulesView, StatusPageView, StatusView,
    StorageView, SyncView, TodayView,
};
pub use page::{Page, TextSize};
pub use people::{
    ByHandForm, ByHandView, DutyState, DutyView, IdEntryView, IdFault, LockView, PinPurpose,
    PlaceMoveStep, PlaceMoveView, PlaceView, TemperatureAnswer,
};
pub use trouble::{Trouble, TroubleView};
pub use update::UiUpdate;
pub use update_page::{ListsEnd, OnStick, ProgramEnd, UpdateStep, UpdateView};
pub use verdict::{
    ColourView, DeskView, DocumentView, MemberView, MomentView, OverrideView, PersonView,
    QuestionView, RecentVerdict, SavedState, ThermometerView, VerdictView,
};
