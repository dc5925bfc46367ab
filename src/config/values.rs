//! Values that allow only what they may be.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};

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
        let number = i64::deserialize(from)?;
        u32::try_from(number)
            .ok()
            .filter(|number| (MIN..=MAX).contains(number))
            .map(Self)
            .ok_or_else(|| {
                let allowed = format!("a whole number from {MIN} to {MAX}");
                D::Error::invalid_value(Unexpected::Signed(number), &allowed.as_str())
            })
    }
}

impl<const MIN: u32, const MAX: u32> fmt::Display for Within<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// At most 24 bytes, the length of a place's name in a passage.
pub(super) fn short_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text::<D, 0, 24>(from, "at most 24 bytes")
}

/// The name or the path of a device.
pub(super) fn device<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    text::<D, 1, 255>(from, "the path or the name of a device, 1 to 255 bytes")
}

fn text<'de, D: Deserializer<'de>, const MIN: usize, const MAX: usize>(
    from: D,
    allowed: &str,
) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if (MIN..=MAX).contains(&text.len()) && !text.contains('\0') {
        return Ok(text);
    }
    Err(D::Error::invalid_value(Unexpected::Str(&text), &allowed))
}
