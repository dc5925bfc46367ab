//! Devices are tried on their page, through the whole program.

use std::time::Duration;

use gatepost_protocol::Reason;

use super::{
    Post,
    beside::{settings, with_torch},
    paper,
};
use crate::{
    app::event::Event,
    devices::{
        Device,
        tests::{
            pty::{Plugged, Socket},
            watched::{Did, OFF, ON, expect, gate, lamp},
        },
    },
    ui::UiCommand,
};

fn on_the_page(post: &Post) {
    post.tap_all(&["Menu", "Check the devices"]);
    // No frames come before its camera.
    post.sees("The camera is not responding");
}

/// A reader that is being tried, and its socket.
fn tries(table: &str, device: &str) -> (Socket, Plugged, Post) {
    let socket = Socket::new();
    let reader = socket.plug();
    let post = Post::with_devices(&settings(table, &socket), |_| (), |_| ());
    on_the_page(&post);
    post.sees("Connected");
    post.tap(&format!("Try: {device}"));
    (socket, reader, post)
}

#[test]
fn what_a_scanner_sends_is_shown_while_it_is_tried_and_judged_before_and_after() {
    let (_socket, mut scanner, post) = tries("scanner", "Scanner");
    post.sees("Scan any code now. It is not judged.");
    scanner.says(b"]Q1HELLO-WORLD-2022\r\n");
    post.sees("A code came, with Enter. It begins with ]Q1HELLO-WOR");
    post.tap("Try: Scanner");
    scanner.says(paper(102).as_bytes());
    post.sees("A code came without Enter. Set the scanner to send Enter.");
    scanner.says(format!("{}\r\n", paper(1)).as_bytes());
    post.sees("ADMIT");
    let logged = post.passages(1);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::Green]);
}

#[test]
fn a_trial_ends_when_its_page_is_left_and_the_next_code_is_judged() {
    let (_socket, mut scanner, post) = tries("scanner", "Scanner");
    post.sees("Scan any code now.");
    post.tap_all(&["Back", "Back"]);
    post.sees("No phone or code");
    scanner.says(format!("{}\r\n", paper(102)).as_bytes());
    post.sees("REFUSE");
}

#[test]
fn a_verdict_ends_a_trial_so_that_the_next_code_of_a_scanner_is_judged() {
    let (_socket, mut scanner, post) = tries("scanner", "Scanner");
    post.judges(&paper(1), "ADMIT");
    scanner.says(format!("{}\r\n", paper(102)).as_bytes());
    post.sees("REFUSE");
    post.passages(2);
}

#[test]
fn of_an_id_card_only_its_length_is_shown() {
    const WANG: &str = "11010519491231002X";
    let (_socket, mut reader, post) = tries("id_reader", "ID card reader");
    post.sees("Hold a card to the reader now.");
    reader.says(format!("{WANG}\r\n").as_bytes());
    post.sees("A card came with 18 characters and Enter.");
    assert!(!post.says("1101") && !post.says("ADMIT"));
}

#[test]
fn a_thermometer_that_is_tried_measures_once_and_says_what_is_wrong() {
    let socket = Socket::new();
    let mut thermometer = socket.plug();
    let settings = format!(
        "[thermometer]\ndevice = \"{}\"\nquery = \"M\"\n",
        socket.path()
    );
    let post = Post::with_devices(&settings, |_| (), |_| ());
    on_the_page(&post);
    for (answer, says) in [
        ("T+36.5C", "It measured 36.5 °C."),
        ("97.9 F", "It is set to °F, not °C."),
        ("T-273.15C", "That is no body temperature."),
    ] {
        post.tap("Try: Thermometer");
        assert_eq!(thermometer.hears(1), b"M");
        post.sees("Measure now.");
        thermometer.says(format!("{answer}\r\n").as_bytes());
        post.sees(says);
    }
}

#[test]
fn the_gate_can_not_be_tried_since_only_a_logged_admission_opens_it() {
    let (did, gate) = gate(Duration::from_millis(20));
    let post = Post::with_devices("", |devices| devices.gate = Some(gate), |_| ());
    expect(&did, &[Did::Opened, Did::Set(0, OFF)]);
    on_the_page(&post);
    post.sees("It opens for a logged admission and for nothing else, so not from here.");
    assert!(!post.says("Try: Gate"));
    // Nor by an event that the page does not send.
    post.tell(Event::Ui(UiCommand::TryDevice(Device::Gate)));
    post.judges(&paper(1), "ADMIT");
    expect(&did, &[Did::Set(0, ON), Did::Set(0, OFF)]);
    drop(post);
    let rest: Vec<_> = did.iter().collect();
    assert_eq!(rest, [Did::Set(0, OFF), Did::Closed(0)], "one pulse");
}

#[test]
fn the_lamp_shows_each_light_for_a_second_until_a_verdict_shows_its_own() {
    let (did, lamp) = lamp();
    let post = Post::with_devices("", |devices| devices.lamp = Some(lamp), |_| ());
    let dark = [Did::Set(0, OFF), Did::Set(1, OFF), Did::Set(2, OFF)];
    let lit = |colour: usize| -> Vec<Did> {
        let others = (0..3).filter(|line| *line != colour);
        others
            .map(|line| Did::Set(line, OFF))
            .chain([Did::Set(colour, ON)])
            .collect()
    };
    expect(&did, &[Did::Opened]);
    expect(&did, &dark);
    on_the_page(&post);
    post.tap("Try: Signal lamp");
    post.sees("Green, yellow, red: a second each.");
    expect(&did, &lit(0));
    post.judges(&paper(102), "REFUSE");
    std::thread::sleep(Duration::from_millis(1500));
    let last = did.try_iter().last();
    assert_eq!(last, Some(Did::Set(2, ON)), "the verdict's own");
}

#[test]
fn the_torch_is_on_for_two_seconds_and_off_again() {
    let (post, is) = with_torch();
    on_the_page(&post);
    post.tap("Try: Camera light");
    assert!(is("255"));
    post.sees("On for two seconds.");
    assert!(is("0"));
    post.sees("If it stayed dark, call the help desk.");
    post.tap("Try: Camera light");
    assert!(is("255"));
    post.tap("Back");
    assert!(is("0"), "its page was left");
}

#[test]
fn a_loudspeaker_that_is_not_there_is_named_when_it_is_tried() {
    let post = Post::with_devices("[sound]\ndevice = \"nowhere\"\n", |_| (), |_| ());
    on_the_page(&post);
    post.sees("Not used yet");
    post.sees("Not set up here");
    post.tap("Try: Loudspeaker");
    post.sees("loudspeaker");
    assert!(!post.says("Connected"));
}
