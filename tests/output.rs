//! What the scanner's commands print: into a pipe that nobody reads, onto a full disk, and of an
//! error every cause down to the operating system's words.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io,
    path::Path,
    process::Stdio,
};

use crate::{arguments, town::Town};

fn request_into(path: &Path) -> Vec<OsString> {
    arguments!["enrol", "request", "--name", "x", "--out", path]
}

#[test]
fn a_command_whose_output_nobody_reads_does_its_work_and_ends_the_same() {
    let town = Town::new();
    town.enrol("");
    let picture = town.picture("stills", "1.png", &town.pass("G0000001"));
    let commands: [Vec<OsString>; 9] = [
        arguments!["doctor", "--offline"],
        arguments!["check", &picture],
        arguments!["check", "--json", &picture],
        arguments!["check", "--id", "11010519491231002X"],
        arguments!["decode", &picture],
        arguments!["decode", "--json", &picture],
        arguments!["import", town.path("bundle")],
        request_into(&town.path("request")),
        arguments!["sync", "--dir", town.path("stick")],
    ];
    let listed = town.gatepost(["help"]).out;
    let (_, listed) = listed.split_once("Commands:\n").unwrap();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap();
        // `run` and `face` open windows, and `help` is the command line's own.
        let tried = commands.iter().any(|command| command[0] == name);
        assert!(
            tried || ["run", "face", "help"].contains(&name),
            "{name} is not tried"
        );
    }
    for command in commands {
        let read = town.gatepost(&command);
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let unread = town.gatepost_into(writer.into(), &command);
        assert_eq!(unread.well, read.well, "{command:?}: {}", unread.err);
        assert_eq!(unread.err, read.err, "{command:?}");
    }
}

#[test]
fn output_that_is_lost_on_a_full_disk_is_an_error() {
    let town = Town::new();
    let picture = town.picture("stills", "1.png", "a code");
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = town.gatepost_into(Stdio::from(full), arguments!["decode", &picture]);
    assert!(!said.well);
    assert_eq!(
        said.err,
        "gatepost: error: cannot write the result: No space left on device (os error 28)\n"
    );
}

#[test]
fn an_error_is_printed_with_every_cause_down_to_the_systems_words() {
    let town = Town::new();
    // A port on which nothing listens.
    town.enrol("http://127.0.0.1:1");
    let (nowhere, bundle) = (town.path("nowhere"), town.path("device/bundle/files"));
    let missing = "No such file or directory (os error 2)";
    let nothing = nowhere.display();
    // Something else lies where the second display makes its socket.
    fs::write(town.path("device/face.begun"), "").unwrap();
    let (socket, exists) = (town.path("device/face.sock"), "File exists (os error 17)");
    for (command, says) in [
        (
            arguments!["import", &nowhere],
            format!("cannot read {nothing}: {missing}"),
        ),
        (
            arguments!["sync", "--revoked", &nowhere],
            format!("cannot read {nothing}: {missing}"),
        ),
        (
            arguments!["face"],
            format!("cannot listen on {}: {exists}", socket.display()),
        ),
        (
            request_into(&nowhere.join("x")),
            format!("cannot read {nothing}: {missing}"),
        ),
    ] {
        let said = town.gatepost(&command);
        assert!(!said.well);
        assert_eq!(
            said.err,
            format!("gatepost: error: {says}\n"),
            "{command:?}"
        );
    }
    let away = town.gatepost(["sync"]).err;
    assert!(
        away.contains(": the hub can't be reached: ")
            && away.ends_with("Connection refused (os error 111)\n"),
        "{away}"
    );
    fs::remove_dir_all(&bundle).unwrap();
    fs::write(&bundle, "in the way").unwrap();
    let blocked = town.gatepost(["doctor"]).err;
    assert_eq!(
        blocked,
        format!(
            "gatepost: error: cannot create {}: File exists (os error 17)\n",
            bundle.display()
        )
    );
}
