//! What the gate and the lamp are told: a pulse that ends, and levels that are held.

use std::{
    fs,
    path::Path,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use gatepost_pass::{SecretKey, Timestamp};
use gatepost_protocol::{Epoch, Outcome, device::device_id, fixture};

use super::{
    Events, LONG, SOON, listener,
    watched::{AtActive, Did, OFF, ON, actuators, expect, fault},
};
use crate::{
    devices::{
        Actuator, Device, DeviceError, DeviceEvent, Gate, Lamp, Torch, flash::Flash, gpio, led::Led,
    },
    store::{Cap, LoggedAdmit, PassageLog},
};

/// What the log returns for a passage with this outcome, once it is on the disk.
fn logged(outcome: Outcome) -> Option<LoggedAdmit> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("passages.sqlite");
    let device = device_id(&SecretKey::from_seed(&[42; 32]).public());
    let at = Timestamp(1_790_000_000);
    let mut log = PassageLog::open(&path, device, Epoch([1; 16]), at, Cap::default())
        .unwrap()
        .log;
    let (mut passage, key) = (fixture::passage(at), fixture::tracing());
    passage.outcome = outcome;
    let logged = log.append_all(&[(&passage, &key)], &mut fixture::random());
    logged.unwrap().remove(0).admit
}

fn admitted() -> LoggedAdmit {
    logged(Outcome::Admit).unwrap()
}

fn gate(pulse: Duration, openings: Vec<AtActive>) -> (Gate, Receiver<Did>, Events) {
    let (open, did) = actuators(1, openings);
    let (listener, events) = listener();
    let gate = Gate::spawn(open, pulse, listener, SOON);
    expect(&did, &[Did::Opened, Did::Set(0, OFF)]);
    (gate, did, events)
}

#[test]
fn only_a_logged_admission_gives_what_opens_the_gate() {
    assert!(logged(Outcome::Admit).is_some());
    assert!(logged(Outcome::Check).is_none());
    assert!(logged(Outcome::Refuse).is_none());
}

#[test]
fn a_gate_is_closed_at_the_start_and_closes_by_itself_after_each_pulse() {
    let (gate, did, events) = gate(SOON, Vec::new());
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Gate));
    for _ in 0..2 {
        gate.open(admitted());
        // From here on only the gate's own thread acts.
        expect(&did, &[Did::Set(0, ON), Did::Set(0, OFF)]);
    }
}

#[test]
fn dropping_a_gate_closes_it_in_the_middle_of_a_pulse() {
    let (gate, did, _events) = gate(LONG, Vec::new());
    gate.open(admitted());
    expect(&did, &[Did::Set(0, ON)]);
    drop(gate);
    let rest: Vec<Did> = did.iter().collect();
    assert_eq!(rest, [Did::Set(0, OFF), Did::Closed(0)]);
}

#[test]
fn a_second_admission_during_a_pulse_keeps_the_gate_open_without_closing_it_between() {
    let (gate, did, _events) = gate(LONG, Vec::new());
    gate.open(admitted());
    gate.open(admitted());
    expect(&did, &[Did::Set(0, ON), Did::Set(0, ON)]);
}

#[test]
fn a_panic_of_the_gates_thread_closes_it() {
    let (gate, did, _events) = gate(LONG, vec![AtActive::Panics]);
    gate.open(admitted());
    expect(&did, &[Did::Set(0, ON), Did::Set(0, OFF), Did::Closed(0)]);
}

#[test]
fn a_line_that_fails_is_closed_told_and_opened_again_at_rest_and_no_pulse_is_made_up_for() {
    let (gate, did, events) = gate(LONG, vec![AtActive::Fails]);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Gate));
    gate.open(admitted());
    expect(&did, &[Did::Set(0, ON), Did::Set(0, OFF), Did::Closed(0)]);
    assert_eq!(events.next(), DeviceEvent::Gone(Device::Gate, fault()));
    expect(&did, &[Did::Opened, Did::Set(0, OFF)]);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Gate));
    drop(gate);
    let rest: Vec<Did> = did.iter().collect();
    assert_eq!(rest, [Did::Set(0, OFF), Did::Closed(0)]);
}

#[test]
fn admissions_while_the_gate_is_gone_open_nothing_when_it_is_back() {
    let (to_test, tried) = channel();
    let (mut open, did) = actuators(1, Vec::new());
    let mut attempts = 0;
    let opening = move || {
        attempts += 1;
        to_test.send(attempts).unwrap();
        if attempts < 50 { Err(fault()) } else { open() }
    };
    let (listener, events) = listener();
    let gate = Gate::spawn(opening, LONG, listener, SOON);
    assert_eq!(tried.recv_timeout(LONG), Ok(1));
    gate.open(admitted());
    assert_eq!(events.next(), DeviceEvent::Gone(Device::Gate, fault()));
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Gate));
    drop(gate);
    let all: Vec<Did> = did.iter().collect();
    assert_eq!(
        all,
        [
            Did::Opened,
            Did::Set(0, OFF),
            Did::Set(0, OFF),
            Did::Closed(0)
        ]
    );
}

#[test]
fn a_lamp_shows_one_colour_and_the_old_one_goes_out_first() {
    let (open, did) = actuators(3, Vec::new());
    let (listener, _events) = listener();
    let lamp = Lamp::spawn(open, listener, SOON);
    let dark = [Did::Set(0, OFF), Did::Set(1, OFF), Did::Set(2, OFF)];
    expect(&did, &[Did::Opened]);
    expect(&did, &dark);
    lamp.show(Outcome::Admit, LONG);
    expect(&did, &[Did::Set(1, OFF), Did::Set(2, OFF), Did::Set(0, ON)]);
    lamp.show(Outcome::Check, LONG);
    expect(&did, &[Did::Set(0, OFF), Did::Set(2, OFF), Did::Set(1, ON)]);
    lamp.show(Outcome::Refuse, SOON);
    expect(&did, &[Did::Set(0, OFF), Did::Set(1, OFF), Did::Set(2, ON)]);
    // The time of the verdict is over.
    expect(&did, &dark);
    lamp.show(Outcome::Admit, LONG);
    lamp.off();
    expect(&did, &[Did::Set(1, OFF), Did::Set(2, OFF), Did::Set(0, ON)]);
    expect(&did, &dark);
}

/// A directory as the kernel's LED class makes them.
fn led(folder: &Path) -> String {
    fs::write(folder.join("max_brightness"), "255\n").unwrap();
    fs::write(folder.join("brightness"), "7\n").unwrap();
    folder.display().to_string()
}

#[test]
fn a_light_is_switched_to_its_brightest_and_off() {
    let folder = tempfile::tempdir().unwrap();
    let mut light = Led::open(&led(folder.path())).unwrap();
    let brightness = || fs::read_to_string(folder.path().join("brightness")).unwrap();
    light.set(ON).unwrap();
    assert_eq!(brightness(), "255");
    light.set(OFF).unwrap();
    assert_eq!(brightness(), "0");
    fs::remove_file(folder.path().join("brightness")).unwrap();
    assert!(matches!(light.set(ON), Err(DeviceError::Unplugged { .. })));
    assert!(!folder.path().join("brightness").exists());
}

#[test]
fn a_torch_goes_off_by_itself_and_by_hand() {
    let (open, did) = actuators(1, Vec::new());
    let (listener, events) = listener();
    let torch = Torch::spawn(open, SOON, listener, SOON);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Torch));
    expect(&did, &[Did::Opened, Did::Set(0, OFF)]);
    torch.on();
    expect(&did, &[Did::Set(0, ON), Did::Set(0, OFF)]);
    torch.off();
    expect(&did, &[Did::Set(0, OFF)]);
}

#[test]
fn lines_and_lights_that_are_not_there_are_named_errors() {
    let gone = |chip| gpio::GpioLine::open(chip, 17, false).map(drop);
    assert!(matches!(
        gone("/dev/gpiochip4711"),
        Err(DeviceError::NotFound { .. })
    ));
    assert!(matches!(
        gone("no-such-chip"),
        Err(DeviceError::NotFound { .. })
    ));
    assert!(matches!(
        gone("/dev/null"),
        Err(DeviceError::Unusable { .. })
    ));
    let folder = tempfile::tempdir().unwrap();
    let dark = Led::open(folder.path().to_str().unwrap()).map(drop);
    assert!(matches!(dark, Err(DeviceError::NotFound { .. })));
    fs::write(folder.path().join("max_brightness"), "bright").unwrap();
    let dark = Led::open(folder.path().to_str().unwrap()).map(drop);
    assert!(matches!(dark, Err(DeviceError::Unusable { .. })));
    let dark = Flash::open("/dev/v4l-subdev4711").map(drop);
    assert!(matches!(dark, Err(DeviceError::NotFound { .. })));
    let mut null = Flash::open("/dev/null").unwrap();
    assert!(matches!(null.set(ON), Err(DeviceError::Unusable { .. })));
}
