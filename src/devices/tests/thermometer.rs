//! Thermometers: readings in their formats, and those that are too old or too early.

use std::time::Duration;

use super::{
    Events, LONG, SOON, TIMING, listener,
    pty::{Plugged, Socket},
};
use crate::{
    config,
    devices::{
        BodyTemperature, Device, DeviceError, DeviceEvent, TemperatureError as E, Thermometer,
        parse_reading, port::PortTiming,
    },
};

fn tenths(line: &str) -> Result<u16, E> {
    parse_reading(line).map(BodyTemperature::tenths)
}

#[test]
fn our_own_line_is_read_with_and_without_its_checksum() {
    assert_eq!(tenths("T+36.5C"), Ok(365));
    assert_eq!(tenths("T+36.5C*5C"), Err(E::Damaged));
    let sum = "T+36.5C".bytes().fold(0, |sum, byte| sum ^ byte);
    assert_eq!(tenths(&format!("T+36.5C*{sum:02X}")), Ok(365));
    assert_eq!(tenths(&format!("T+36.5C*{sum:02x}\r\n")), Ok(365));
    assert_eq!(tenths(&format!("T+36.6C*{sum:02X}")), Err(E::Damaged));
}

#[test]
fn what_common_thermometers_print_is_read() {
    for (line, expected) in [
        ("36.5", 365),
        ("36,5", 365),
        ("Temp: 37.3 C", 373),
        ("Body Temperature = 36.66 °C", 367),
        ("Ambient = 23.45*C\tObject = 36.52*C", 365),
        ("Object: 36.4, Ambient: 24.1", 364),
        ("TO=36.9 OBJ", 369),
        ("#12 T 36.8\u{fffd}C", 368),
    ] {
        assert_eq!(tenths(line), Ok(expected), "{line}");
    }
}

#[test]
fn two_decimals_are_rounded_half_up_so_that_no_fever_is_rounded_away() {
    assert_eq!(tenths("T+37.24C"), Ok(372));
    assert_eq!(tenths("T+37.25C"), Ok(373));
    assert_eq!(tenths("T+36.95C"), Ok(370));
}

#[test]
fn what_no_living_person_has_asks_to_measure_again() {
    for (line, tenths) in [
        ("T+29.9C", 299),
        ("T+45.1C", 451),
        ("T-36.5C", -365),
        ("T+00.0C", 0),
        ("T+999.9C", 9999),
    ] {
        assert_eq!(parse_reading(line), Err(E::Impossible { tenths }), "{line}");
    }
    assert_eq!(tenths("T+30.0C"), Ok(300));
    assert_eq!(tenths("T+45.0C"), Ok(450));
    let said = E::Impossible { tenths: -365 }.to_string();
    assert!(
        said.contains("-36.5 °C") && said.contains("measure again"),
        "{said}"
    );
}

#[test]
fn what_is_no_temperature_is_not_understood_and_nothing_panics() {
    for line in [
        "",
        "*",
        "**",
        "T",
        "T+C",
        "36",
        "MLX90614 ready v1.",
        "36.",
        ".5",
        "36.5 24.1",
        "Ambient = 23.5 C",
        "1234.5",
        "36.55555",
        "9999999999999999999999.9",
        "健康",
        "٣٦.٥",
        "\u{fffd}\u{fffd}",
        "T+\u{2212}.C*ZZ",
    ] {
        assert_eq!(parse_reading(line), Err(E::NotUnderstood), "{line}");
    }
    assert_eq!(parse_reading("T+97.9F"), Err(E::Fahrenheit));
    assert_eq!(parse_reading("Object = 97.88 *F"), Err(E::Fahrenheit));
}

/// A thermometer that is plugged in and ready.
fn stage(query: &str, answer: Duration) -> (Socket, Plugged, Thermometer, Events) {
    let socket = Socket::new();
    let plugged = socket.plug();
    let (listener, events) = listener();
    let settings = config::ThermometerSettings {
        device: socket.path(),
        baud: config::Within::nearest(9600),
        query: query.to_owned(),
    };
    let timing = PortTiming { answer, ..TIMING };
    let thermometer = Thermometer::spawn(settings, listener, timing);
    assert_eq!(events.next(), DeviceEvent::Ready(Device::Thermometer));
    (socket, plugged, thermometer, events)
}

fn measured(tenths: i32) -> DeviceEvent {
    DeviceEvent::Measured(BodyTemperature::from_tenths(tenths))
}

#[test]
fn a_question_sends_the_query_and_its_answer_is_told() {
    let (_socket, mut plugged, thermometer, events) = stage("M\r\n", LONG);
    for tenths in [365, 381] {
        thermometer.measure();
        assert_eq!(plugged.hears(3), b"M\r\n");
        plugged
            .says(format!("MLX90614 ready\r\nT+{}.{}C\r\n", tenths / 10, tenths % 10).as_bytes());
        assert_eq!(events.next(), measured(tenths));
    }
}

#[test]
fn an_impossible_answer_is_told_and_the_next_one_still_counts() {
    let (_socket, mut plugged, thermometer, events) = stage("M", LONG);
    thermometer.measure();
    assert_eq!(plugged.hears(1), b"M");
    plugged.says(b"T+24.1C\r\nT+36.6C\r\nT+39.9C\r\n");
    assert_eq!(events.next(), measured(241));
    assert_eq!(events.next(), measured(366));
    // 39.9 came when nobody was asking any more, and so does not answer the next question either.
    thermometer.measure();
    assert_eq!(plugged.hears(1), b"M");
    plugged.says(b"T+36.7C\r\n");
    assert_eq!(events.next(), measured(367));
}

#[test]
fn without_an_answer_that_is_told() {
    let (_socket, _plugged, thermometer, events) = stage("", SOON);
    thermometer.measure();
    assert_eq!(events.next(), DeviceEvent::Measured(Err(E::NoAnswer)));
}

#[test]
fn a_thermometer_that_was_unplugged_answers_again_when_it_is_back() {
    let (socket, plugged, thermometer, events) = stage("M", LONG);
    drop(plugged);
    let mut seen = vec![events.next()];
    let unplugged = DeviceError::Unplugged {
        name: socket.path(),
    };
    assert_eq!(seen, [DeviceEvent::Gone(Device::Thermometer, unplugged)]);
    let mut plugged = socket.plug();
    while seen.last() != Some(&DeviceEvent::Ready(Device::Thermometer)) {
        seen.push(events.next());
    }
    thermometer.measure();
    assert_eq!(plugged.hears(1), b"M");
    plugged.says(b"T+36.5C\r\n");
    assert_eq!(events.next(), measured(365));
}
