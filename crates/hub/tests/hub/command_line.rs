//! What the commands print, and why they refuse.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::net::UnixDatagram,
    process::{Command, Output, Stdio},
    time::Duration,
};

use gatepost_hub::fleet::Operators;
use gatepost_pass::{envelope::MAX_FILE, fixture};

use crate::{
    process::{PROGRAM, command, passages, serve},
    support::{Device, Site},
};

#[test]
fn a_listing_of_nothing_says_so_and_makes_no_file() {
    let site = Site::new();
    let path = site.path("absent.sqlite");
    let data = ["--data".into(), path.to_str().unwrap().into()];
    let listed = passages(&data, &[]);
    assert!(!listed.status.success());
    assert!(
        String::from_utf8(listed.stderr)
            .unwrap()
            .contains("does not exist")
    );
    assert!(!path.exists());
}

#[test]
fn a_key_file_that_is_none_is_named() {
    let site = Site::new();
    fs::write(site.path("hub.key"), "no key").unwrap();
    let served = command(&site).output().unwrap();
    let said = String::from_utf8(served.stderr).unwrap();
    assert!(said.contains("hub.key: key file: line 1"), "{said}");
    assert!(!site.path("hub.sqlite").exists());
}

#[test]
fn a_file_over_its_limit_is_refused_by_name_and_not_cut() {
    let site = Site::new();
    // Valid as far as the limit, were the rest cut off.
    let hash = Operators::hash(b"a long secret phrase").unwrap();
    let comments = "# more\n".repeat(MAX_FILE / 7 + 1);
    let operators = site.path("operators");
    fs::write(&operators, format!("ada:{hash}\n{comments}")).unwrap();
    let mut command = command(&site);
    command.args(["--operator-listen", "127.0.0.1:0", "--operators"]);
    command.arg(operators);
    // The program ends here at the latest.
    let absent = site.path("absent");
    command.arg("--tls-cert").arg(&absent);
    command.arg("--tls-key").arg(&absent);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    let expected = format!("operators: it is larger than {MAX_FILE} bytes\n");
    assert!(said.ends_with(&expected), "{said}");
}

#[test]
fn an_error_is_printed_with_all_its_causes_down_to_the_system() {
    let mut site = Site::new();
    let path = site.path("absent/hub.sqlite");
    site.data = ["--data".into(), path.to_str().unwrap().into()];
    let output = command(&site).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    let error = said.lines().next_back().unwrap();
    let expected = format!(
        "gatepost-hub: error: cannot open {}: the database failed (check the disk's space and \
         health): No such file or directory (os error 2)",
        path.display()
    );
    assert_eq!(error, expected);
}

/// What a command does whose output nobody reads to the end: `| head -n LINES`.
fn cut_off(arguments: &[&str], data: &[String; 2], lines: usize) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .args(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..lines {
        assert!(stdout.read_line(&mut String::new()).unwrap() > 0);
    }
    drop(stdout);
    child.wait_with_output().unwrap()
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let site = Site::new();
    let device = Device::new(1, 1500);
    for start in [0, 500, 1000] {
        site.hub().acknowledged(&device.batch(start..start + 500));
    }
    // More lines than a pipe holds.
    let to = site.path("export").to_str().unwrap().to_owned();
    let commands = [
        (&["passages"][..], 1),
        (&["passages", "--json"], 1),
        (&["passages"], 0),
        (&["passages", "--export", &to], 0),
        (&["revocations"], 0),
    ];
    let help = Command::new(PROGRAM).arg("help").output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        // The help of a command is on one line or on several, further to the right.
        let Some(name) = line.strip_prefix("  ").filter(|it| !it.starts_with(' ')) else {
            continue;
        };
        let name = name.split_whitespace().next().unwrap();
        let tried = commands.iter().any(|(command, _)| command[0] == name);
        // The first serves until it is ended; the others read no store and print a line.
        let others = ["serve", "password", "tls-new", "tls-pin", "help"];
        assert!(tried || others.contains(&name), "{name} is not tried");
    }
    for (arguments, lines) in commands {
        let output = cut_off(arguments, &site.data, lines);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        assert_eq!(said, "", "{arguments:?}");
    }
}

#[test]
fn a_published_key_is_refused_by_name() {
    let site = Site::new();
    fs::write(site.path("hub.key"), fixture::hub().to_file()).unwrap();
    fs::write(site.path("root"), fixture::root_bytes()).unwrap();
    let output = serve(&site).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("published test key"),
        "{said}"
    );
}

#[test]
fn a_service_manager_hears_when_the_addresses_are_open_and_that_the_hub_is_alive() {
    let site = Site::new();
    let socket = UnixDatagram::bind(site.path("notify")).unwrap();
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).unwrap();
    let mut command = command(&site);
    command.env("NOTIFY_SOCKET", site.path("notify"));
    let mut hub = command.stdout(Stdio::null()).spawn().unwrap();
    let hears = || {
        let mut text = [0; 100];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let heard = [(); 3].map(|()| hears());
    let opened = site.path("port").exists();
    hub.kill().unwrap();
    hub.wait().unwrap();
    assert_eq!(heard, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    assert!(opened);
}
