//! The device's own settings: `config.toml` in the data directory. Everything has a default.

use std::{io, path::Path, time::Duration};

use gatepost_protocol::Direction;
use serde::{Deserialize, Serialize};

use crate::{files, ui::Language};

/// Settings that a site changes by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Camera device, such as `/dev/video0`.
    pub camera: String,
    /// Language of the screen: `en`, `zh` or `ug`.
    pub language: Language,
    /// Which way people go past this device: `in` or `out`.
    pub direction: Direction,
    /// Short name of the place until a place code is scanned; at most 24 bytes.
    pub place: String,
    /// Seconds between two exchanges with the hub.
    pub sync_seconds: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            camera: "/dev/video0".to_owned(),
            language: Language::English,
            direction: Direction::In,
            place: String::new(),
            sync_seconds: 30,
        }
    }
}

/// Why the settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and can't be read.
    #[error("{path} can't be read: {why}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        why: io::Error,
    },
    /// The file breaks its rules; the message names line and key.
    #[error("{path}: {why}")]
    Wrong {
        /// The file.
        path: String,
        /// Line, key, and what is allowed.
        why: String,
    },
}

const MAX_BYTES: usize = 64 * 1024;

impl Config {
    /// Reads a file; no file gives the defaults.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = || path.display().to_string();
        let wrong = |why| ConfigError::Wrong { path: name(), why };
        let bytes = match files::read_limited(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(why) => return Err(ConfigError::Read { path: name(), why }),
        };
        let text = String::from_utf8(bytes).map_err(|_| wrong("not UTF-8 text".to_owned()))?;
        let config: Self = toml::from_str(&text).map_err(|why| wrong(why.to_string()))?;
        if config.place.len() > 24 {
            return Err(wrong("`place` is longer than 24 bytes".to_owned()));
        }
        if !(1..=86_400).contains(&config.sync_seconds) {
            return Err(wrong("`sync_seconds` must be 1 to 86400".to_owned()));
        }
        Ok(config)
    }

    /// Time between two exchanges with the hub.
    pub fn sync_every(&self) -> Duration {
        Duration::from_secs(self.sync_seconds.into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path)
    }

    #[test]
    fn no_file_and_an_empty_file_give_the_defaults() {
        assert_eq!(
            Config::load(Path::new("/nonexistent/c.toml")).unwrap(),
            Config::default()
        );
        assert_eq!(load("").unwrap(), Config::default());
    }

    #[test]
    fn a_fault_names_its_line_and_what_is_allowed() {
        let fault = load("camera = \"/dev/video1\"\nlanguage = \"fr\"")
            .unwrap_err()
            .to_string();
        assert!(
            fault.contains("line 2") && fault.contains("`en`, `zh`, `ug`"),
            "{fault}"
        );
        let fault = load("kamera = \"x\"").unwrap_err().to_string();
        assert!(
            fault.contains("kamera") && fault.contains("camera"),
            "{fault}"
        );
        assert!(load("sync_seconds = 0").is_err());
        assert!(load("\u{0}").is_err());
    }
}
