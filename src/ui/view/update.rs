//! From the program to the window.

use crate::config::{Hand, ScreenMode};
use crate::devices::Brightness;

use super::camera::{AimHint, CameraChoiceView, CameraView, Outline, RgbPicture};
use super::devices::DeviceTrialsView;
use super::info::{ClockPageView, EnrolView, Notice, StatusPageView, StatusView, TodayView};
use super::page::{Page, TextSize};
use super::people::{ByHandView, DutyView, IdEntryView, LockView, PlaceMoveView, PlaceView};
use super::update_page::UpdateView;
use super::verdict::{RecentVerdict, SavedState, ThermometerView, VerdictView};

/// What the program shows in the window.
#[derive(Clone, Debug, PartialEq)]
pub enum UiUpdate {
    /// A new camera picture. Dropped while an earlier one waits to be shown.
    Preview(RgbPicture),
    /// The codes in the newest decoded picture, outlined in the preview until the next one comes,
    /// or for half a second.
    Found {
        /// Corners of each code, at most eight.
        codes: Vec<Outline>,
        /// Width and height of the picture that the corners are measured in.
        size: (u32, u32),
    },
    /// A new state of the camera. Anything but `Live` clears the preview.
    Camera(CameraView),
    /// The cameras to choose from, in the menu.
    Cameras(Vec<CameraChoiceView>),
    /// Whether a scanner beside the camera reads codes; none, the window assumes at first.
    Scanner(bool),
    /// What to do so that a code in view can be read.
    Aim(Option<AimHint>),
    /// How the last verdicts went, the newest first.
    Recent(Vec<RecentVerdict>),
    /// Show this verdict, still being saved and without a time bar.
    Verdict(VerdictView),
    /// What the thermometer does about the question of the verdict on screen.
    Thermometer(ThermometerView),
    /// Whether the passage of the verdict on screen is logged.
    Saved(SavedState),
    /// Share of the verdict's time on screen that is left, from 1 down to 0, drawn as a thin bar.
    /// It stays 1 while the verdict is held.
    TimeLeft(f32),
    /// Close the verdict; the page under it is back.
    Dismiss,
    /// The status bar.
    Status(StatusView),
    /// Open this page.
    Page(Page),
    /// What is said about the ID number that was typed.
    IdEntry(IdEntryView),
    /// What the page for registering by hand asks.
    ByHand(ByHandView),
    /// The duty page.
    Duty(DutyView),
    /// The place page.
    Place(PlaceView),
    /// The question whether the device has moved.
    PlaceMove(PlaceMoveView),
    /// Whether the menu is locked.
    Lock(LockView),
    /// The status page.
    StatusPage(StatusPageView),
    /// The page on which each device is tried.
    Devices(DeviceTrialsView),
    /// The page on which the clock is set.
    Clock(ClockPageView),
    /// The page of the day.
    Today(TodayView),
    /// The update page.
    Update(UpdateView),
    /// The enrolment page.
    Enrol(EnrolView),
    /// What the guard should know on every page. Replaces all notices before.
    Notices(Vec<Notice>),
    /// Change the size of all text.
    TextSize(TextSize),
    /// What was chosen for the screen, and whether it is bright now.
    Screen {
        /// The choice, for the menu.
        mode: ScreenMode,
        /// Bright, or dark.
        bright: bool,
    },
    /// Whether nothing on screen moves by itself.
    LessMotion(bool),
    /// Diagonal of the panel in inches. Until it is said, a narrow window counts as 5, a wide one
    /// for 7.
    Panel(f32),
    /// On which side of a wide screen keys and buttons are.
    Hand(Hand),
    /// How brightly the screen is lit, in the menu; none, as the window assumes at first, for one
    /// whose light can't be set.
    Brightness(Brightness),
    /// Volume of the sounds in the menu, 0 to 100; `None` for a device without sounds.
    Volume(Option<u8>),
    /// Whether the torch is on; `None` for a device without one, as the window assumes at first.
    Torch(Option<bool>),
}
