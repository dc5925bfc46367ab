//! The pages of the window, and how large everything on them is written.

use serde::{Deserialize, Serialize};

/// Size of all text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextSize {
    /// The size that the pages are drawn for.
    #[default]
    Normal,
    /// A quarter larger.
    Large,
    /// Half as large again as normal.
    VeryLarge,
}

/// A page of the window. A verdict covers whichever page is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Home: the camera's picture, the direction, "No phone or code", the menu.
    Scan,
    /// What else the device does, and its settings: language, text size, volume, torch.
    Menu,
    /// What to do for people without a phone or a code.
    NoCode,
    /// An ID number on a large keypad.
    IdEntry,
    /// Registration by hand: why, who, the health questionnaire.
    ByHand,
    /// Sign on and off: badge and PIN.
    Duty,
    /// Where the device stands, and its place code for people to scan.
    Place,
    /// The code of another place was shown: whether the device stands there.
    PlaceMove,
    /// The menu is locked: asks for a badge that opens it.
    Unlock,
    /// Lists, clock, storage, unsent passages, sync, identity.
    Status,
    /// Each device: how it is, and a try.
    Devices,
    /// A supervisor sets the clock.
    Clock,
    /// Counts by hour and verdict.
    Today,
    /// Installs a bundle from a USB stick.
    Update,
    /// How the device works, in three pictures.
    Guide,
    /// Enrolment, at the first run.
    Enrol,
}

gatepost_pass::names! {
    Page {
        Scan = "scan", Menu = "menu", NoCode = "no-code", IdEntry = "id-entry", ByHand = "by-hand",
        Duty = "duty", Place = "place", PlaceMove = "place-move",
        Unlock = "unlock", Status = "status",
        Devices = "devices", Clock = "clock", Today = "today", Update = "update", Guide = "guide",
        Enrol = "enrol",
    }
}
