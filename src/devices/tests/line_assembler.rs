//! Bytes and keys that arrive in pieces become whole lines, within their limits.

use std::time::{Duration, Instant};

use crate::devices::{
    KeyAssembler, LineFault, MAX_TEXT,
    line_assembler::{LineAssembler, TextLine},
};

const SECOND: Duration = Duration::from_secs(1);
const CODE: &str = "GP1:6BF+70790T9WJWG.FKY*4GO0";

/// Types a text with a pause after each key, then Enter.
fn type_into(
    keys: &mut KeyAssembler,
    text: &str,
    pauses: &[u64],
    clock: &mut Instant,
) -> Option<String> {
    let mut pauses = pauses.iter().cycle();
    let mut last = None;
    for key in text.chars().chain(['\n']) {
        last = keys.push(key, *clock);
        *clock += Duration::from_millis(*pauses.next().unwrap());
    }
    last
}

fn typed(text: &str, pauses: &[u64]) -> Option<String> {
    type_into(
        &mut KeyAssembler::default(),
        text,
        pauses,
        &mut Instant::now(),
    )
}

#[test]
fn what_a_scanner_types_is_a_code_and_what_a_person_types_is_not() {
    assert_eq!(typed(CODE, &[2]), Some(CODE.to_owned()));
    assert_eq!(typed(CODE, &[30]), Some(CODE.to_owned()));
    // 140 words a minute, and a hasty thumb.
    assert_eq!(typed(CODE, &[85]), None);
    assert_eq!(typed("110105194912310", &[120, 180, 90]), None);
    // Two keys that were hit together.
    assert_eq!(typed("12", &[5]), None);
}

#[test]
fn a_scanner_is_known_though_a_busy_window_gets_its_keys_in_bursts() {
    // Nine keys at once, then nothing for a quarter of a second.
    let bursts = [0, 0, 0, 0, 0, 0, 0, 0, 250];
    assert_eq!(typed(CODE, &bursts), Some(CODE.to_owned()));
}

#[test]
fn what_a_person_typed_before_a_scan_is_not_part_of_the_code() {
    let mut keys = KeyAssembler::default();
    let mut clock = Instant::now();
    for key in "37".chars() {
        assert_eq!(keys.push(key, clock), None);
        clock += Duration::from_millis(350);
    }
    let code = type_into(&mut keys, CODE, &[3], &mut clock);
    assert_eq!(code, Some(CODE.to_owned()));
    // And again, without anything left of the first.
    let code = type_into(&mut keys, CODE, &[3], &mut clock);
    assert_eq!(code, Some(CODE.to_owned()));
}

#[test]
fn keys_over_the_limit_are_no_code_and_the_next_one_is() {
    let mut keys = KeyAssembler::default();
    let mut clock = Instant::now();
    let long = "健".repeat(MAX_TEXT);
    assert_eq!(type_into(&mut keys, &long, &[1], &mut clock), None);
    let code = type_into(&mut keys, CODE, &[1], &mut clock);
    assert_eq!(code, Some(CODE.to_owned()));
}

#[test]
fn a_line_that_stops_half_way_is_dropped_and_does_not_spoil_the_next() {
    let mut lines = LineAssembler::new(SECOND);
    let start = Instant::now();
    for byte in b"GP1:HALF" {
        assert_eq!(lines.push(*byte, start), None);
    }
    let later = start + Duration::from_millis(1001);
    // Not even its end makes it a line.
    assert_eq!(lines.push(b'\r', later), None);
    let next: Vec<TextLine> = b"GP1:OK\r"
        .iter()
        .filter_map(|byte| lines.push(*byte, later))
        .collect();
    assert_eq!(next.len(), 1);
    assert_eq!(next[0].text.as_deref(), Ok("GP1:OK"));
}

#[test]
fn a_slow_line_is_a_line_as_long_as_it_goes_on() {
    let mut lines = LineAssembler::new(SECOND);
    let mut clock = Instant::now();
    let mut last = None;
    for byte in b"GP1:OK\n" {
        clock += Duration::from_millis(999);
        last = lines.push(*byte, clock);
    }
    let line = last.unwrap();
    assert_eq!(line.text.as_deref(), Ok("GP1:OK"));
    assert_eq!(line.took, Duration::from_millis(6 * 999));
}

#[test]
fn no_bytes_make_it_panic_or_grow() {
    let mut lines = LineAssembler::new(SECOND);
    let now = Instant::now();
    let mut seed = 1_u32;
    for _ in 0..200_000 {
        // Xorshift (Marsaglia 2003).
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        if let Some(line) = lines.push(seed as u8, now)
            && let Ok(text) = line.text
        {
            assert!(text.len() <= MAX_TEXT && !text.chars().any(|c| c.is_ascii_control()));
        }
    }
    for _ in 0..10 * MAX_TEXT {
        assert_eq!(lines.push(b'A', now), None);
    }
    assert_eq!(
        lines.push(b'\n', now).unwrap().text,
        Err(LineFault::TooLong)
    );
}

/// Types without Enter, then waits.
fn left_standing(text: &str, wait: Duration) -> Option<LineFault> {
    let mut keys = KeyAssembler::default();
    let now = Instant::now();
    for key in text.chars() {
        assert_eq!(keys.push(key, now), None);
    }
    let told = keys.expire(now + wait);
    assert_eq!(keys.expire(now + 2 * wait), None, "once");
    told
}

#[test]
fn a_code_that_no_enter_follows_is_told_once_and_nothing_else_is() {
    let long = Duration::from_millis(301);
    let no_end = Some(LineFault::NoEnd);
    assert_eq!(left_standing(CODE, long), no_end);
    assert_eq!(left_standing("GP1:", long), no_end);
    assert_eq!(left_standing(&format!("]Q1{CODE}"), long), no_end);
    assert_eq!(left_standing(&format!("{CODE}{CODE}"), long), no_end);
    let endless = "GP1:".to_owned() + &"A".repeat(2 * MAX_TEXT);
    assert_eq!(left_standing(&endless, long), no_end);
    for other in ["", "37", "GP1", "https://example.org/menu", "]Q1", "健康码"] {
        assert_eq!(left_standing(other, long), None, "{other}");
    }
    // It may still go on.
    let mut keys = KeyAssembler::default();
    let now = Instant::now();
    for key in CODE.chars() {
        assert_eq!(keys.push(key, now), None);
    }
    assert_eq!(keys.expire(now + Duration::from_millis(300)), None);
    let end = keys.push('\n', now + Duration::from_millis(300));
    assert_eq!(end.as_deref(), Some(CODE));
}
