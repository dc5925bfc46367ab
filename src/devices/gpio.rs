//! GPIO lines through the kernel's character devices. The only file that names gpiocdev.

use std::{io, path::PathBuf};

use gpiocdev::{Chip, Error, Request, chip::chips, line::Value};

use super::{Actuator, DeviceError, SwitchState};

/// An output line that nobody else can use. Dropping it, or the end of the process, returns it to
/// the kernel; most boards then make it an input again (docs/devices.md, wiring).
#[derive(Debug)]
pub(super) struct GpioLine {
    name: String,
    request: Request,
}

impl GpioLine {
    /// Opens a line, inactive from the first moment. The chip is a path or a label, such as
    /// `/dev/gpiochip0` or `pinctrl-bcm2711`; labels stay the same when a kernel renumbers its
    /// chips.
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
            // What the kernel says about the line tells best why it refused.
            Err(error) => Err(probe(chip, line)
                .err()
                .unwrap_or_else(|| gpio_error(&name, error))),
        }
    }
}

impl Actuator for GpioLine {
    fn set(&mut self, state: SwitchState) -> Result<(), DeviceError> {
        let value = match state {
            SwitchState::Active => Value::Active,
            SwitchState::Inactive => Value::Inactive,
        };
        self.request
            .set_lone_value(value)
            .map_err(|error| gpio_error(&self.name, error))
    }
}

/// Checks that a line exists and is free, without switching it.
pub(super) fn probe(chip: &str, line: u32) -> Result<(), DeviceError> {
    let name = name(chip, line);
    let info = Chip::from_path(path_of(chip)?)
        .and_then(|chip| chip.line_info(line))
        .map_err(|error| gpio_error(&name, error))?;
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

fn gpio_error(name: &str, error: Error) -> DeviceError {
    match error {
        Error::Os(errno) => DeviceError::opening(name, io::Error::from_raw_os_error(errno.0)),
        other => DeviceError::unusable(name, other),
    }
}
