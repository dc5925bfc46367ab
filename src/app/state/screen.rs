//! Whether the screen shows day or night: as somebody chose, as the light sensor says, or as the
//! clock does; and how brightly it is lit then.

use gatepost_pass::Timestamp;

use crate::{config::ScreenMode, devices::Brightness, readable_time::format_hour};

/// What the screen follows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ScreenState {
    /// What was chosen.
    pub(crate) mode: ScreenMode,
    /// What the light sensor said last; nothing without one.
    pub(crate) daylight: Option<bool>,
    /// How brightly it is lit.
    pub(crate) lit: LitScreen,
}

/// How brightly the screen is lit by day, and by night.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LitScreen {
    pub(crate) day: Brightness,
    pub(crate) night: Brightness,
}

impl LitScreen {
    pub(crate) fn of(self, bright: bool) -> Brightness {
        if bright { self.day } else { self.night }
    }
}

/// Until somebody chooses: against the sun, and so that eyes stay used to the dark.
impl Default for LitScreen {
    fn default() -> Self {
        Self {
            day: Brightness::FULL,
            night: Brightness::from(4),
        }
    }
}

impl ScreenState {
    /// Whether it is bright at this time, `offset` minutes east of UTC.
    pub(crate) fn is_bright(self, time: Timestamp, offset: i16) -> bool {
        match self.mode {
            ScreenMode::Day => true,
            ScreenMode::Night => false,
            ScreenMode::Auto => self.daylight.unwrap_or_else(|| is_day(time, offset)),
        }
    }
}

/// From six to six.
fn is_day(time: Timestamp, offset: i16) -> bool {
    let clock = format_hour(time, offset);
    ("06:00".."18:00").contains(&clock.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatepost_pass::fixture::NOW;

    #[test]
    fn the_screen_follows_the_choice_then_the_sensor_then_the_clock() {
        // Midnight of some day, local time.
        let midnight = NOW.minus(NOW.0 % 86_400);
        let bright = |mode, daylight, minutes: u64, offset| {
            let time = midnight.plus(60 * minutes);
            let lit = LitScreen::default();
            let screen = ScreenState {
                mode,
                daylight,
                lit,
            };
            screen.is_bright(time, offset)
        };
        use ScreenMode::{Auto, Day, Night};
        for daylight in [None, Some(true), Some(false)] {
            assert!(bright(Day, daylight, 0, 0) && !bright(Night, daylight, 720, 0));
        }
        assert!(bright(Auto, Some(true), 0, 0) && !bright(Auto, Some(false), 720, 0));
        for (minutes, day) in [
            (0, false),
            (359, false),
            (360, true),
            (1079, true),
            (1080, false),
            (1439, false),
        ] {
            assert_eq!(bright(Auto, None, minutes, 0), day, "{minutes}");
            // The same minute of the day eight hours further east.
            let east = (minutes + 1440 - 480) % 1440;
            assert_eq!(bright(Auto, None, east, 480), day, "{minutes} east");
        }
    }
}
