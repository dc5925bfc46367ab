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

gatepost_pass::names! { Language { English = "en", Chinese = "zh", Uyghur = "ug" } }

impl Language {
    /// From a configuration word or a locale such as `en`, `zh`, `ug`, `zh_CN.UTF-8`.
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split(['_', '-', '.']).next()?;
        Self::from_name(&word.to_ascii_lowercase())
    }
}
