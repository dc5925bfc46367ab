//! How full the device's battery is, by the kernel's power supply class.

use std::{path::Path, time::Duration};

use super::{supplies::Battery, sysfs, watch::Watch};

/// Where the kernel lists power supplies.
pub(super) const SUPPLIES: &str = "/sys/class/power_supply";
/// Time between two looks.
pub(super) const PAUSE: Duration = Duration::from_secs(30);

impl Battery {
    /// The first battery among these power supplies, by name, that says how full it is. One of
    /// scope `Device` is in a mouse or the like.
    fn read(supplies: &Path) -> Option<Self> {
        let supplies = sysfs::entries(supplies);
        supplies.iter().find_map(|supply| {
            let percent = sysfs::number(&supply.join("capacity"));
            let percent = percent.filter(|percent| *percent <= 100 && is_own_battery(supply))?;
            // By `power_supply_status` of the kernel; what it does not know, the mains may.
            let charging = match sysfs::text(&supply.join("status")).as_deref() {
                Some("Charging" | "Full" | "Not charging") => true,
                Some("Discharging") => false,
                _ => supplies.iter().any(|supply| is_feeding(supply)),
            };
            Some(Self { percent, charging })
        })
    }
}

fn is_own_battery(supply: &Path) -> bool {
    let scope = sysfs::text(&supply.join("scope"));
    let of_another = scope.as_deref() == Some("Device");
    sysfs::text(&supply.join("type")).as_deref() == Some("Battery") && !of_another
}

/// Whether it is a power supply with power on it: mains, or one of the kinds of USB.
fn is_feeding(supply: &Path) -> bool {
    let kind = sysfs::text(&supply.join("type")).unwrap_or_default();
    let feeds = kind == "Mains" || kind == "Wireless" || kind.starts_with("USB");
    feeds && sysfs::number::<u8>(&supply.join("online")).is_some_and(|online| online > 0)
}

/// Tells how full the battery among these power supplies is, whenever that changes.
pub(super) fn watch(
    supplies: &Path,
    pause: Duration,
    tell: impl Fn(Option<Battery>) + Send + 'static,
) -> Watch {
    let supplies = supplies.to_owned();
    Watch::changes(
        "battery",
        pause,
        None,
        move || Battery::read(&supplies),
        tell,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, sync::mpsc};

    use super::*;

    /// A folder of power supplies with these attributes.
    fn supplies(all: &[(&str, &[(&str, &str)])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, attributes) in all {
            let supply = folder.path().join(name);
            fs::create_dir(&supply).unwrap();
            for (attribute, value) in *attributes {
                fs::write(supply.join(attribute), format!("{value}\n")).unwrap();
            }
        }
        folder
    }

    fn read(all: &[(&str, &[(&str, &str)])]) -> Option<Battery> {
        Battery::read(supplies(all).path())
    }

    #[test]
    fn the_devices_own_battery_says_how_full_it_is_and_whether_it_is_charged() {
        for (status, charging) in [
            ("Charging", true),
            ("Full", true),
            ("Not charging", true),
            ("Discharging", false),
            ("Unknown", false),
        ] {
            let battery = [("type", "Battery"), ("capacity", "87"), ("status", status)];
            let percent = 87;
            let expected = Some(Battery { percent, charging });
            assert_eq!(read(&[("bms", &battery)]), expected, "{status}");
        }
    }

    #[test]
    fn what_a_battery_does_not_know_of_charging_the_mains_or_usb_say() {
        let battery = [("type", "Battery"), ("capacity", "7"), ("scope", "System")];
        for (kind, online, charging) in [
            ("Mains", "1", true),
            ("USB", "1", true),
            ("USB_PD", "2", true),
            ("Mains", "0", false),
            ("Mains", "yes", false),
            ("UPS", "1", false),
        ] {
            let supply = [("type", kind), ("online", online)];
            let read = read(&[("ac", &supply), ("bms", &battery)]);
            let percent = 7;
            assert_eq!(read, Some(Battery { percent, charging }), "{kind} {online}");
        }
        // Mains that feed too little.
        let battery = [
            ("type", "Battery"),
            ("capacity", "7"),
            ("status", "Discharging"),
        ];
        let mains = [("type", "Mains"), ("online", "1")];
        assert!(!read(&[("ac", &mains), ("bms", &battery)]).unwrap().charging);
    }

    #[test]
    fn what_is_no_battery_of_this_device_or_says_nothing_sensible_is_none() {
        let long = "9".repeat(100_000);
        let spaces = format!("87{}", " ".repeat(100_000));
        for attributes in [
            &[("type", "Mains"), ("capacity", "87")][..],
            &[("type", "Battery"), ("capacity", "87"), ("scope", "Device")],
            &[("type", "Battery")],
            &[("type", "Battery"), ("capacity", "")],
            &[("type", "Battery"), ("capacity", "101")],
            &[("type", "Battery"), ("capacity", "-1")],
            &[("type", "Battery"), ("capacity", "8 7")],
            &[("type", "Battery"), ("capacity", &long)],
            &[("type", "Battery"), ("capacity", &spaces)],
            &[("capacity", "87")],
        ] {
            assert_eq!(read(&[("bms", attributes)]), None, "{attributes:.80?}");
        }
        assert_eq!(read(&[]), None);
        assert_eq!(Battery::read(Path::new("/nowhere")), None);
        let folder = supplies(&[("bms", &[("type", "Battery")])]);
        fs::write(folder.path().join("bms/capacity"), b"\xFF\xFE").unwrap();
        fs::write(folder.path().join("adc"), b"no directory").unwrap();
        fs::create_dir_all(folder.path().join("cw/capacity")).unwrap();
        assert_eq!(Battery::read(folder.path()), None);
    }

    #[test]
    fn a_battery_is_reported_when_it_changes_comes_and_goes() {
        let battery = [("type", "Battery"), ("capacity", "87"), ("status", "Full")];
        let folder = supplies(&[("bms", &battery)]);
        let (sender, events) = mpsc::channel();
        let tell = move |battery| sender.send(battery).unwrap();
        let watch = watch(folder.path(), Duration::from_millis(1), tell);
        let reported = |percent, charging| {
            let battery = Some(Battery { percent, charging });
            assert_eq!(events.recv(), Ok(battery));
        };
        reported(87, true);
        fs::write(folder.path().join("bms/status"), "Discharging").unwrap();
        reported(87, false);
        fs::remove_file(folder.path().join("bms/type")).unwrap();
        assert_eq!(events.recv(), Ok(None));
        drop(watch);
        assert!(events.recv().is_err(), "nobody is left who reports");
    }
}
