//! Values that allow only what they may be.

use std::{fmt, ops::RangeInclusive};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use super::AllowedValue;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Within<MIN, MAX> {
    /// The number, or the nearest that is allowed.
    pub const fn nearest(number: u32) -> Self {
        assert!(MIN <= MAX);
        Self(if number < MIN {
            MIN
        } else if number > MAX {
            MAX
        } else {
            number
        })
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Within<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_i64(Bounds::<MIN, MAX>)
    }
}

/// Reads a [`Within`], and says what is allowed where something else stands.
struct Bounds<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for Bounds<MIN, MAX> {
    type Value = Within<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (MIN, MAX);
        fmt::Display::fmt(&AllowedValue::Number { least, most }, f)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        u32::try_from(number)
            .ok()
            .filter(|number| (MIN..=MAX).contains(number))
            .map(Within)
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

impl<const MIN: u32, const MAX: u32> fmt::Display for Within<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// At most 24 bytes, the length of a place's name in a passage.
pub(super) fn short_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from, 0..=24, &AllowedValue::Text(24))
}

/// The name or the path of a device.
pub(super) fn device<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text(from, 1..=255, &AllowedValue::DeviceName)
}

/// As [`device`], where there may be none.
pub(super) fn maybe_device<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    device(from).map(Some)
}

/// As [`device`], where an empty text stands for none.
pub(super) fn device_or_none<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    let name = text(from, 0..=255, &AllowedValue::Text(255))?;
    Ok(Some(name).filter(|name| !name.is_empty()))
}

fn text<'de, D: Deserializer<'de>>(
    from: D,
    bytes: RangeInclusive<usize>,
    allowed: &AllowedValue,
) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if bytes.contains(&text.len()) && !text.contains('\0') {
        return Ok(text);
    }
    let allowed = allowed.to_string();
    Err(D::Error::invalid_value(
        Unexpected::Str(&text),
        &allowed.as_str(),
    ))
}
