//! The flash of a camera, lit as a torch through V4L2. Where the kernel has the same light in its
//! LED class, `led.rs` is the simpler way. The only file beside the camera's driver that names
//! V4L2.

use v4l::{Control, Device, control::Value};

use super::{Actuator, DeviceError, SwitchState};

/// `V4L2_CID_FLASH_LED_MODE` of the kernel's `v4l2-controls.h`, and two of its values.
const LED_MODE: u32 = 0x009c_0901;
const MODE_NONE: i64 = 0;
const MODE_TORCH: i64 = 2;

/// An open flash. The switch that owns it puts it out before dropping it.
pub(super) struct Flash {
    name: String,
    device: Device,
}

impl Flash {
    /// Opens it by its path, such as `/dev/v4l-subdev1`, or `/dev/video0` where the camera itself
    /// has the control.
    pub(super) fn open(path: &str) -> Result<Self, DeviceError> {
        let device = Device::with_path(path).map_err(|error| DeviceError::opening(path, error))?;
        Ok(Self {
            name: path.to_owned(),
            device,
        })
    }
}

impl Actuator for Flash {
    fn set(&mut self, state: SwitchState) -> Result<(), DeviceError> {
        let mode = match state {
            SwitchState::Active => MODE_TORCH,
            SwitchState::Inactive => MODE_NONE,
        };
        let control = Control {
            id: LED_MODE,
            value: Value::Integer(mode),
        };
        self.device
            .set_control(control)
            .map_err(|error| DeviceError::using(&self.name, error))
    }
}
