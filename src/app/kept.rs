//! What a restart must not forget: where the device stands, which way people go, and what was chosen on the screen.

use gatepost_pass::{Document, Place, Text, Timestamp, TrustList, VerifiedDocument, verify};
use gatepost_protocol::Direction;
use serde::{Deserialize, Serialize};

use crate::{
    config::{Config, Language},
    data::DataDir,
    files,
    ui::TextSize,
};

/// Longest text of a place code that is kept, in bytes.
const MAX_PLACE: usize = 2048;
/// Longest file of choices, in bytes.
const MAX_CHOICES: usize = 1024;

/// Where the device stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Standpoint {
    /// Short name; empty when nobody said.
    pub(super) id: Text<24>,
    /// Name for people.
    pub(super) name: String,
    /// The text of the place code that said so.
    pub(super) code: Option<String>,
}

impl Standpoint {
    pub(super) fn of(place: &Place, code: String) -> Self {
        Self {
            id: place.id.clone(),
            name: place.name.to_string(),
            code: Some(code),
        }
    }
}

/// The place that was scanned last, where its code still counts.
pub(super) fn place(data: &DataDir, trust: &TrustList, now: Timestamp) -> Option<Standpoint> {
    let bytes = files::read_limited(&data.place(), MAX_PLACE).ok()?;
    let code = String::from_utf8(bytes).ok()?;
    let document = Document::from_text(&code).ok()?;
    match verify(&document, trust, now) {
        Ok(VerifiedDocument::Place(place)) if now < place.claims().not_after.start() => {
            Some(Standpoint::of(place.claims(), code))
        }
        _ => None,
    }
}

/// Keeps the text of a place code.
pub(super) fn keep_place(data: &DataDir, code: &str) {
    if let Err(error) = files::replace(&data.place(), code.as_bytes()) {
        eprintln!("gatepost: the place could not be kept: {error}");
    }
}

/// Which way people went before the restart.
pub(super) fn direction(data: &DataDir) -> Option<Direction> {
    match files::read_limited(&data.direction(), 8).ok()?.as_slice() {
        b"in" => Some(Direction::In),
        b"out" => Some(Direction::Out),
        _ => None,
    }
}

/// Keeps which way people go.
pub(super) fn keep_direction(data: &DataDir, direction: Direction) {
    let word = match direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    if let Err(error) = files::replace(&data.direction(), word.as_bytes()) {
        eprintln!("gatepost: the direction could not be kept: {error}");
    }
}

/// What was chosen on the screen; it goes before the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Choices {
    pub(super) language: Option<Language>,
    pub(super) text_size: Option<TextSize>,
    /// 0 to 100.
    pub(super) volume: Option<u8>,
}

/// The language that the window opens in: the one chosen on the screen, else that of the settings.
pub(super) fn language(data: &DataDir, config: &Config) -> Language {
    choices(data).language.unwrap_or(config.language)
}

/// What was chosen before the restart; nothing where the file says nothing that is understood.
pub(super) fn choices(data: &DataDir) -> Choices {
    let read = files::read_limited(&data.choices(), MAX_CHOICES).ok();
    let text = read.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| toml::from_str(&text).ok())
        .unwrap_or_default()
}

/// Keeps what was chosen.
pub(super) fn keep_choices(data: &DataDir, choices: Choices) {
    // Three values that TOML knows: it can't fail to write them.
    let text = toml::to_string(&choices).unwrap_or_default();
    if let Err(error) = files::replace(&data.choices(), text.as_bytes()) {
        eprintln!("gatepost: the choice could not be kept: {error}");
    }
}
