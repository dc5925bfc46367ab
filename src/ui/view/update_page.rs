//! The update page: what is on a stick, what came of it, and a supervisor's leave.

use gatepost_pass::ProgramVersion;

use super::trouble::TroubleView;

/// The update page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateView {
    /// Version of the installed bundle.
    pub installed: Option<u64>,
    /// Version of the program that runs; nothing where the program is not updated.
    pub program: Option<ProgramVersion>,
    /// How far the update is.
    pub step: UpdateStep,
}

/// How far an update from a stick is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpdateStep {
    /// There is no stick with an update.
    NoStick,
    /// An update was found; a tap starts it.
    Found {
        /// Where it was found, in words that a guard understands.
        place: String,
        /// Its bundle.
        lists: OnStick<u64>,
        /// Its program.
        program: OnStick<ProgramVersion>,
    },
    /// Being checked and copied, in percent.
    Working(u8),
    /// It is over: what came of the lists and of the program, where they were on the stick.
    Ended {
        /// Of the lists.
        lists: Option<ListsEnd>,
        /// Of the program.
        program: Option<ProgramEnd>,
    },
    /// A supervisor's badge is awaited, and then its PIN, for this version of the program.
    ShowBadge(ProgramVersion),
    /// The badge may not allow it; another one may.
    BadgeRefused(ProgramVersion),
}

/// Whether a stick holds something of a kind, and its version as that claims itself: nobody has
/// checked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnStick<T> {
    /// There is nothing of the kind.
    Nothing,
    /// It does not say its version.
    Unreadable,
    /// This version.
    Version(T),
}

impl<T> OnStick<T> {
    /// Whether there is something of the kind.
    pub fn is_there(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// What came of the lists on a stick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListsEnd {
    /// Installed.
    Installed {
        /// Version that was installed before.
        before: Option<u64>,
        /// Version that is installed now.
        after: u64,
    },
    /// Refused or failed; the previous bundle stays in use.
    Refused(TroubleView),
}

/// What came of the program on a stick. The one that runs stays until the next start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramEnd {
    /// It runs from the next start on.
    Written(ProgramVersion),
    /// It was installed before, and runs from the next start on.
    Waits(ProgramVersion),
    /// It runs already.
    Running,
    /// It is older than what this device has had. A supervisor may allow it.
    Older(ProgramVersion),
    /// The device has fallen back from it. A supervisor may allow it.
    FellBack(ProgramVersion),
    /// No picture has come in this start of the device. A supervisor may allow it.
    NoPicture(ProgramVersion),
    /// Refused or failed for good.
    Refused(TroubleView),
}

impl ProgramEnd {
    /// The version that a supervisor may still allow.
    pub fn allowable(&self) -> Option<ProgramVersion> {
        match self {
            Self::Older(version) | Self::FellBack(version) | Self::NoPicture(version) => {
                Some(*version)
            }
            Self::Written(_) | Self::Waits(_) | Self::Running | Self::Refused(_) => None,
        }
    }
}
