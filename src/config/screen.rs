//! The screen: how large it is, whether it is bright, and on which side its buttons are.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, Unexpected, Visitor},
};

use super::AllowedValue;

/// When the screen is bright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScreenMode {
    /// Always: white, for sunlight.
    #[serde(rename = "day")]
    Day,
    /// Never: black, so that nobody is blinded.
    #[serde(rename = "night")]
    Night,
    /// As the light sensor says, or the clock where there is none.
    #[default]
    #[serde(rename = "auto")]
    Auto,
}

/// Which hand holds a wide panel's keys and buttons within reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Hand {
    /// On the right.
    #[default]
    #[serde(rename = "right")]
    Right,
    /// On the left.
    #[serde(rename = "left")]
    Left,
}

gatepost_pass::names! { ScreenMode { Day = "day", Night = "night", Auto = "auto" } }

/// Diagonal of a panel, in tenths of an inch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inches(u32);

impl Inches {
    /// The smallest and the largest that there may be, in inches.
    pub const LEAST: u32 = 3;
    /// See [`Inches::LEAST`].
    pub const MOST: u32 = 40;

    /// From inches; `None` outside the limits.
    pub fn new(inches: f64) -> Option<Self> {
        let tenths = (inches * 10.0).round();
        let (least, most) = (f64::from(10 * Self::LEAST), f64::from(10 * Self::MOST));
        // Both limits are exact, and NaN is within none.
        (least..=most)
            .contains(&tenths)
            .then_some(Self(tenths as u32))
    }

    /// In inches.
    pub fn get(self) -> f32 {
        self.0 as f32 / 10.0
    }
}

impl<'de> Deserialize<'de> for Inches {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyNumber)
    }
}

/// Reads [`Inches`] from a number with or without decimals.
struct AnyNumber;

impl Visitor<'_> for AnyNumber {
    type Value = Inches;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (Inches::LEAST, Inches::MOST);
        fmt::Display::fmt(&AllowedValue::Decimal { least, most }, f)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Inches, E> {
        let small = i32::try_from(number).ok();
        small
            .and_then(|number| Inches::new(number.into()))
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Inches, E> {
        Inches::new(number).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}
