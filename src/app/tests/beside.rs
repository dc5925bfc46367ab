//! What stands beside the camera, through the whole program: readers and a thermometer on
//! pseudo-terminals, a light in a folder like the kernel's, gate and lamp behind their trait; and
//! the codes that the screen shows.

use std::{fs, time::Duration};

use gatepost_decode::CodeContent;
use gatepost_pass::{Colour, fixture};
use gatepost_protocol::{Outcome, Reason, Seen, Temperature};

use super::{Post, guard::north_gate, paper, wait_for};
use crate::{
    app::event::Event,
    camera::{CameraError, CameraState},
    devices::tests::{
        pty::Socket,
        watched::{Did, OFF, ON, expect, gate, lamp},
    },
};

/// GB 11643's own example, and two more.
const WANG: &str = "11010519491231002X";
const LI: &str = "440524188001010014";
const SUN: &str = "370102199003070139";

pub(super) fn settings(table: &str, socket: &Socket) -> String {
    format!(
        "[{table}]\nkind = \"serial\"\ndevice = \"{}\"\n",
        socket.path()
    )
}

#[test]
fn a_code_from_a_serial_scanner_gets_its_verdict_and_is_logged() {
    let socket = Socket::new();
    let post = Post::with_devices(&settings("scanner", &socket), |_| (), |_| ());
    post.sees("Not found: scanner");
    let mut scanner = socket.plug();
    // What a scanner says before anyone listens is lost, as with a real one.
    wait_for(|| (!post.says("Not found: scanner")).then_some(())).expect("the scanner is back");
    scanner.says(format!("{}\r\n", paper(1)).as_bytes());
    post.sees("ADMIT");
    post.sees("Logged");
    post.tap("Next");
    scanner.says(format!("{}\r\n", paper(102)).as_bytes());
    post.sees("REFUSE");
    let logged = post.passages(2);
    assert_eq!(logged[0].reasons.as_slice(), [Reason::Green]);
    assert_eq!(logged[1].reasons.as_slice(), [Reason::Red]);
}

#[test]
fn a_code_that_a_scanner_types_into_the_window_gets_its_verdict_and_is_logged() {
    let post = Post::with_devices("[scanner]\nkind = \"window\"\n", |_| (), |_| ());
    post.sees("No phone or code");
    post.keyboard(&format!("{}\n", paper(101)));
    post.sees("CHECK");
    assert_eq!(post.passages(1)[0].reasons.as_slice(), [Reason::Yellow]);
}

#[test]
fn keys_are_no_code_where_no_scanner_types_into_the_window() {
    let post = Post::open(|_| ());
    post.sees("No phone or code");
    post.keyboard(&format!("{}\n", paper(101)));
    post.judges(&paper(1), "ADMIT");
    assert_eq!(post.passages(1)[0].reasons.as_slice(), [Reason::Green]);
}

#[test]
fn an_id_number_is_found_red_yellow_or_not_at_all_and_each_is_logged() {
    let post = Post::open(|region| {
        region.identities = vec![(WANG, Colour::Red), (LI, Colour::Yellow)];
    });
    for (number, says, taps) in [(WANG, "REFUSE", 2), (LI, "CHECK", 2), (SUN, "ADMIT", 2)] {
        post.tap("No phone or code");
        post.tap("Enter the ID number");
        assert_eq!(post.taps("ID number: to the keypad"), taps);
        post.types(number);
        post.tap("Look up");
        post.sees(says);
        post.sees("Logged");
        post.tap("Next");
        post.sees("No phone or code");
        post.taps("");
    }
    let logged = post.passages(3);
    let told: Vec<_> = logged
        .iter()
        .map(|one| (one.outcome, one.reasons.as_slice()))
        .collect();
    assert_eq!(
        told,
        [
            (Outcome::Refuse, &[Reason::Red][..]),
            (Outcome::Check, &[Reason::Yellow][..]),
            (Outcome::Admit, &[Reason::NotListed][..]),
        ]
    );
    assert!(matches!(&logged[0].seen, Seen::IdNumber(number) if number.0.as_str() == WANG));
}

#[test]
fn a_card_that_a_reader_reads_is_looked_up_without_a_tap() {
    let socket = Socket::new();
    let mut reader = socket.plug();
    let post = Post::with_devices(
        &settings("id_reader", &socket),
        |_| (),
        |region| region.identities = vec![(WANG, Colour::Red)],
    );
    post.sees("No phone or code");
    reader.says(format!("{WANG}\r\n").as_bytes());
    post.sees("REFUSE");
    assert_eq!(post.passages(1)[0].reasons.as_slice(), [Reason::Red]);
    assert_eq!(post.taps("ID card on a reader"), 0);
}

/// A checkpoint that takes temperatures, with a thermometer that is asked by this query.
fn with_thermometer(socket: &Socket, query: &str) -> Post {
    let device = socket.path();
    let settings = format!("[thermometer]\ndevice = \"{device}\"\nquery = \"{query}\"\n");
    let temperature = |region: &mut fixture::Region| region.rules(|rules| rules.temperature = true);
    Post::with_devices(&settings, |_| (), temperature)
}

#[test]
fn a_thermometer_is_asked_for_a_green_pass_and_its_reading_decides() {
    let socket = Socket::new();
    let mut thermometer = socket.plug();
    let post = with_thermometer(&socket, r"M\r\n");
    post.judges(&paper(1), "CHECK");
    assert_eq!(thermometer.hears(3), b"M\r\n");
    thermometer.says(b"T+37.3C\r\n");
    post.sees("REFUSE");
    assert_eq!(post.taps("temperature: thermometer"), 0);
    let logged = post.passages(1);
    assert_eq!(logged[0].temperature, Some(Temperature::Reading(373)));
}

#[test]
fn the_gate_opens_once_for_each_logged_admission_and_for_nothing_else() {
    let (did, gate) = gate(Duration::from_millis(20));
    let post = Post::with_devices("", |devices| devices.gate = Some(gate), |_| ());
    expect(&did, &[Did::Opened, Did::Set(0, OFF)]);
    for (pass, says) in [(1, "ADMIT"), (101, "CHECK"), (102, "REFUSE"), (2, "ADMIT")] {
        post.show(&paper(pass));
        post.sees(says);
        post.sees("Logged");
        post.tap("Next");
        post.sees("No phone or code");
    }
    // Two pulses and the end: none between them, or after.
    post.passages(4);
    drop(post);
    let pulse = [Did::Set(0, ON), Did::Set(0, OFF)];
    let end = [Did::Set(0, OFF), Did::Closed(0)];
    let did: Vec<_> = did.iter().collect();
    assert_eq!(did, [pulse, pulse, end].concat());
}

#[test]
fn the_gate_waits_for_the_temperature_and_stays_closed_for_a_fever() {
    let (did, gate) = gate(Duration::from_millis(20));
    let post = Post::with_devices(
        "",
        |devices| devices.gate = Some(gate),
        |region| region.rules(|rules| rules.temperature = true),
    );
    post.show(&paper(1));
    post.tap("37.3 °C or above");
    post.sees("REFUSE");
    post.sees("Logged");
    post.tap("Next");
    post.judges(&paper(2), "CHECK");
    expect(&did, &[Did::Opened, Did::Set(0, OFF)]);
    assert!(did.try_recv().is_err(), "not before the answer");
    post.tap("Normal");
    expect(&did, &[Did::Set(0, ON), Did::Set(0, OFF)]);
}

#[test]
fn the_lamp_shows_the_outcome_until_the_verdict_is_put_away() {
    let (did, lamp) = lamp();
    let post = Post::with_devices(
        "",
        |devices| devices.lamp = Some(lamp),
        // Longer than anyone waits here: it does not go out by itself.
        |region| region.policy.show_seconds = [250; 3],
    );
    let dark = [Did::Set(0, OFF), Did::Set(1, OFF), Did::Set(2, OFF)];
    expect(&did, &[Did::Opened]);
    expect(&did, &dark);
    for (pass, colour) in [(1, 0), (101, 1), (102, 2)] {
        post.show(&paper(pass));
        let others = (0..3).filter(|line| *line != colour);
        let lit: Vec<_> = others
            .map(|line| Did::Set(line, OFF))
            .chain([Did::Set(colour, ON)])
            .collect();
        expect(&did, &lit);
        post.tap("Next");
        expect(&did, &dark);
    }
}

#[test]
fn a_new_direction_is_heard() {
    // It is opened at the first sound.
    let post = Post::with_devices("[sound]\ndevice = \"nowhere\"\n", |_| (), |_| ());
    post.sees("No phone or code");
    post.tap("Hold to switch to out");
    assert!(!post.says("loudspeaker"), "a tap changes nothing");
    post.holds("Hold to switch to out", Duration::from_millis(700));
    post.sees("loudspeaker");
}

/// A checkpoint with a light in a folder like the kernel's, and whether that comes to have this
/// brightness.
pub(super) fn with_torch() -> (Post, impl Fn(&str) -> bool) {
    let light = tempfile::tempdir().unwrap();
    fs::write(light.path().join("max_brightness"), "255\n").unwrap();
    fs::write(light.path().join("brightness"), "7\n").unwrap();
    let settings = format!("[torch]\nled = \"{}\"\n", light.path().display());
    let is = move |value: &str| {
        let read = || fs::read_to_string(light.path().join("brightness")).ok();
        wait_for(|| read().filter(|now| now == value)).is_some()
    };
    let post = Post::with_devices(&settings, |_| (), |_| ());
    assert!(is("0"), "at the start");
    (post, is)
}

#[test]
fn the_torch_is_lit_and_put_out_by_its_button() {
    let (post, is) = with_torch();
    post.tap("Light on");
    assert!(is("255"));
    assert_eq!(post.taps("torch"), 1);
    post.tap("Light off");
    assert!(is("0"));
    post.tap("Light on");
    assert!(is("255"));
    drop(post);
    assert!(is("0"), "at the end");
}

#[test]
fn the_place_code_on_screen_is_the_one_that_was_scanned() {
    let post = Post::open(|_| ());
    let code = north_gate();
    post.judges(&code, "North gate");
    post.tap("Move");
    post.sees("Undo the move");
    post.tap_all(&["Back", "Back"]);
    post.taps("");
    post.tap("Menu");
    post.tap("Place");
    post.sees("People can scan this code with their phones.");
    assert_eq!(post.taps("place code on screen"), 2);
    assert_eq!(post.codes_on_screen(), [CodeContent::Text(code)]);
}

#[test]
fn a_scanner_whose_codes_have_no_end_is_named_until_one_has() {
    let socket = Socket::new();
    let mut scanner = socket.plug();
    let post = Post::with_devices(&settings("scanner", &socket), |_| (), |_| ());
    post.sees("No phone or code");
    scanner.says(paper(1).as_bytes());
    post.sees(NO_END);
    scanner.says(format!("{}\r", paper(1)).as_bytes());
    post.sees("ADMIT");
    post.tap("Next");
    post.sees("No phone or code");
    assert!(!post.says(NO_END));
}

const NO_END: &str = "The scanner's codes must end with Enter";

#[test]
fn a_code_that_is_typed_into_the_window_without_an_end_is_told_too() {
    let post = Post::with_devices("[scanner]\nkind = \"window\"\n", |_| (), |_| ());
    post.sees("No phone or code");
    post.keyboard(&paper(101));
    post.sees(NO_END);
    post.keyboard(&format!("{}\n", paper(101)));
    post.sees("CHECK");
    post.tap("Next");
    post.sees("No phone or code");
    assert!(!post.says(NO_END));
}

#[test]
fn a_code_with_a_scanners_own_prefix_gets_its_verdict() {
    let post = Post::with_devices("[scanner]\nkind = \"window\"\n", |_| (), |_| ());
    post.sees("No phone or code");
    post.keyboard(&format!("]Q1{}\n", paper(101)));
    post.sees("CHECK");
    assert_eq!(post.passages(1)[0].reasons.as_slice(), [Reason::Yellow]);
}

#[test]
fn without_a_camera_the_scan_page_says_where_to_scan() {
    let post = Post::with_devices(
        "camera = \"\"\n[scanner]\nkind = \"window\"\n",
        |_| (),
        |_| (),
    );
    post.sees("Scan the code with the scanner");
    assert!(!post.says("No camera found"));
    post.keyboard(&format!("{}\n", paper(1)));
    post.sees("ADMIT");
    drop(post);
    let post = Post::with_devices("camera = \"\"\n", |_| (), |_| ());
    post.sees("No camera and no scanner");
}

#[test]
fn where_the_camera_fails_and_a_scanner_is_there_it_says_so() {
    const HINT: &str = "Until then, scan the code with the scanner.";
    let gone = || {
        let device = "/dev/video0".to_owned();
        Event::Camera(CameraState::Waiting(CameraError::NotFound { device }))
    };
    let socket = Socket::new();
    let scanner = socket.plug();
    let post = Post::with_devices(&settings("scanner", &socket), |_| (), |_| ());
    post.sees("No phone or code");
    post.tell(gone());
    post.sees("No camera found");
    post.sees(HINT);
    drop(scanner);
    post.sees("Not found: scanner");
    assert!(!post.says(HINT));
    drop(post);
    let post = Post::open(|_| ());
    post.sees("No phone or code");
    post.tell(gone());
    post.sees("No camera found");
    assert!(!post.says(HINT));
}

#[test]
fn what_a_thermometer_gives_that_is_no_temperature_is_told_beside_the_question() {
    let socket = Socket::new();
    let mut thermometer = socket.plug();
    let post = with_thermometer(&socket, r"M");
    post.judges(&paper(1), "CHECK");
    assert_eq!(thermometer.hears(1), b"M");
    const RANGE: &str = "Thermometer: no body temperature. Measure again, or by hand.";
    for (line, says) in [
        ("Object = 1037.55*C", RANGE),
        (
            "97.9 F",
            "Thermometer: set to °F, not °C. Measure by hand and tap the answer.",
        ),
        ("T-273.15C", RANGE),
        (
            "T+36.5C*00",
            "Thermometer: answer unreadable. Measure by hand and tap the answer.",
        ),
    ] {
        thermometer.says(format!("{line}\r\n").as_bytes());
        post.sees(says);
    }
    // Gone, it gives none either; back, it is asked once more.
    drop(thermometer);
    post.sees("Thermometer: no answer. Measure by hand and tap the answer.");
    let mut thermometer = socket.plug();
    post.sees_no_more("Thermometer: no answer. Measure by hand and tap the answer.");
    assert_eq!(thermometer.hears(1), b"M");
    thermometer.says(b"nan\r\n");
    post.sees("Thermometer: answer unreadable. Measure by hand and tap the answer.");
    post.tap("Normal");
    post.sees("ADMIT");
    assert!(!post.says("Thermometer: "));
}
