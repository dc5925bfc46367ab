//! From the window to the program.

use super::page::{Page, TextSize};
use super::people::{ByHandForm, TemperatureAnswer};
use crate::config::{Language, ScreenMode};
use crate::devices::{Brightness, Device};
use gatepost_protocol::{Direction, OverrideWhy};

/// What a guard asks for with a finger or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UiCommand {
    /// The verdict was closed; the window shows the page under it already.
    DismissVerdict(u32),
    /// The verdict was tapped: it stays until it is closed.
    HoldVerdict(u32),
    /// The temperature question of this verdict was answered.
    Temperature(u32, TemperatureAnswer),
    /// A supervisor looks at the reasons for which this verdict can be allowed: its time waits.
    ChooseOverride(u32),
    /// No supervisor allows this verdict after all: its time begins anew.
    CancelOverride(u32),
    /// A supervisor wants to allow this verdict, for this reason.
    Override(u32, OverrideWhy),
    /// The page was opened; the window shows it already. The program fills it.
    Opened(Page),
    /// The direction was switched.
    Direction(Direction),
    /// An ID number was entered, as typed.
    IdNumber(String),
    /// The form for registering by hand was submitted.
    ByHand(ByHandForm),
    /// The PIN of the badge, as typed.
    Pin(String),
    /// The guard goes off duty.
    SignOff,
    /// The device stands at the other place: the answer to the question of this number.
    MovePlace(u32),
    /// It does not.
    StayAtPlace(u32),
    /// It never did: back to the place before.
    UndoMove,
    /// Set the clock to this local time: year, month, day, hour and minute, as twelve digits.
    SetClock(String),
    /// Install what was found on the stick.
    Update,
    /// A supervisor is to allow the program on the stick that was refused.
    AllowProgram,
    /// Sync with the hub now.
    SyncNow,
    /// The language was switched; the window shows it already.
    SwitchLanguage(Language),
    /// The text size was switched; the window shows it already.
    TextSize(TextSize),
    /// The screen was set to bright, dark or automatic; the window shows it already, but for
    /// automatic.
    Screen(ScreenMode),
    /// How brightly the screen is lit now, by day or by night; the window shows it already.
    Brightness(Brightness),
    /// Whether things on screen move was switched; the window does it already.
    LessMotion(bool),
    /// Volume of the sounds, 0 to 100.
    Volume(u8),
    /// The camera with this device was chosen.
    Camera(String),
    /// The torch was switched on or off.
    Torch(bool),
    /// This device is to be tried.
    TryDevice(Device),
    /// A key of a keyboard, or of a scanner that acts as one; `\n` for Enter.
    Key(char),
    /// The window was closed.
    Quit,
}
