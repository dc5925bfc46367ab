//! What was chosen on the screen and is kept over a restart: language, text size, day or night and
//! how bright each is, motion, volume, camera; and that somebody has seen how the device works.

use std::path::Path;

use gatepost_system::{chain, files};
use serde::{Deserialize, Serialize};

use crate::{
    camera::{PluggedCamera, cameras, find},
    config::{Config, Language, ScreenMode},
    data::DataDir,
    devices::Brightness,
    ui::TextSize,
};

/// Longest file of choices, in bytes.
const MAX_FILE: usize = 1024;

/// What was chosen on the screen; it goes before the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Choices {
    pub(crate) language: Option<Language>,
    pub(crate) text_size: Option<TextSize>,
    pub(crate) screen: Option<ScreenMode>,
    /// By day, and by night.
    pub(crate) day_brightness: Option<Brightness>,
    pub(crate) night_brightness: Option<Brightness>,
    pub(crate) less_motion: Option<bool>,
    /// Percent, 0 to 100.
    pub(crate) volume: Option<u8>,
    /// Whether somebody has seen how the device works.
    pub(crate) guided: bool,
    pub(crate) camera: Option<PluggedCamera>,
}

impl Choices {
    /// What was chosen before the restart; nothing where the file says nothing that is understood.
    pub(crate) fn load(data: &DataDir) -> Self {
        let text = files::read_text(&data.choices(), MAX_FILE).ok();
        text.and_then(|text| toml::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Changes one of them, also after a restart.
    pub(crate) fn change(&mut self, data: &DataDir, change: impl FnOnce(&mut Self)) {
        change(self);
        // Values that TOML knows, a table last: it can't fail to write them.
        let text = toml::to_string(self).unwrap_or_default();
        let kept = files::replace(&data.choices(), files::Access::Shared, text.as_bytes());
        if let Err(error) = kept {
            log::warn!("the choice could not be kept: {}", chain(&error));
        }
    }
}

/// The camera that was chosen, where it is still plugged in.
pub(crate) fn camera(data: &DataDir, video_devices: &Path) -> Option<String> {
    let chosen = Choices::load(data).camera?;
    Some(find(&chosen, &cameras(video_devices))?.device)
}

/// The language that the window opens in: the one chosen on the screen, else that of the settings.
pub(crate) fn language(data: &DataDir, config: &Config) -> Language {
    Choices::load(data).language.unwrap_or(config.language)
}
