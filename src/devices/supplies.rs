//! What the device lives on, as values: its battery, and its link to a network.

/// The device's battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// How full it is, 0 to 100.
    pub percent: u8,
    /// Whether the device is fed from outside, so that it does not run down.
    pub charging: bool,
}

/// The best link that a device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkLink {
    /// None is up.
    Down,
    /// By radio, this strong.
    Wireless(SignalBars),
    /// By cable, or by something that does not say how strong it is.
    Up,
}

/// Strength of a radio link: 0 to 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalBars(u8);

impl SignalBars {
    /// So many; above 4 is 4.
    pub const fn new(bars: u8) -> Self {
        Self(if bars > 4 { 4 } else { bars })
    }

    /// How many.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Of a level in dBm, or of a quality in percent where the driver knows no level.
    pub(super) fn of(quality: f32, level: f32) -> Self {
        let steps = if level < 0.0 {
            [-88.0, -77.0, -66.0, -55.0].map(|least| level >= least)
        } else {
            [10.0, 30.0, 55.0, 80.0].map(|least| quality >= least)
        };
        Self(steps.into_iter().map(u8::from).sum())
    }
}
