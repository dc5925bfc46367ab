//! Serial ports, including USB devices that act as one (CDC ACM). The only file that names the
//! terminal interface.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::OpenOptionsExt,
    },
};

use rustix::{
    fs::OFlags,
    termios::{ControlModes, OptionalActions, ioctl_tiocexcl, isatty, tcgetattr, tcsetattr},
};

use super::{DeviceError, port::Port};

/// An open serial port: raw bytes, 8 data bits, no parity, 1 stop bit, no flow control.
#[derive(Debug)]
pub(super) struct Tty {
    name: String,
    file: File,
}

/// Bytes read at a time.
const READ: usize = 4096;

impl Tty {
    /// Opens a port at a speed in baud, for this process only.
    pub(super) fn open(name: &str, baud: u32) -> Result<Self, DeviceError> {
        // Not blocking, because a port without a carrier would block its opening; not as our
        // controlling terminal.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags.bits().cast_signed())
            .open(name)
            .map_err(|error| DeviceError::opening(name, error))?;
        if !isatty(&file) {
            return Err(DeviceError::unusable(name, "it is not a serial port"));
        }
        set_up(&file, baud).map_err(|error| DeviceError::opening(name, error.into()))?;
        Ok(Self {
            name: name.to_owned(),
            file,
        })
    }

    /// Sends a few bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), DeviceError> {
        self.file
            .write_all(bytes)
            .map_err(|error| DeviceError::using(&self.name, error))
    }
}

impl Port for Tty {
    fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    fn read(&mut self, into: &mut Vec<u8>) -> Result<(), DeviceError> {
        let mut buffer = [0; READ];
        match self.file.read(&mut buffer) {
            // The other end hung up.
            Ok(0) => Err(DeviceError::Unplugged {
                name: self.name.clone(),
            }),
            Ok(read) => {
                into.extend_from_slice(&buffer[..read]);
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

fn set_up(file: &File, baud: u32) -> rustix::io::Result<()> {
    ioctl_tiocexcl(file)?;
    let mut line = tcgetattr(file)?;
    line.make_raw();
    line.control_modes &= !(ControlModes::CSTOPB | ControlModes::CRTSCTS);
    line.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    line.set_speed(baud)?;
    tcsetattr(file, OptionalActions::Flush, &line)
}
