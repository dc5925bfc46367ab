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
        // What an MLX90614 says that fails, and one without a sensor.
        ("Object = 1037.55*C", 10376),
        ("T-273.15C", -2732),
        ("1234.5", 12345),
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
        "12345.6",
        "36.55555",
        "nan",
        "Object = nan*C",
        "T+infC",
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
    // No unit, and no person in Celsius; with its unit it is taken at its word.
    assert_eq!(parse_reading("97.9"), Err(E::Fahrenheit));
    assert_eq!(parse_reading("T+97.9C"), Err(E::Impossible { tenths: 979 }));
}

/// A thermometer that is plugged in and ready.
fn stage(query: &str, answer: Duration) -> (Socket, Plugged, Thermometer, Events) {
    stage_with(query, PortTiming { answer, ..TIMING })
}

fn stage_with(query: &str, timing: PortTiming) -> (Socket, Plugged, Thermometer, Events) {
    let socket = Socket::new();
    let plugged = socket.plug();
    let (listener, events) = listener();
    let settings = config::ThermometerSettings {
        device: socket.path(),
        baud: config::Within::nearest(9600),
        query: query.to_owned(),
    };
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
fn lines_that_cannot_be_read_are_told_once_soon_and_not_as_silence() {
    let timing = PortTiming {
        greeting: SOON,
        ..TIMING
    };
    for garbage in [&b"Object = nan*C\r\n"[..], b"\xFF\xFE\x80 not text \r\n"] {
        let (_socket, mut plugged, thermometer, events) = stage_with("M", timing);
        thermometer.measure();
        assert_eq!(plugged.hears(1), b"M");
        plugged.says(garbage);
        let unreadable = DeviceEvent::Measured(Err(E::NotUnderstood));
        assert_eq!(events.next(), unreadable);
        for _ in 0..3 {
            plugged.says(garbage);
            std::thread::sleep(2 * SOON);
        }
        // It still counts, and nothing was told in between.
        plugged.says(b"T+36.5C\r\n");
        assert_eq!(events.next(), measured(365));
    }
}

#[test]
fn a_reading_that_comes_after_its_time_still_counts() {
    let (_socket, mut plugged, thermometer, events) = stage("", SOON);
    thermometer.measure();
    assert_eq!(events.next(), DeviceEvent::Measured(Err(E::NoAnswer)));
    plugged.says(b"T+36.5C\r\n");
    assert_eq!(events.next(), measured(365));
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
