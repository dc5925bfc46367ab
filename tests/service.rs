//! The scanner as a service: what started it hears that it is ready, and for how long it is alive.

use std::{os::unix::net::UnixDatagram, process::Stdio, time::Duration};

use crate::town::Town;

#[test]
fn a_service_manager_hears_that_the_scanner_is_ready_and_then_that_it_is_alive() {
    let town = Town::new();
    town.enrol("");
    for name in ["1-green.png", "2-green.png"] {
        town.picture("frames", name, &town.pass("G0000001"));
    }
    let path = town.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut scanner = town.scanner("frames");
    let mut scanner = scanner
        .args(["--pace", "60000"])
        .env("NOTIFY_SOCKET", &path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    while said.iter().filter(|word| *word == "WATCHDOG=1").count() < 2 {
        let mut word = [0; 200];
        let length = socket.recv(&mut word).unwrap();
        said.push(String::from_utf8(word[..length].to_vec()).unwrap());
    }
    scanner.kill().unwrap();
    scanner.wait().unwrap();
    // Whenever that may come.
    said.retain(|word| !word.starts_with("STATUS=first camera picture after "));
    assert_eq!(said, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
}
