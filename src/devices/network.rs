//! Whether the device is on a network, and how strong a wireless one is. That says nothing of the
//! hub: a link may lead nowhere.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use gatepost_system::files;

use super::{
    supplies::{NetworkLink, SignalBars},
    sysfs,
    watch::Watch,
};

/// Where the kernel lists network interfaces, and how well it hears those that are wireless.
pub(super) const INTERFACES: &str = "/sys/class/net";
pub(super) const WIRELESS: &str = "/proc/net/wireless";
/// Time between two looks: whoever carries the device walks out of reach.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

/// Longest table of wireless interfaces that is read, in bytes: two lines of heading, a line each.
const MAX_TABLE: usize = 16 * 1024;
/// `ARPHRD_LOOPBACK` of the kernel.
const LOOPBACK: u32 = 772;

impl NetworkLink {
    /// Of these interfaces: a cable before the radio, which may be on beside it. Nothing on a
    /// machine without any.
    fn read(interfaces: &Path, wireless: &Path) -> Option<Self> {
        let mut all = sysfs::entries(interfaces);
        all.retain(|one| {
            sysfs::number(&one.join("type")).is_some_and(|kind: u32| kind != LOOPBACK)
        });
        // Bridges and tunnels have no hardware; in a container nothing has.
        if all.iter().any(|one| is_hardware(one)) {
            all.retain(|one| is_hardware(one));
        }
        let is_radio =
            |one: &PathBuf| one.join("phy80211").exists() || one.join("wireless").exists();
        let (radios, others): (Vec<PathBuf>, Vec<PathBuf>) = all.into_iter().partition(is_radio);
        if others.iter().any(|one| is_up(one)) {
            return Some(Self::Up);
        }
        let Some(radio) = radios.iter().find(|radio| is_up(radio)) else {
            let none = radios.is_empty() && others.is_empty();
            return (!none).then_some(Self::Down);
        };
        let table = files::read_text(wireless, MAX_TABLE).unwrap_or_default();
        let name = radio.file_name().and_then(|name| name.to_str());
        let bars = name.and_then(|name| bars(&table, name));
        Some(bars.map_or(Self::Up, Self::Wireless))
    }
}

fn is_hardware(interface: &Path) -> bool {
    interface.join("device").exists()
}

/// Whether it carries packets. A modem's state is unknown while it does.
fn is_up(interface: &Path) -> bool {
    let carries = || sysfs::number::<u8>(&interface.join("carrier")) == Some(1);
    match sysfs::text(&interface.join("operstate")).as_deref() {
        Some("up") => true,
        Some("unknown") => carries(),
        _ => false,
    }
}

/// The line of this interface: its name, a status, then link quality and level, each with a dot
/// where it is new (`wireless_seq_printf_stats` of the kernel).
fn bars(table: &str, name: &str) -> Option<SignalBars> {
    let line = table.lines().find_map(|line| {
        let (of, figures) = line.split_once(':')?;
        (of.trim() == name).then_some(figures)
    })?;
    let mut figures = line.split_whitespace().skip(1);
    let mut next = || figures.next()?.trim_end_matches('.').parse::<i16>().ok();
    let (quality, level) = (next()?, next()?);
    Some(SignalBars::of(quality.into(), level.into()))
}

/// Tells which of these links is the best, whenever that changes.
pub(super) fn watch(
    interfaces: &Path,
    wireless: &Path,
    pause: Duration,
    tell: impl Fn(Option<NetworkLink>) + Send + 'static,
) -> Watch {
    let (interfaces, wireless) = (interfaces.to_owned(), wireless.to_owned());
    let read = move || NetworkLink::read(&interfaces, &wireless);
    Watch::changes("network", pause, None, read, tell)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, sync::mpsc};

    use super::*;

    const HEADING: &str = "\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
";

    /// A machine's network.
    struct Machine(tempfile::TempDir);

    impl Machine {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("net")).unwrap();
            let machine = Self(folder);
            machine.says(
                "lo",
                &[("type", "772"), ("operstate", "unknown"), ("carrier", "1")],
            );
            machine
        }

        fn interfaces(&self) -> PathBuf {
            self.0.path().join("net")
        }

        fn table(&self) -> PathBuf {
            self.0.path().join("wireless")
        }

        fn says(&self, name: &str, attributes: &[(&str, &str)]) {
            let interface = self.interfaces().join(name);
            fs::create_dir_all(&interface).unwrap();
            for (attribute, value) in attributes {
                fs::write(interface.join(attribute), format!("{value}\n")).unwrap();
            }
        }

        /// An interface of this name; what is in it stands for what the hardware has there.
        fn has(&self, name: &str, state: &str, hardware: &[&str]) {
            self.says(name, &[("type", "1"), ("operstate", state)]);
            for part in hardware {
                fs::create_dir_all(self.interfaces().join(name).join(part)).unwrap();
            }
        }

        fn hears(&self, lines: &str) {
            fs::write(self.table(), format!("{HEADING}{lines}")).unwrap();
        }

        fn link(&self) -> Option<NetworkLink> {
            NetworkLink::read(&self.interfaces(), &self.table())
        }
    }

    #[test]
    fn a_radio_link_has_as_many_bars_as_its_level_or_its_quality_says() {
        let machine = Machine::new();
        machine.has("wlan0", "up", &["device", "phy80211"]);
        for (figures, bars) in [
            ("70.  -40.  -256", 4),
            ("55.  -55.  -256", 4),
            ("54.  -56.  -256", 3),
            ("44   -66   -256", 3),
            ("40.  -70.  -256", 2),
            ("30.  -80.  -256", 1),
            ("10.  -100. -256", 0),
            // Of 100, from a driver that knows no level.
            ("90.  90.  0", 4),
            ("31.  31.  0", 2),
            ("0    0    0", 0),
        ] {
            machine.hears(&format!(" wlan0: 0000   {figures}  0  0  0  0  0  0\n"));
            let wanted = NetworkLink::Wireless(SignalBars::new(bars));
            assert_eq!(machine.link(), Some(wanted), "{figures}");
        }
    }

    #[test]
    fn a_cable_counts_before_the_radio_and_a_modem_as_one() {
        let machine = Machine::new();
        machine.has("wlan0", "up", &["device", "wireless"]);
        machine.hears(" wlan0: 0000   40.  -70.  -256  0  0  0  0  0  0\n");
        machine.has("eth0", "down", &["device"]);
        let two = NetworkLink::Wireless(SignalBars::new(2));
        assert_eq!(machine.link(), Some(two));
        machine.has("eth0", "up", &["device"]);
        assert_eq!(machine.link(), Some(NetworkLink::Up));
        machine.has("eth0", "down", &["device"]);
        machine.says(
            "wwan0",
            &[
                ("type", "65534"),
                ("operstate", "unknown"),
                ("carrier", "1"),
            ],
        );
        machine.has("wwan0", "unknown", &["device"]);
        assert_eq!(machine.link(), Some(NetworkLink::Up));
        machine.says("wwan0", &[("carrier", "0")]);
        assert_eq!(machine.link(), Some(two));
    }

    #[test]
    fn without_a_link_the_network_is_down_and_without_interfaces_nothing_is_said() {
        let machine = Machine::new();
        assert_eq!(machine.link(), None);
        assert_eq!(
            NetworkLink::read(Path::new("/nowhere"), Path::new("/no")),
            None
        );
        for state in ["down", "dormant", "lowerlayerdown", "", "up up"] {
            machine.has("wlan0", state, &["device", "phy80211"]);
            assert_eq!(machine.link(), Some(NetworkLink::Down), "{state}");
        }
        // A bridge is up while the hardware below it is not.
        machine.has("br0", "up", &[]);
        assert_eq!(machine.link(), Some(NetworkLink::Down));
        // In a container there is no hardware.
        let container = Machine::new();
        container.has("eth0", "up", &[]);
        assert_eq!(container.link(), Some(NetworkLink::Up));
    }

    #[test]
    fn a_table_that_makes_no_sense_leaves_the_strength_open() {
        let machine = Machine::new();
        machine.has("wlan0", "up", &["device", "phy80211"]);
        assert_eq!(machine.link(), Some(NetworkLink::Up), "no table");
        for lines in [
            "",
            " wlan0: 0000\n",
            " wlan0: 0000 54.\n",
            " wlan0: 0000 many -56. -256\n",
            " wlan0: 0000 99999999. -56. -256\n",
            " wlan1: 0000   54.  -56.  -256  0  0  0  0  0  0\n",
            &format!("{} wlan0: 0000 54. -56. -256\n", " \n".repeat(MAX_TABLE)),
        ] {
            machine.hears(lines);
            assert_eq!(machine.link(), Some(NetworkLink::Up), "{lines:.60}");
        }
        fs::write(machine.table(), b"\xFF\xFE wlan0: 0000 54. -56. -256").unwrap();
        assert_eq!(machine.link(), Some(NetworkLink::Up));
    }

    #[test]
    fn a_link_is_reported_when_it_changes_and_only_then() {
        let machine = Machine::new();
        machine.has("eth0", "up", &["device"]);
        let (sender, events) = mpsc::channel();
        let tell = move |link| sender.send(link).unwrap();
        let soon = Duration::from_millis(1);
        let watch = watch(&machine.interfaces(), &machine.table(), soon, tell);
        assert_eq!(events.recv(), Ok(Some(NetworkLink::Up)));
        let again = events.recv_timeout(Duration::from_millis(30));
        assert!(again.is_err(), "nothing is new");
        machine.has("eth0", "down", &["device"]);
        // A look may fall between emptying the file and writing it.
        let down = |link: &Option<NetworkLink>| *link == Some(NetworkLink::Down);
        assert!(events.iter().any(|link| down(&link)));
        drop(watch);
        assert!(events.recv().is_err(), "nobody is left who reports");
    }
}
