//! The hub as a program of its own, and its site.

use std::{
    ffi::OsString,
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use gatepost_hub::tls::make_certificate;
use gatepost_pass::fixture::{self, Region};

use crate::client;

/// A directory with a bundle and keys.
pub(crate) struct Site(PathBuf);

impl Site {
    pub(crate) fn new(path: &Path) -> Self {
        let site = Self(path.to_owned());
        fs::create_dir_all(path).unwrap();
        fs::write(path.join("root"), fixture::root_bytes()).unwrap();
        fs::write(path.join("hub.key"), fixture::hub().to_file()).unwrap();
        let region = Region {
            trust: fixture::lasting_trust_claims(),
            ..Region::default()
        };
        region.write_to(&path.join("bundle"));
        site
    }
}

/// The hub as a program of its own.
pub(crate) struct RunningHub {
    child: Child,
    pub(crate) hub: client::Hub,
}

/// Whether devices connect with TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Http,
    Https,
}

impl RunningHub {
    /// A hub with no limit that a run of many devices on one address could meet.
    pub(crate) fn start(hub: &Path, site: &Site, data: &[OsString; 2], over: Over) -> Self {
        let wide = "1000000:1000000";
        let limits = ["--rate-address", wide, "--rate-device", wide];
        let of_address = [
            "--address-connections",
            "100000",
            "--address-uploads",
            "100000",
        ];
        Self::start_with(hub, site, data, over, &[limits, of_address].concat())
    }

    /// A hub with the limits that it has by itself.
    pub(crate) fn start_as_shipped(
        hub: &Path,
        site: &Site,
        data: &[OsString; 2],
        over: Over,
    ) -> Self {
        Self::start_with(hub, site, data, over, &[])
    }

    fn start_with(
        hub: &Path,
        site: &Site,
        data: &[OsString; 2],
        over: Over,
        limits: &[&str],
    ) -> Self {
        let [certificate, key] = ["hub.pem", "tls.key"].map(|name| site.0.join(name));
        let mut tls: Vec<OsString> = Vec::new();
        if over == Over::Https {
            make_certificate(&certificate, &key, &["127.0.0.1".to_owned()]).unwrap();
            tls.extend(["--tls-cert".into(), certificate.clone().into()]);
            tls.extend(["--tls-key".into(), key.into()]);
        }
        let path = |name| site.0.join(name).into_os_string();
        let mut child = Command::new(hub)
            .args(["serve", "--listen", "127.0.0.1:0", "--allow-published-key"])
            .args(limits)
            .args(["--bundle".into(), path("bundle")])
            .args(["--root".into(), path("root")])
            .args(["--key".into(), path("hub.key")])
            .args(data.iter().chain(&tls))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("://").expect("the hub listens");
        let hub = client::Hub {
            address: address.1.parse().unwrap(),
            tls: (over == Over::Https).then(|| client::tls(&certificate)),
        };
        Self { child, hub }
    }

    /// Its peak memory so far, in MiB.
    pub(crate) fn peak_mib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            / 1024
    }

    /// Processor time so far; a tick is 10 ms on Linux.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks
            .map(|ticks| ticks.parse::<f64>().unwrap())
            .sum::<f64>()
            / 100.0
    }
}

impl Drop for RunningHub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
