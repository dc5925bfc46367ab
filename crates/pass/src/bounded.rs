//! Texts, lists and maps that are never longer than their type says, and what is wrong with other
//! values.

use std::{collections::BTreeMap, fmt, str::FromStr};

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

/// A map of `MIN` to `MAX` entries. Written in the order of its keys, without repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct BoundedMap<K, V, const MIN: usize, const MAX: usize>(BTreeMap<K, V>);

impl<K: Ord, V, const MIN: usize, const MAX: usize> BoundedMap<K, V, MIN, MAX> {
    /// The entries.
    pub fn as_map(&self) -> &BTreeMap<K, V> {
        &self.0
    }

    /// What the entries say, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.values_mut()
    }
}

impl<K, V, const MAX: usize> Default for BoundedMap<K, V, 0, MAX> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K, V, const MIN: usize, const MAX: usize> TryFrom<BTreeMap<K, V>>
    for BoundedMap<K, V, MIN, MAX>
{
    type Error = ValueError;

    fn try_from(entries: BTreeMap<K, V>) -> Result<Self, ValueError> {
        check_length(entries.len(), MIN, MAX)?;
        Ok(Self(entries))
    }
}

impl<'de, K, V, const MIN: usize, const MAX: usize> Deserialize<'de> for BoundedMap<K, V, MIN, MAX>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(from)?
            .try_into()
            .map_err(D::Error::custom)
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

/// How a place code and a policy name a class of place or an area, and a release the devices that
/// it is for: 1 to 24 of `a-z`, `0-9` and `-`,
/// so that nothing else looks like it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KebabName(String);

impl KebabName {
    const MAX: usize = 24;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for KebabName {
    type Error = ValueError;

    fn try_from(name: String) -> Result<Self, ValueError> {
        check_length(name.len(), 1, Self::MAX)?;
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        match name.bytes().all(allowed) {
            true => Ok(Self(name)),
            false => Err(ValueError::Character),
        }
    }
}

impl FromStr for KebabName {
    type Err = ValueError;

    fn from_str(name: &str) -> Result<Self, ValueError> {
        name.to_owned().try_into()
    }
}

impl<'de> Deserialize<'de> for KebabName {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .try_into()
            .map_err(D::Error::custom)
    }
}

impl fmt::Display for KebabName {
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
