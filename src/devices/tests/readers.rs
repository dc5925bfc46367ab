//! Serial readers: lines become codes, and a reader that is unplugged comes back.

use std::{fs::File, os::unix::fs::symlink};

use super::{
    Events, SOON, TIMING, listener,
    pty::{Plugged, Socket},
};
use crate::devices::{
    Device, DeviceError, DeviceEvent, InputReader, LineFault, MAX_TEXT, input_reader::Purpose,
    port::PortTiming, tty::Tty,
};

fn start(socket: &Socket, purpose: Purpose) -> (InputReader, Events) {
    start_with(socket, purpose, TIMING)
}

fn start_with(socket: &Socket, purpose: Purpose, timing: PortTiming) -> (InputReader, Events) {
    let (listener, events) = listener();
    let path = socket.path();
    let open = move || Tty::open(&path, 9600);
    (InputReader::spawn(open, purpose, listener, timing), events)
}

/// A scanner that is plugged in and ready.
fn scanner() -> (Socket, Plugged, InputReader, Events) {
    let socket = Socket::new();
    let plugged = socket.plug();
    let (reader, events) = start(&socket, Purpose::Codes);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Scanner));
    (socket, plugged, reader, events)
}

/// The fault is named, and the code after it is read.
#[track_caller]
fn assert_recovers(events: &Events, fault: LineFault) {
    assert_eq!(events.next(), DeviceEvent::Garbled(Device::Scanner, fault));
    assert_eq!(events.next(), scanned("GP1:OK"));
}

fn scanned(text: &str) -> DeviceEvent {
    DeviceEvent::Scanned {
        text: text.to_owned(),
    }
}

#[test]
fn a_code_comes_whole_whatever_ends_its_line_and_however_it_is_cut() {
    let (_socket, mut plugged, _reader, events) = scanner();
    plugged.says(b"GP1:A\r\nGP1:B\rGP1:C\n\r\n\r\nGP1:");
    for code in ["GP1:A", "GP1:B", "GP1:C"] {
        assert_eq!(events.next(), scanned(code));
    }
    plugged.says(b"%*+-./ :9");
    plugged.says(b"Z\r");
    assert_eq!(events.next(), scanned("GP1:%*+-./ :9Z"));
}

#[test]
fn nothing_is_echoed_and_no_byte_is_changed_on_its_way() {
    let (_socket, mut plugged, _reader, events) = scanner();
    // Characters that a terminal would act upon: erase, kill, interrupt, stop, end of file.
    plugged.says("健康码\x7F\x15\x03\x13\x04-1\r".as_bytes());
    assert_eq!(events.next(), scanned("健康码-1"));
    assert!(plugged.has_heard_nothing());
}

#[test]
fn garbage_is_named_and_the_code_after_it_is_read() {
    let (_socket, mut plugged, _reader, events) = scanner();
    plugged.says(b"\x02\xFF\xFE\x80\x03\r\x02GP1:OK\x03\r");
    assert_recovers(&events, LineFault::NotText);
}

#[test]
fn a_line_over_the_limit_is_dropped_as_a_whole_without_growing() {
    let (_socket, mut plugged, _reader, events) = scanner();
    let longest = "A".repeat(MAX_TEXT);
    plugged.says(format!("{longest}\r").as_bytes());
    assert_eq!(events.next(), scanned(&longest));
    for _ in 0..64 {
        plugged.says(longest.as_bytes());
    }
    plugged.says(b"\rGP1:OK\r");
    assert_recovers(&events, LineFault::TooLong);
}

#[test]
fn a_code_without_an_end_is_told_without_waiting_for_another() {
    let socket = Socket::new();
    let mut plugged = socket.plug();
    let timing = PortTiming {
        half_line: SOON,
        ..TIMING
    };
    let (_reader, events) = start_with(&socket, Purpose::Codes, timing);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Scanner));
    // One of which nobody knows that it is a code.
    plugged.says(b"6BF+70790T");
    std::thread::sleep(20 * SOON);
    plugged.says(b"]Q1GP1:ENDLESS");
    let no_end = DeviceEvent::Garbled(Device::Scanner, LineFault::NoEnd);
    assert_eq!(events.next(), no_end);
    plugged.says(b"GP1:OK\r");
    assert_eq!(events.next(), scanned("GP1:OK"));
}

#[test]
fn an_id_reader_tells_numbers_instead_of_codes() {
    let socket = Socket::new();
    let mut plugged = socket.plug();
    let (_reader, events) = start(&socket, Purpose::Identity);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::IdReader));
    plugged.says(b"11010519491231002X\r\n");
    let text = "11010519491231002X".to_owned();
    assert_eq!(events.next(), DeviceEvent::IdRead { text });
}

#[test]
fn a_scanner_that_is_unplugged_is_told_once_and_works_again_when_it_is_back() {
    let socket = Socket::new();
    let (_reader, events) = start(&socket, Purpose::Codes);
    let not_found = DeviceError::NotFound {
        name: socket.path(),
    };
    assert_eq!(
        events.next(),
        DeviceEvent::Gone(Device::Scanner, not_found.clone())
    );
    for code in ["GP1:ONE", "GP1:TWO"] {
        let mut plugged = socket.plug();
        assert_eq!(events.next(), DeviceEvent::Ready(Device::Scanner));
        plugged.says(format!("{code}\rGP1:HALF").as_bytes());
        assert_eq!(events.next(), scanned(code));
        drop(plugged);
        let unplugged = DeviceError::Unplugged {
            name: socket.path(),
        };
        assert_eq!(events.next(), DeviceEvent::Gone(Device::Scanner, unplugged));
        assert_eq!(
            events.next(),
            DeviceEvent::Gone(Device::Scanner, not_found.clone())
        );
    }
}

#[test]
fn half_a_code_before_the_unplugging_is_not_joined_to_one_after_it() {
    let (socket, mut plugged, _reader, events) = scanner();
    plugged.says(b"GP1:WHOLE\rGP1:HALF");
    assert_eq!(events.next(), scanned("GP1:WHOLE"));
    drop(plugged);
    let mut plugged = socket.plug();
    let mut seen = Vec::new();
    while seen.last() != Some(&DeviceEvent::Ready(Device::Scanner)) {
        seen.push(events.next());
    }
    plugged.says(b"GP1:NEXT\r");
    assert_eq!(events.next(), scanned("GP1:NEXT"));
}

#[test]
fn dropping_a_reader_that_waits_ends_it_at_once_and_nothing_is_told_after() {
    let (_socket, mut plugged, reader, events) = scanner();
    drop(reader);
    plugged.says(b"GP1:LATE\r");
    assert_eq!(events.rest(), []);
}

#[test]
fn what_is_no_serial_line_is_a_named_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    File::create(&file).unwrap();
    let link = folder.path().join("link");
    symlink("/nonexistent", &link).unwrap();
    let open = |path: &std::path::Path| Tty::open(path.to_str().unwrap(), 9600).map(drop);
    assert!(matches!(open(&file), Err(DeviceError::Unusable { .. })));
    assert!(matches!(
        open(folder.path()),
        Err(DeviceError::Unusable { .. })
    ));
    assert!(matches!(open(&link), Err(DeviceError::NotFound { .. })));
}
