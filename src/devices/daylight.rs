//! Whether it is bright around the device, by a light sensor of the kernel's IIO class, where there
//! is one.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{DeviceEvent, event::Listener, sysfs, watch::Watch};

/// Where the kernel lists IIO devices.
pub(super) const SENSORS: &str = "/sys/bus/iio/devices";

/// Time between two measurements.
pub(super) const PAUSE: Duration = Duration::from_secs(2);

/// Illuminance from which it is day, and below which it is night, in lux: a lit office has 500, a
/// street at night 20. Between the two nothing changes.
const DAY: f64 = 400.0;
const NIGHT: f64 = 100.0;
/// So many measurements in a row must agree: a hand or a headlight passes.
const IN_A_ROW: u8 = 3;

/// Reports [`DeviceEvent::Daylight`], if there is a sensor under `directory`.
pub(super) fn watch(directory: &Path, pause: Duration, listener: Listener) -> Option<Watch> {
    let sensor = Sensor::find(directory)?;
    let mut dusk = Dusk::default();
    Some(Watch::start("light sensor", pause, move || {
        // A sensor that fails says nothing new.
        if let Some(day) = sensor.lux().and_then(|lux| dusk.measured(lux)) {
            listener(DeviceEvent::Daylight(day));
        }
    }))
}

/// The files of a light sensor.
#[derive(Debug, PartialEq)]
struct Sensor {
    value: PathBuf,
    /// What a raw value is multiplied with to get lux.
    scale: f64,
}

impl Sensor {
    /// The first one, by the names of their directories.
    fn find(directory: &Path) -> Option<Self> {
        sysfs::entries(directory).iter().find_map(|device| {
            let measured = device.join("in_illuminance_input");
            let raw = device.join("in_illuminance_raw");
            if measured.exists() {
                Some(Self {
                    value: measured,
                    scale: 1.0,
                })
            } else if raw.exists() {
                let scale = read_number(&device.join("in_illuminance_scale"));
                Some(Self {
                    value: raw,
                    scale: scale.unwrap_or(1.0),
                })
            } else {
                None
            }
        })
    }

    fn lux(&self) -> Option<f64> {
        read_number(&self.value).map(|value| value * self.scale)
    }
}

/// A number that light can have.
fn read_number(file: &Path) -> Option<f64> {
    let number = sysfs::number(file);
    number.filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

/// Makes day and night of measurements.
#[derive(Debug, Default)]
struct Dusk {
    day: Option<bool>,
    against: u8,
}

impl Dusk {
    /// What it is from now on, where that is new. The first measurement counts at once.
    fn measured(&mut self, lux: f64) -> Option<bool> {
        let Some(day) = self.day else {
            // Between the two limits: whatever is nearer, as the eye sees it.
            let day = lux >= (DAY * NIGHT).sqrt();
            self.day = Some(day);
            return Some(day);
        };
        let other = if day { lux < NIGHT } else { lux >= DAY };
        self.against = if other { self.against + 1 } else { 0 };
        if self.against < IN_A_ROW {
            return None;
        }
        self.against = 0;
        self.day = Some(!day);
        self.day
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::sync::{Arc, mpsc};

    fn said(lux: &[f64]) -> Vec<Option<bool>> {
        let mut dusk = Dusk::default();
        lux.iter().map(|lux| dusk.measured(*lux)).collect()
    }

    #[test]
    fn day_and_night_change_only_when_the_light_stays_changed() {
        assert_eq!(said(&[500.0]), [Some(true)]);
        assert_eq!(said(&[20.0]), [Some(false)]);
        // A headlight, a hand over the sensor.
        assert_eq!(said(&[20.0, 900.0, 900.0, 20.0, 900.0])[1..], [None; 4]);
        assert_eq!(said(&[900.0, 0.0, 0.0, 900.0, 0.0])[1..], [None; 4]);
        // Dusk, back and forth between the limits.
        assert_eq!(
            said(&[900.0, 101.0, 399.0, 101.0, 101.0, 101.0])[1..],
            [None; 5]
        );
        assert_eq!(
            said(&[20.0, 399.0, 101.0, 399.0, 399.0, 399.0])[1..],
            [None; 5]
        );
        let fell = said(&[900.0, 99.0, 99.0, 99.0]);
        assert_eq!(fell, [Some(true), None, None, Some(false)]);
        let rose = said(&[20.0, 400.0, 400.0, 400.0]);
        assert_eq!(rose, [Some(false), None, None, Some(true)]);
    }

    #[test]
    fn lux_come_from_an_input_or_from_a_raw_value_and_its_scale() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Sensor::find(&folder.path().join("none")), None);
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("iio:device0/in_accel_x_raw", "17\n");
        assert_eq!(Sensor::find(folder.path()), None);
        put("iio:device2/in_illuminance_input", "123.5\n");
        let lux = |folder: &Path| Sensor::find(folder).unwrap().lux();
        assert_eq!(lux(folder.path()), Some(123.5));
        put("iio:device1/in_illuminance_raw", "40\n");
        assert_eq!(lux(folder.path()), Some(40.0));
        put("iio:device1/in_illuminance_scale", "0.25\n");
        assert_eq!(lux(folder.path()), Some(10.0));
        for wrong in ["", "bright", "nan", "inf", "-3", "1 2", &"9".repeat(4000)] {
            put("iio:device1/in_illuminance_raw", wrong);
            let said = lux(folder.path());
            assert_eq!(said, None, "{wrong:.20}");
        }
    }

    #[test]
    fn a_sensor_reports_day_and_night_and_ends_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("iio:device0/in_illuminance_input");
        std::fs::create_dir(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "900").unwrap();
        let (sender, events) = mpsc::channel();
        let listener: Listener = Arc::new(move |event| sender.send(event).unwrap());
        let sensor = watch(folder.path(), Duration::from_millis(1), listener);
        assert!(sensor.is_some());
        assert_eq!(events.recv(), Ok(DeviceEvent::Daylight(true)));
        std::fs::write(&file, "3").unwrap();
        assert_eq!(events.recv(), Ok(DeviceEvent::Daylight(false)));
        drop(sensor);
        assert!(events.recv().is_err(), "nobody is left who reports");
    }
}
