//! Texts and lists that are never longer than their type says, and what is wrong with other values.

use std::fmt;

use serde::{Deserialize, Serialize, de::Error as _};

use crate::visible;

/// A value outside the limits of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// A text or list is shorter or longer than its type allows.
    #[error("length {length} is outside {min} to {max}")]
    Length {
        /// The length that was given: bytes of a text, items of a list.
        length: usize,
        /// The shortest that is allowed.
        min: usize,
        /// The longest that is allowed.
        max: usize,
    },
    /// A character that the type does not allow.
    #[error("a character is not allowed here")]
    Character,
    /// A character of a text that nobody would see.
    #[error("U+{:04X} cannot be seen: leave it out", u32::from(*.0))]
    Hidden(char),
    /// Not hexadecimal of the right length.
    #[error("expected {0} hexadecimal digits")]
    Hex(usize),
}

/// A list of `MIN` to `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Bounded<T, const MIN: usize, const MAX: usize>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> Bounded<T, MIN, MAX> {
    /// The items.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> Default for Bounded<T, 0, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MIN: usize, const MAX: usize> TryFrom<Vec<T>> for Bounded<T, MIN, MAX> {
    type Error = ValueError;

    fn try_from(items: Vec<T>) -> Result<Self, ValueError> {
        check_length(items.len(), MIN, MAX)?;
        Ok(Self(items))
    }
}

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de>
    for Bounded<T, MIN, MAX>
{
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from)?.try_into().map_err(D::Error::custom)
    }
}

/// UTF-8 text of at most `MAX` bytes, all of which can be seen ([`visible`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        check_length(text.len(), 0, MAX)?;
        match visible::first_hidden(&text) {
            Some(hidden) => Err(ValueError::Hidden(hidden)),
            None => Ok(Self(text)),
        }
    }
}

impl<const MAX: usize> TryFrom<&str> for Text<MAX> {
    type Error = ValueError;

    fn try_from(text: &str) -> Result<Self, ValueError> {
        text.to_owned().try_into()
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .try_into()
            .map_err(D::Error::custom)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn check_length(length: usize, min: usize, max: usize) -> Result<(), ValueError> {
    if (min..=max).contains(&length) {
        Ok(())
    } else {
        Err(ValueError::Length { length, min, max })
    }
}
