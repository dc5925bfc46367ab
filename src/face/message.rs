//! What the scanner tells the second display: one line of four words.

use gatepost_protocol::Direction;

use crate::config::Language;

/// What the person is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaceSign {
    /// Show the code, on a phone or on paper.
    ShowCode,
    /// The same, or an ID card.
    ShowCodeOrCard,
    /// Wait a moment.
    Wait,
    /// Go on: what opens a gate, too.
    GoOn,
    /// Turn to the staff, whatever the reason.
    SeeStaff,
    /// Have the temperature taken, as everybody here.
    TakeTemperature,
    /// Nobody is checked here now.
    NotInUse,
}

gatepost_pass::names! {
    FaceSign {
        ShowCode = "show-code", ShowCodeOrCard = "show-code-or-card", Wait = "wait",
        GoOn = "go-on", SeeStaff = "see-staff", TakeTemperature = "take-temperature",
        NotInUse = "not-in-use",
    }
}

/// One line of the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaceMessage {
    /// What the person is to do.
    pub sign: FaceSign,
    /// Which way people go.
    pub direction: Direction,
    /// The person's language; where it is not known, Chinese and English.
    pub language: Option<Language>,
    /// Whether the screen is bright.
    pub bright: bool,
}

/// The word for a language that is not known.
const ANY: &str = "any";
/// The words for a screen that is bright, and one that is dark.
const DAY: &str = "day";
const NIGHT: &str = "night";

/// What came is no line of the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message for the second display")]
pub struct NotAFaceMessage;

impl FaceMessage {
    /// Longest line, in bytes.
    pub const MAX: usize = 64;

    /// The line, such as `go-on in any day`.
    pub fn to_line(self) -> String {
        let language = self.language.map_or(ANY, Language::name);
        let light = if self.bright { DAY } else { NIGHT };
        let (sign, direction) = (self.sign.name(), self.direction.name());
        format!("{sign} {direction} {language} {light}")
    }

    /// Reads a line.
    ///
    /// # Errors
    /// For anything but what [`Self::to_line`] gives.
    pub fn parse(line: &[u8]) -> Result<Self, NotAFaceMessage> {
        Self::read(line).ok_or(NotAFaceMessage)
    }

    fn read(line: &[u8]) -> Option<Self> {
        let line = line.get(..line.len().min(Self::MAX + 1))?;
        let line = std::str::from_utf8(line).ok()?;
        let mut words = line.split(' ');
        let message = Self {
            sign: FaceSign::from_name(words.next()?)?,
            direction: Direction::from_name(words.next()?)?,
            language: match words.next()? {
                ANY => None,
                name => Some(Language::from_name(name)?),
            },
            bright: match words.next()? {
                DAY => true,
                NIGHT => false,
                _ => return None,
            },
        };
        words.next().is_none().then_some(message)
    }
}
