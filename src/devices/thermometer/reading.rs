//! Parses what thermometers print. The protocol is in `docs/devices.md`: `T+36.5C`, with or without
//! a checksum; what Arduino sketches for the MLX90614 print is understood as well.

use std::fmt;

use thiserror::Error;

/// A body temperature in tenths of a degree Celsius, 30.0 to 45.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BodyTemperature(u16);

impl BodyTemperature {
    /// Lowest skin temperature of a living person, in tenths of a degree.
    pub const LOWEST: u16 = 300;
    /// Highest temperature of a living person, in tenths of a degree.
    pub const HIGHEST: u16 = 450;

    /// From tenths of a degree Celsius.
    pub fn from_tenths(tenths: i32) -> Result<Self, TemperatureError> {
        u16::try_from(tenths)
            .ok()
            .filter(|tenths| (Self::LOWEST..=Self::HIGHEST).contains(tenths))
            .map(Self)
            .ok_or(TemperatureError::Impossible { tenths })
    }

    /// Tenths of a degree Celsius.
    pub fn tenths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for BodyTemperature {
    /// Writes `36.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// Why there is no temperature.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum TemperatureError {
    /// Not the temperature of a person: the thermometer was not pointed at one.
    #[error("{}.{} °C is not a body temperature: measure again", tenths / 10, (tenths % 10).abs())]
    Impossible {
        /// What it measured, in tenths of a degree Celsius.
        tenths: i32,
    },
    /// It measures in Fahrenheit, by its unit or by its number.
    #[error("the thermometer is set to Fahrenheit: set it to Celsius")]
    Fahrenheit,
    /// The line's checksum is wrong.
    #[error("the thermometer's answer arrived damaged: measure again")]
    Damaged,
    /// There is no temperature in the line.
    #[error("the thermometer's answer is not understood (see docs/devices.md)")]
    NotUnderstood,
    /// No usable answer came in time.
    #[error("the thermometer does not answer: measure again, or enter the temperature")]
    NoAnswer,
}

/// Parses one line. Two decimals are rounded to one, half up.
///
/// # Errors
/// All but `NoAnswer`.
pub fn parse_reading(line: &str) -> Result<BodyTemperature, TemperatureError> {
    let line = without_checksum(line.trim())?;
    let numbers = numbers(line);
    let chosen = match numbers.as_slice() {
        [only] if !only.is_labelled(&["amb"]) => only,
        [] | [_] => return Err(TemperatureError::NotUnderstood),
        several => several
            .iter()
            .find(|number| number.is_labelled(&["obj", "body"]))
            .ok_or(TemperatureError::NotUnderstood)?,
    };
    let fahrenheit = match chosen.unit {
        Some('F') => true,
        Some('C') => false,
        // No person has that in Celsius, and every person has it in Fahrenheit.
        _ => (860..=1130).contains(&chosen.tenths),
    };
    if fahrenheit {
        return Err(TemperatureError::Fahrenheit);
    }
    BodyTemperature::from_tenths(chosen.tenths)
}

/// Checks and removes `*` and two hexadecimal digits, the exclusive or of all bytes before the `*`
/// (as in NMEA 0183).
fn without_checksum(line: &str) -> Result<&str, TemperatureError> {
    let Some((body, sum)) = line.rsplit_once('*') else {
        return Ok(line);
    };
    // In "36.52*C" the asterisk stands for the degree sign.
    if sum.len() != 2 || !sum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(line);
    }
    let found = body.bytes().fold(0, |sum, byte| sum ^ byte);
    match u8::from_str_radix(sum, 16) {
        Ok(sum) if sum == found => Ok(body),
        _ => Err(TemperatureError::Damaged),
    }
}

/// A number with decimals, and the text around it.
struct Number<'a> {
    /// The text between the number before and this one.
    label: &'a str,
    tenths: i32,
    unit: Option<char>,
}

impl Number<'_> {
    fn is_labelled(&self, words: &[&str]) -> bool {
        let label = self.label.to_ascii_lowercase();
        words.iter().any(|word| label.contains(word))
    }
}

/// All numbers with decimals, such as `+36.52`, `36,5` and `-3.1`.
fn numbers(line: &str) -> Vec<Number<'_>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_digit()) {
        let before = &rest[..begin];
        let (whole, tail) = split_digits(&rest[begin..]);
        rest = tail;
        let Some((decimals, tail)) = tail.strip_prefix(['.', ',']).map(split_digits) else {
            continue;
        };
        rest = tail;
        // More digits are no temperature. (An MLX90614 that fails says 1037.55.)
        let (1..=4, 1..=4) = (whole.len(), decimals.len()) else {
            continue;
        };
        let tenths = tenths(whole, decimals);
        found.push(Number {
            label: before,
            tenths: if before.ends_with('-') {
                -tenths
            } else {
                tenths
            },
            unit: unit(tail),
        });
    }
    found
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

/// The number of a few digits, and of those behind the point.
fn tenths(whole: &str, decimals: &str) -> i32 {
    let digit = |byte: u8| i32::from(byte - b'0');
    let whole = whole.bytes().fold(0, |sum, byte| sum * 10 + digit(byte));
    let mut decimals = decimals.bytes().map(digit);
    let first = decimals.next().unwrap_or(0);
    let second = decimals.next().unwrap_or(0);
    whole * 10 + first + i32::from(second >= 5)
}

/// `C` or `F` right behind a number, whatever stands for the degree sign.
fn unit(tail: &str) -> Option<char> {
    let tail = tail.trim_start_matches([' ', '*', '°', 'º', '\u{fffd}']);
    tail.chars().next().map(|unit| unit.to_ascii_uppercase())
}
