//! Devices that somebody tries on their page, and what came of it. Pure: time comes in as an
//! argument.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use gatepost_protocol::Outcome;

use crate::{devices::Device, ui::DeviceTrial};

/// How long a reader is waited for; a thermometer says itself when it does not answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long each light of the lamp is on.
pub(crate) const LAMP_LIGHT: Duration = Duration::from_secs(1);
/// How long the torch is on.
const TORCH_LIGHT: Duration = Duration::from_secs(2);
/// The lights of the lamp, in the order in which they are tried.
const LIGHTS: [Outcome; 3] = [Outcome::Admit, Outcome::Check, Outcome::Refuse];

/// Which devices work, and what is being tried.
#[derive(Debug, Default)]
pub(crate) struct DeviceTrials {
    working: HashSet<Device>,
    ended: HashMap<Device, DeviceTrial>,
    running: HashMap<Device, Running>,
    frames: FrameRate,
}

/// A trial that goes on.
#[derive(Clone, Copy, Debug)]
struct Running {
    /// When there is something to do about it.
    due: Instant,
    /// How many lights the lamp has shown.
    lights: usize,
}

/// What is due of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrialStep {
    /// This light of the lamp.
    Light(Outcome),
    /// The lamp goes dark.
    LampOff,
    /// So does the torch.
    TorchOff,
    /// Nothing came in time.
    Over,
}

impl DeviceTrials {
    /// A device reported that it works.
    pub(crate) fn works(&mut self, device: Device) {
        self.working.insert(device);
    }

    /// A device reported that it does not; whatever was tried is over.
    pub(crate) fn gone(&mut self, device: Device) {
        self.working.remove(&device);
        self.ended.remove(&device);
        self.running.remove(&device);
    }

    pub(crate) fn is_working(&self, device: Device) -> bool {
        self.working.contains(&device)
    }

    /// Whether this device is being tried.
    pub(crate) fn awaits(&self, device: Device) -> bool {
        self.running.contains_key(&device)
    }

    /// A trial begins that goes on for a while.
    pub(crate) fn begin(&mut self, device: Device, at: Instant) {
        let lasts = match device {
            Device::Lamp => Duration::ZERO,
            Device::Torch => TORCH_LIGHT,
            // It answers by itself.
            Device::Thermometer => 2 * PATIENCE,
            Device::Scanner | Device::IdReader | Device::Sound | Device::Gate => PATIENCE,
        };
        let due = at + lasts;
        self.running.insert(device, Running { due, lights: 0 });
    }

    /// A trial has ended.
    pub(crate) fn end(&mut self, device: Device, trial: DeviceTrial) {
        self.running.remove(&device);
        self.ended.insert(device, trial);
    }

    /// What to say of it.
    pub(crate) fn of(&self, device: Device) -> DeviceTrial {
        match self.awaits(device) {
            true => DeviceTrial::Running,
            false => self.ended.get(&device).cloned().unwrap_or_default(),
        }
    }

    /// Nobody tries anything any more. Gives what is to be switched off.
    pub(crate) fn clear(&mut self) -> Vec<TrialStep> {
        self.ended.clear();
        let running = self.running.drain();
        let left_on = running.filter_map(|(device, _)| match device {
            Device::Lamp => Some(TrialStep::LampOff),
            Device::Torch => Some(TrialStep::TorchOff),
            _ => None,
        });
        left_on.collect()
    }

    /// Time passes. Gives what is due.
    pub(crate) fn tick(&mut self, at: Instant) -> Vec<TrialStep> {
        let due = self.running.iter().filter(|(_, running)| running.due <= at);
        let due: Vec<Device> = due.map(|(device, _)| *device).collect();
        due.into_iter()
            .map(|device| match device {
                Device::Lamp => self.next_light(at),
                Device::Torch => {
                    self.end(device, DeviceTrial::Ran);
                    TrialStep::TorchOff
                }
                _ => {
                    self.end(device, DeviceTrial::Nothing);
                    TrialStep::Over
                }
            })
            .collect()
    }

    fn next_light(&mut self, at: Instant) -> TrialStep {
        let next = self.running.get_mut(&Device::Lamp).and_then(|running| {
            let light = LIGHTS.get(running.lights)?;
            (running.due, running.lights) = (at + LAMP_LIGHT, running.lights + 1);
            Some(*light)
        });
        if next.is_none() {
            self.end(Device::Lamp, DeviceTrial::Ran);
        }
        next.map_or(TrialStep::LampOff, TrialStep::Light)
    }

    /// So many pictures came from the camera since the start.
    pub(crate) fn count_frames(&mut self, came: u64, at: Instant) {
        self.frames.count(came, at);
    }

    /// Pictures that come from it in a second.
    pub(crate) fn frames_a_second(&self) -> u32 {
        self.frames.rate
    }
}

/// Pictures a second, over the last second or more.
#[derive(Debug, Default)]
struct FrameRate {
    last: Option<(u64, Instant)>,
    rate: u32,
}

impl FrameRate {
    fn count(&mut self, came: u64, at: Instant) {
        const LEAST: Duration = Duration::from_millis(900);
        let Some((before, since)) = self.last else {
            self.last = Some((came, at));
            return;
        };
        let time = at.saturating_duration_since(since);
        if time >= LEAST {
            let rate = came.saturating_sub(before) as f64 / time.as_secs_f64();
            // Out of range it is cut.
            self.rate = rate.round() as u32;
            self.last = Some((came, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_lamp_shows_each_light_once_and_goes_dark() {
        let (mut trials, start) = (DeviceTrials::default(), Instant::now());
        trials.begin(Device::Lamp, start);
        let mut at = start;
        for light in LIGHTS {
            assert_eq!(trials.tick(at), [TrialStep::Light(light)]);
            assert_eq!(trials.tick(at + SECOND / 2), []);
            at += SECOND;
        }
        assert_eq!(trials.tick(at), [TrialStep::LampOff]);
        assert_eq!(trials.of(Device::Lamp), DeviceTrial::Ran);
        assert_eq!(trials.tick(at + 9 * SECOND), []);
    }

    #[test]
    fn a_reader_that_sends_nothing_is_waited_for_15_seconds() {
        let (mut trials, start) = (DeviceTrials::default(), Instant::now());
        trials.begin(Device::Scanner, start);
        assert_eq!(trials.tick(start + 14 * SECOND), []);
        assert_eq!(trials.of(Device::Scanner), DeviceTrial::Running);
        assert_eq!(trials.tick(start + 15 * SECOND), [TrialStep::Over]);
        assert_eq!(trials.of(Device::Scanner), DeviceTrial::Nothing);
    }

    #[test]
    fn what_is_left_on_is_switched_off_and_what_was_tried_is_forgotten() {
        let (mut trials, start) = (DeviceTrials::default(), Instant::now());
        for device in [Device::Torch, Device::Scanner] {
            trials.begin(device, start);
        }
        trials.end(Device::Sound, DeviceTrial::Ran);
        assert_eq!(trials.clear(), [TrialStep::TorchOff]);
        for device in [Device::Torch, Device::Scanner, Device::Sound] {
            assert_eq!(trials.of(device), DeviceTrial::None);
        }
    }

    #[test]
    fn pictures_a_second_are_counted_over_a_second_or_more() {
        let (mut trials, start) = (DeviceTrials::default(), Instant::now());
        let mut rate = |came, at: Duration| {
            trials.count_frames(came, start + at);
            trials.frames_a_second()
        };
        assert_eq!(rate(100, Duration::ZERO), 0);
        assert_eq!(rate(105, SECOND / 5), 0, "too soon to say");
        assert_eq!(rate(125, SECOND), 25);
        assert_eq!(rate(185, 3 * SECOND), 30);
        assert_eq!(rate(185, 5 * SECOND), 0);
    }
}
