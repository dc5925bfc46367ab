//! The languages of the screen.

use serde::{Deserialize, Serialize};

/// Language of everything on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English, the source text.
    #[serde(rename = "en")]
    English,
    /// Chinese, simplified.
    #[serde(rename = "zh")]
    Chinese,
    /// Uyghur, from right to left: the scan and verdict pages; all other pages are English.
    #[serde(rename = "ug")]
    Uyghur,
}

impl Language {
    /// From a configuration word or a locale such as `en`, `zh`, `ug`, `zh_CN.UTF-8`.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split(['_', '-', '.']).next()?;
        if word.eq_ignore_ascii_case("en") {
            Some(Self::English)
        } else if word.eq_ignore_ascii_case("zh") {
            Some(Self::Chinese)
        } else if word.eq_ignore_ascii_case("ug") {
            Some(Self::Uyghur)
        } else {
            None
        }
    }

    /// The word that `parse` reads back.
    pub fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
            Self::Uyghur => "ug",
        }
    }
}
