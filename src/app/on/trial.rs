//! A device is tried on its page. The gate is not: only a logged admission opens it.

use std::time::Instant;

use super::aim;
use crate::{
    app::{
        lane::Lane,
        present,
        state::{
            device_trials::{LAMP_LIGHT, TrialStep},
            torch_light::TorchLight,
        },
    },
    config::Config,
    devices::{Device, LineFault, Sound},
    ui::{DeviceTrial, Page, UiUpdate},
};

/// Characters of a code that are shown.
const BEGINNING: usize = 12;

/// A device is to be tried. Nothing is tried beside a verdict, whose light and sound would be taken
/// for another one's.
pub(crate) fn begin(lane: &mut Lane, config: &Config, device: Device) {
    if !is_open(lane) || !present::devices::is_set_up(config, &lane.devices, device) {
        return;
    }
    let at = Instant::now();
    match device {
        Device::Gate => {}
        Device::Sound => {
            present::signal::play(&lane.devices, Sound::Check);
            lane.trials.end(device, DeviceTrial::Ran);
        }
        Device::Thermometer => {
            if let Some(thermometer) = &lane.devices.thermometer {
                thermometer.measure();
                lane.trials.begin(device, at);
            }
        }
        Device::Torch => {
            aim::switch_torch(lane, true);
            lane.trials.begin(device, at);
        }
        Device::Scanner | Device::IdReader | Device::Lamp => lane.trials.begin(device, at),
    }
    tick(lane, at);
    show(lane, config);
}

/// Whether the page is open, and no verdict covers it.
fn is_open(lane: &Lane) -> bool {
    lane.window.page() == Page::Devices && lane.verdicts.open().is_none()
}

/// Takes what a device brought, where it is being tried: then it is for nobody else.
pub(super) fn takes(
    lane: &mut Lane,
    config: &Config,
    device: Device,
    brought: impl FnOnce() -> DeviceTrial,
) -> bool {
    if !lane.trials.awaits(device) || !is_open(lane) {
        return false;
    }
    lane.trials.end(device, brought());
    present::signal::play(&lane.devices, Sound::Scanned);
    show(lane, config);
    true
}

/// How a code begins: enough to tell what came.
pub(super) fn beginning(code: &str) -> DeviceTrial {
    DeviceTrial::Code(code.chars().take(BEGINNING).collect())
}

/// The same for a line that can't be used, which is reported as ever.
pub(super) fn garbled(lane: &mut Lane, config: &Config, device: Device, why: LineFault) {
    takes(lane, config, device, || DeviceTrial::Garbled(why));
}

/// Time passes. A verdict, or another page, ends whatever is being tried.
pub(crate) fn tick(lane: &mut Lane, at: Instant) {
    let steps = match is_open(lane) {
        true => lane.trials.tick(at),
        false => lane.trials.clear(),
    };
    let verdict = lane.verdicts.open().is_some();
    for step in steps {
        match (step, &lane.devices.lamp) {
            (TrialStep::Light(colour), Some(lamp)) => lamp.show(colour, LAMP_LIGHT),
            // A verdict has set its own.
            (TrialStep::LampOff, Some(lamp)) if !verdict => lamp.off(),
            // As it was before.
            (TrialStep::TorchOff, _) => {
                let on = lane.torch.as_ref().is_some_and(TorchLight::is_on);
                aim::switch_torch(lane, on);
            }
            (TrialStep::Light(_) | TrialStep::LampOff | TrialStep::Over, _) => {}
        }
    }
}

/// Fills the page.
pub(crate) fn show(lane: &Lane, config: &Config) {
    let view = present::devices::view(config, &lane.devices, &lane.notices, &lane.trials);
    lane.window.send(UiUpdate::Devices(view));
}
