//! GPIO lines through the kernel's character devices. The only file that names gpiocdev.

use std::{io, path::PathBuf};

use gpiocdev::{Chip, Error, Request, chip::chips, line::Value};

use super::{DeviceError, Level, Line};

/// An output line that is ours alone. Dropping it, or the end of the process, gives it back to the kernel,
/// which most boards answer by making it an input again (docs/devices.md, wiring).
#[derive(Debug)]
pub(super) struct GpioLine {
    name: String,
    request: Request,
}

impl GpioLine {
    /// Opens a line, at rest from the first moment. The chip is a path or a label, such as `/dev/gpiochip0`
    /// or `pinctrl-bcm2711`; labels stay when kernels number anew.
    pub(super) fn open(chip: &str, line: u32, active_low: bool) -> Result<Self, DeviceError> {
        let name = name(chip, line);
        let mut request = Request::builder();
        request
            .on_chip(path_of(chip)?)
            .with_line(line)
            .as_output(Value::Inactive)
            .with_consumer("gatepost");
        if active_low {
            request.as_active_low();
        }
        match request.request() {
            Ok(request) => Ok(Self { name, request }),
            // Why the kernel refused is best seen in what it says about the line.
            Err(error) => Err(probe(chip, line).err().unwrap_or(at(&name, &error))),
        }
    }
}

impl Line for GpioLine {
    fn set(&mut self, level: Level) -> Result<(), DeviceError> {
        let value = match level {
            Level::Active => Value::Active,
            Level::Inactive => Value::Inactive,
        };
        self.request
            .set_lone_value(value)
            .map_err(|error| at(&self.name, &error))
    }
}

/// Looks whether a line is there, without touching it.
pub(super) fn probe(chip: &str, line: u32) -> Result<(), DeviceError> {
    let name = name(chip, line);
    let info = Chip::from_path(path_of(chip)?)
        .and_then(|chip| chip.line_info(line))
        .map_err(|error| at(&name, &error))?;
    if info.used {
        return Err(DeviceError::Busy { name });
    }
    Ok(())
}

fn name(chip: &str, line: u32) -> String {
    format!("GPIO line {line} of {chip}")
}

fn path_of(chip: &str) -> Result<PathBuf, DeviceError> {
    if chip.starts_with('/') {
        return Ok(chip.into());
    }
    let has_label = |path: &PathBuf| {
        let info = Chip::from_path(path).and_then(|chip| chip.info());
        info.is_ok_and(|info| info.label == chip || info.name == chip)
    };
    let mut all = chips().unwrap_or_default().into_iter();
    all.find(has_label).ok_or_else(|| DeviceError::NotFound {
        name: format!("GPIO chip {chip}"),
    })
}

fn at(name: &str, error: &Error) -> DeviceError {
    match error {
        Error::Os(errno) => DeviceError::opening(name, &io::Error::from_raw_os_error(errno.0)),
        other => DeviceError::unusable(name, other),
    }
}
