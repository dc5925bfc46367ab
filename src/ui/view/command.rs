//! From the guard's finger to the program.

use gatepost_protocol::{Direction, OverrideWhy};

use super::{ByHandForm, Language, Page, TemperatureAnswer, TextSize};

/// What a finger can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UiCommand {
    /// The verdict was closed; the page under it is back already.
    DismissVerdict(u32),
    /// The verdict was tapped to stay until it is closed.
    HoldVerdict(u32),
    /// The temperature question of this verdict was answered.
    Temperature(u32, TemperatureAnswer),
    /// A supervisor is to allow this verdict, for this reason.
    Override(u32, OverrideWhy),
    /// The page was opened; the window shows it already. The program fills it.
    Opened(Page),
    /// People go this way from now on.
    Direction(Direction),
    /// An ID number was entered, as typed.
    IdNumber(String),
    /// The form was filled in.
    ByHand(ByHandForm),
    /// The PIN of the badge, as typed.
    Pin(String),
    /// The guard goes off duty.
    SignOff,
    /// Install the bundle that was found on the stick.
    Update,
    /// Exchange with the hub now.
    SyncNow,
    /// The language button was pressed; the window has switched already.
    SwitchLanguage(Language),
    /// The size of all text; the window has switched already.
    TextSize(TextSize),
    /// Volume of the sounds, 0 to 100.
    Volume(u8),
    /// The camera's lamp.
    Torch(bool),
    /// A key of a keyboard or of a scanner that acts as one, while no field has it; `\n` for Enter.
    Key(char),
    /// The window was closed.
    Quit,
}
