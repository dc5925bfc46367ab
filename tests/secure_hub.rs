//! The real scanner and the real hub over TLS, and passages on their way from the hub to whoever
//! may open them.

use std::fs;

use gatepost_pass::fixture::DAY;
use gatepost_system::clock;
use serde_json::Value;

use crate::{
    arguments,
    support::{Said, program, wait_for},
    town::Town,
};

impl Town {
    /// Makes a certificate for the hub, and its key where there is none; returns the pin as it is
    /// printed.
    fn certify(&self, name: &str) -> String {
        let mut hub = program("gatepost-hub");
        hub.arg("tls-new").arg("--tls-cert");
        hub.arg(self.path(&format!("{name}.pem")))
            .arg("--tls-key")
            .arg(self.path(&format!("{name}.key")));
        let said = Said::of(hub.output().unwrap()).well();
        said.out.trim().to_owned()
    }

    fn tls(&self) -> Vec<std::ffi::OsString> {
        let [certificate, key] = ["hub.pem", "hub.key"].map(|name| self.path(name));
        arguments!["--tls-cert", certificate, "--tls-key", key]
    }

    fn sync(&self) -> Said {
        self.gatepost(["sync"])
    }

    /// The line of `gatepost doctor` on passages.
    fn waiting(&self) -> String {
        let doctor = self.gatepost(["doctor", "--offline"]);
        let told = |line: &str| Some(line.split_once("passages: ")?.1.to_owned());
        doctor.out.lines().find_map(told).unwrap_or_default()
    }
}

#[test]
fn passages_reach_the_hub_whose_printed_pin_was_enrolled_and_no_other() {
    let town = Town::new();
    let (pin, reserve, other) = (town.certify("hub"), town.certify("reserve"), "0".repeat(64));
    let hub = town.hub_with(&town.tls());
    let address = town.hub_address();
    assert!(address.starts_with("https://"), "{address}");

    town.enrol_with(&address, &[&other]);
    town.log_passages(3);
    let said = town.sync();
    assert!(!said.well);
    assert!(
        said.err.contains("another server answers") && said.err.contains(&pin),
        "{}",
        said.err
    );
    assert_eq!(town.arrived_once(), 0);

    town.enrol_with(&address, &[&pin, &reserve]);
    town.sync().well();
    assert_eq!(town.arrived_once(), 3);

    // The key in reserve takes over while the hub runs; so does a new certificate of it.
    for step in 1..=2 {
        town.certify("reserve");
        for end in ["pem", "key"] {
            let name = |name: &str| town.path(&format!("{name}.{end}"));
            fs::copy(name("reserve"), name("hub")).unwrap();
        }
        hub.hang_up();
        wait_for(|| town.hub_log().matches("certificate in use").count() == step);
        assert!(town.hub_log().contains(&reserve));
        town.log_passages(2);
        town.sync().well();
        assert_eq!(town.arrived_once(), 3 + 2 * step as u64);
    }
}

#[test]
fn a_device_told_a_plain_address_of_a_hub_that_speaks_tls_says_so_and_parks_nothing() {
    let town = Town::new();
    town.certify("hub");
    let _hub = town.hub_with(&town.tls());
    town.enrol(&town.hub_address().replace("https:", "http:"));
    town.log_passages(3);
    let said = town.sync();
    assert!(!said.well);
    assert!(
        said.err.contains("accepts TLS only: use https://"),
        "{}",
        said.err
    );
    assert_eq!(town.waiting(), "3 wait for the hub");
}

#[test]
fn what_the_hub_exports_opens_for_the_authority_with_signature_and_chain() {
    let (town, _hub) = Town::enrolled_with_hub();
    town.picture("frames", "1.png", &town.pass("G0000001"));
    town.picture("frames", "2.png", &town.pass("Y0000001"));
    town.scan("frames");
    town.scan("frames");
    assert_eq!(town.arrived_once(), 4);

    let export = || {
        let mut hub = program("gatepost-hub");
        hub.args(["passages", "--data"])
            .arg(town.path("hub.sqlite"));
        hub.arg("--export").arg(town.path("export"));
        Said::of(hub.output().unwrap()).well().out
    };
    assert!(export().ends_with(" batches written, 0 existed already\n"));
    assert!(export().starts_with("0 batches written, "));
    let now = clock::now();
    let trace = || {
        town.authority(arguments![
            "trace",
            "open",
            town.path("export"),
            "--reason",
            "case 17",
            "--id",
            "G0000001",
            "--from",
            clock::format_time(now.minus(DAY)),
            "--until",
            clock::format_time(now.plus(DAY)),
            "--json"
        ])
        .well()
    };
    let traced = trace();
    assert_eq!(traced.out.lines().count(), 2, "{}", traced.err);
    let first: Value = serde_json::from_str(traced.out.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["outcome"], &first["device"]),
        (&"admit".into(), &"North gate".into())
    );
    // No warning comes first: nothing is missing, doubled or out of order.
    let counted = "gatepost-authority: 2 of 4 opened records of ";
    assert!(traced.err.starts_with(counted), "{}", traced.err);

    // A file that somebody changed on the way is reported by name.
    let files = fs::read_dir(town.path("export")).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut bytes = fs::read(&files[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&files[0], bytes).unwrap();
    assert!(trace().err.contains("not read: "));
}
