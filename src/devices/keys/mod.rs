//! A scanner that acts as a keyboard, grabbed so that it works without focus and no other program
//! sees its keys. The only file but its decoder that names evdev.

mod decoder;

use std::{
    io::ErrorKind,
    os::fd::{AsFd, BorrowedFd},
    path::PathBuf,
};

use evdev::{EventSummary, InputEvent, LedCode};

use super::{DeviceError, port::Port};
use decoder::KeyDecoder;

#[cfg(test)]
mod tests;

/// A grabbed keyboard; its lines end with LF.
#[derive(Debug)]
pub(super) struct Keyboard {
    name: String,
    device: evdev::Device,
    decoder: KeyDecoder,
}

impl Keyboard {
    /// Opens and grabs a keyboard by its path, preferably one under `/dev/input/by-id`, or by its
    /// name.
    pub(super) fn open(name: &str) -> Result<Self, DeviceError> {
        let opening = |error| DeviceError::opening(name, error);
        let mut device = find(name)?;
        device.set_nonblocking(true).map_err(opening)?;
        device.grab().map_err(opening)?;
        let caps = device
            .get_led_state()
            .is_ok_and(|leds| leds.contains(LedCode::LED_CAPSL));
        Ok(Self {
            name: name.to_owned(),
            device,
            decoder: KeyDecoder::new(caps),
        })
    }

    /// Checks that the keyboard exists, without grabbing it.
    pub(super) fn probe(name: &str) -> Result<(), DeviceError> {
        find(name).map(drop)
    }
}

impl Port for Keyboard {
    fn fd(&self) -> BorrowedFd<'_> {
        self.device.as_fd()
    }

    fn read(&mut self, into: &mut Vec<u8>) -> Result<(), DeviceError> {
        match self.device.fetch_events() {
            Ok(events) => {
                characters(&mut self.decoder, events, into);
                Ok(())
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                Ok(())
            }
            Err(error) => Err(DeviceError::using(&self.name, error)),
        }
    }
}

fn find(name: &str) -> Result<evdev::Device, DeviceError> {
    let path = if name.starts_with('/') {
        PathBuf::from(name)
    } else {
        let (path, _) = evdev::enumerate()
            .find(|(_, device)| device.name() == Some(name))
            .ok_or_else(|| DeviceError::NotFound {
                name: format!("keyboard called \"{name}\""),
            })?;
        path
    };
    let device = evdev::Device::open(&path).map_err(|error| DeviceError::opening(name, error))?;
    let types = device
        .supported_keys()
        .is_some_and(|keys| keys.contains(evdev::KeyCode::KEY_ENTER));
    if types {
        Ok(device)
    } else {
        Err(DeviceError::unusable(name, "it is not a keyboard"))
    }
}

/// What a run of events types.
fn characters(
    decoder: &mut KeyDecoder,
    events: impl Iterator<Item = InputEvent>,
    into: &mut Vec<u8>,
) {
    for event in events {
        if let EventSummary::Key(_, key, stroke) = event.destructure() {
            into.extend(decoder.key(key, stroke));
        }
    }
}
