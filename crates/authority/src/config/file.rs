//! Reading and writing a configuration file.

use std::path::{Path, PathBuf};

use gatepost_pass::envelope::MAX_FILE;
use gatepost_system::files::{self, Access, FileError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::look_alikes::LookAlikeError;

/// A configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigFileError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It breaks the format; the source names line and column.
    #[error("{} is not valid, correct it and try again", path.display())]
    Format {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A name in it could be taken for another one.
    #[error("{} has a name that misleads", path.display())]
    Names {
        /// Path of the file.
        path: PathBuf,
        /// Which name, and why.
        source: LookAlikeError,
    },
    /// Its values do not fit together.
    #[error("{}: {why}", path.display())]
    Values {
        /// Path of the file.
        path: PathBuf,
        /// What does not fit, and what does.
        why: &'static str,
    },
}

impl ConfigFileError {
    /// Values of a file that do not fit together.
    pub(crate) fn values(path: &Path, why: &'static str) -> Self {
        Self::Values {
            path: path.to_owned(),
            why,
        }
    }

    /// A file with a name that could be taken for another one.
    pub(crate) fn names(path: &Path, source: LookAlikeError) -> Self {
        let path = path.to_owned();
        Self::Names { path, source }
    }

    /// A file that breaks the format, for `map_err`.
    pub(crate) fn format(path: &Path) -> impl FnOnce(serde_json::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Format { path, source }
    }
}

/// Reads a configuration file.
pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigFileError> {
    let text = files::read_text(path, MAX_FILE)?;
    serde_json::from_str(&text).map_err(ConfigFileError::format(path))
}

/// A configuration with the settings of a file put in. Unknown names and invalid values are
/// refused.
pub(crate) fn changed<T: Serialize + DeserializeOwned>(
    config: &T,
    settings: &Path,
) -> Result<T, ConfigFileError> {
    let changes: Map<String, Value> = load(settings)?;
    let merge = || -> Result<T, serde_json::Error> {
        let mut all: Map<String, Value> = serde_json::from_value(serde_json::to_value(config)?)?;
        all.extend(changes);
        serde_json::from_value(Value::Object(all))
    };
    merge().map_err(ConfigFileError::format(settings))
}

/// Writes a configuration file, whole or not at all.
pub(crate) fn save<T: Serialize>(path: &Path, config: &T) -> Result<(), ConfigFileError> {
    let text = serde_json::to_string_pretty(config).map_err(ConfigFileError::format(path))?;
    files::replace(path, Access::Shared, format!("{text}\n").as_bytes())?;
    Ok(())
}
