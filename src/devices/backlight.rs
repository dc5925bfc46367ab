//! How bright the screen is lit, by the kernel's backlight class.

use std::path::{Path, PathBuf};

use gatepost_system::chain;
use serde::{Deserialize, Serialize};

use super::{sysfs, thread::Orders};

/// Where the kernel lists backlights.
pub const BACKLIGHTS: &str = "/sys/class/backlight";

/// Share of its most that a screen is lit with at least: what stands there can be read, by night.
const FLOOR: f64 = 0.1;

/// How bright a screen is: 1 to 10, in steps that look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Brightness(u8);

impl Brightness {
    /// The brightest.
    pub const FULL: Self = Self(10);
    /// The darkest: it can still be read.
    pub const LEAST: Self = Self(1);

    /// The step.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// As the kernel counts, where this is its most. Never 0, which is dark.
    fn of(self, most: u32) -> u32 {
        let steps = f64::from(Self::FULL.0 - Self::LEAST.0);
        let step = f64::from(self.0 - Self::LEAST.0) / steps;
        // Eyes see the root of the light.
        let share = FLOOR + (1.0 - FLOOR) * step * step;
        // Not above `most`, which fits.
        ((f64::from(most) * share).round() as u32).max(1)
    }
}

/// The nearest step.
impl From<u8> for Brightness {
    fn from(step: u8) -> Self {
        Self(step.clamp(Self::LEAST.0, Self::FULL.0))
    }
}

impl From<Brightness> for u8 {
    fn from(brightness: Brightness) -> Self {
        brightness.0
    }
}

/// The light behind the screen. A thread of its own writes, and ends when this is dropped; the
/// screen stays as it is.
#[derive(Debug)]
pub struct Backlight {
    orders: Orders<Brightness>,
    set: Option<Brightness>,
}

impl Backlight {
    /// The first backlight in this directory, by name, that may be written.
    pub fn find(directory: &Path) -> Option<Self> {
        let panels = sysfs::entries(directory);
        let panel = panels.iter().find_map(|path| Panel::open(path))?;
        let orders = Orders::unmissed("backlight", move |orders| {
            while let Ok(order) = orders.recv() {
                // The newest counts.
                panel.light(orders.try_iter().last().unwrap_or(order));
            }
        });
        Some(Self { orders, set: None })
    }

    /// Makes the screen this bright. Returns at once: whether that is new.
    pub fn set(&mut self, brightness: Brightness) -> bool {
        let new = self.set.replace(brightness) != Some(brightness);
        if new {
            self.orders.give(brightness);
        }
        new
    }
}

/// The files of a backlight.
#[derive(Debug)]
struct Panel {
    brightness: PathBuf,
    power: PathBuf,
    /// What the kernel calls the brightest.
    most: u32,
}

impl Panel {
    fn open(directory: &Path) -> Option<Self> {
        let most = sysfs::number(&directory.join("max_brightness"));
        let most = most.filter(|most| *most > 0)?;
        let brightness = directory.join("brightness");
        if let Err(error) = sysfs::check(&brightness) {
            let path = brightness.display();
            log::warn!("the backlight can't be set: {path}: {}", chain(&error));
            return None;
        }
        Some(Self {
            brightness,
            power: directory.join("bl_power"),
            most,
        })
    }

    /// Lights it, also where it was switched off.
    fn light(&self, brightness: Brightness) {
        let value = brightness.of(self.most).to_string();
        let mut written = sysfs::put(&self.brightness, &value);
        // 0 is on (`FB_BLANK_UNBLANK`).
        if sysfs::number(&self.power).is_some_and(|power: u8| power != 0) {
            written = written.and(sysfs::put(&self.power, "0"));
        }
        if let Err(error) = written {
            log::warn!("the backlight was not set: {}", chain(&error));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    fn panel(folder: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let panel = folder.join(name);
        fs::create_dir_all(&panel).unwrap();
        for (file, text) in files {
            fs::write(panel.join(file), text).unwrap();
        }
        panel
    }

    /// What the panel shows once its thread has ended.
    fn lit(panel: &Path, mut backlight: Backlight, orders: &[u8]) -> String {
        for step in orders {
            backlight.set(Brightness::from(*step));
        }
        drop(backlight);
        fs::read_to_string(panel.join("brightness")).unwrap()
    }

    #[test]
    fn each_step_is_brighter_than_the_one_before_and_none_is_dark() {
        for most in [255, 1023, 65_535, u32::MAX] {
            let steps: Vec<u32> = (1..=10).map(|step| Brightness(step).of(most)).collect();
            assert!(steps.is_sorted_by(|a, b| a < b), "{most}: {steps:?}");
            assert!(
                f64::from(steps[0]) >= 0.09 * f64::from(most),
                "{most}: {steps:?}"
            );
            assert_eq!(steps[9], most);
        }
        for most in 1..20 {
            let steps: Vec<u32> = (1..=10).map(|step| Brightness(step).of(most)).collect();
            assert!(
                steps.is_sorted() && steps[0] >= 1 && steps[9] == most,
                "{most}: {steps:?}"
            );
        }
    }

    #[test]
    fn a_step_out_of_reach_is_the_nearest_so_that_no_file_makes_the_screen_dark() {
        assert_eq!(Brightness::from(0), Brightness::LEAST);
        assert_eq!(Brightness::from(u8::MAX), Brightness::FULL);
        assert_eq!(
            serde_json::from_str::<Brightness>("0").unwrap(),
            Brightness::LEAST
        );
    }

    #[test]
    fn the_newest_order_is_written_and_stays_when_the_program_ends() {
        let folder = tempfile::tempdir().unwrap();
        let files = [("max_brightness", "255\n"), ("brightness", "128\n")];
        let panel = panel(folder.path(), "rpi_backlight", &files);
        let backlight = Backlight::find(folder.path()).unwrap();
        assert_eq!(
            lit(&panel, backlight, &[]),
            "128\n",
            "untouched until it is asked"
        );
        let backlight = Backlight::find(folder.path()).unwrap();
        assert_eq!(lit(&panel, backlight, &[1, 5, 10]), "255");
        let mut backlight = Backlight::find(folder.path()).unwrap();
        assert!(backlight.set(Brightness(3)), "new");
        assert!(!backlight.set(Brightness(3)), "as it is");
        assert_eq!(
            lit(&panel, backlight, &[]),
            Brightness(3).of(255).to_string()
        );
    }

    #[test]
    fn a_screen_that_was_switched_off_is_switched_on() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("max_brightness", "9"),
            ("brightness", "0"),
            ("bl_power", "4"),
        ];
        let panel = panel(folder.path(), "lcd", &files);
        let backlight = Backlight::find(folder.path()).unwrap();
        assert_eq!(lit(&panel, backlight, &[10]), "9");
        assert_eq!(fs::read_to_string(panel.join("bl_power")).unwrap(), "0");
    }

    #[test]
    fn what_can_not_be_set_is_no_backlight_and_the_next_one_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let find = || Backlight::find(folder.path()).is_some();
        assert!(!find() && Backlight::find(Path::new("/nowhere")).is_none());
        panel(folder.path(), "a", &[("brightness", "1")]);
        for most in ["0", "", "-1", "bright", "99999999999"] {
            panel(folder.path(), "a", &[("max_brightness", most)]);
            assert!(!find(), "{most}");
        }
        panel(folder.path(), "b", &[("max_brightness", "255")]);
        assert!(!find(), "nothing to write to");
        assert!(!folder.path().join("b/brightness").exists(), "none is made");
        let files = [("max_brightness", "255"), ("brightness", "1")];
        let last = panel(folder.path(), "c", &files);
        let backlight = Backlight::find(folder.path()).unwrap();
        assert_eq!(lit(&last, backlight, &[10]), "255");
    }
}
