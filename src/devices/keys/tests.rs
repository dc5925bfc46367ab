//! Keys of a scanner or keyboard become text, whatever the layout says.

#![allow(clippy::unwrap_used, clippy::panic)]

use evdev::{EventType, InputEvent, KeyCode};

use super::{characters, decoder::KeyDecoder};

/// What a keyboard driver sends for a stroke: scan code, key, end of report.
fn stroke(key: KeyCode, value: i32) -> [InputEvent; 3] {
    let scan = 0x7_0000 + i32::from(key.code());
    [
        InputEvent::new(EventType::MISC.0, 4, scan),
        InputEvent::new(EventType::KEY.0, key.code(), value),
        InputEvent::new(EventType::SYNCHRONIZATION.0, 0, 0),
    ]
}

fn down(key: KeyCode) -> Vec<InputEvent> {
    stroke(key, 1).to_vec()
}

fn up(key: KeyCode) -> Vec<InputEvent> {
    stroke(key, 0).to_vec()
}

fn tap(key: KeyCode) -> Vec<InputEvent> {
    [down(key), up(key)].concat()
}

fn taps(keys: &[KeyCode]) -> Vec<InputEvent> {
    keys.iter().flat_map(|key| tap(*key)).collect()
}

fn with(modifier: KeyCode, keys: &[KeyCode]) -> Vec<InputEvent> {
    [down(modifier), taps(keys), up(modifier)].concat()
}

fn typed_by(decoder: &mut KeyDecoder, events: Vec<InputEvent>) -> String {
    let mut bytes = Vec::new();
    characters(decoder, events.into_iter(), &mut bytes);
    String::from_utf8(bytes).unwrap()
}

fn typed(events: Vec<InputEvent>) -> String {
    typed_by(&mut KeyDecoder::default(), events)
}

/// How a person with a US keyboard would type a character: whether with Shift, and the key.
fn on_us_keyboard(wanted: char) -> (bool, KeyCode) {
    use KeyCode as K;
    let letters = [
        K::KEY_A,
        K::KEY_B,
        K::KEY_C,
        K::KEY_D,
        K::KEY_E,
        K::KEY_F,
        K::KEY_G,
        K::KEY_H,
        K::KEY_I,
        K::KEY_J,
        K::KEY_K,
        K::KEY_L,
        K::KEY_M,
        K::KEY_N,
        K::KEY_O,
        K::KEY_P,
        K::KEY_Q,
        K::KEY_R,
        K::KEY_S,
        K::KEY_T,
        K::KEY_U,
        K::KEY_V,
        K::KEY_W,
        K::KEY_X,
        K::KEY_Y,
        K::KEY_Z,
    ];
    let digits = [
        K::KEY_0,
        K::KEY_1,
        K::KEY_2,
        K::KEY_3,
        K::KEY_4,
        K::KEY_5,
        K::KEY_6,
        K::KEY_7,
        K::KEY_8,
        K::KEY_9,
    ];
    match wanted {
        'A'..='Z' => (true, letters[usize::from(wanted as u8 - b'A')]),
        '0'..='9' => (false, digits[usize::from(wanted as u8 - b'0')]),
        ' ' => (false, K::KEY_SPACE),
        '$' => (true, K::KEY_4),
        '%' => (true, K::KEY_5),
        '*' => (true, K::KEY_8),
        '+' => (true, K::KEY_EQUAL),
        '-' => (false, K::KEY_MINUS),
        '.' => (false, K::KEY_DOT),
        '/' => (false, K::KEY_SLASH),
        ':' => (true, K::KEY_SEMICOLON),
        other => panic!("not of base45: {other}"),
    }
}

const BASE45: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

#[test]
fn every_character_of_base45_is_typed_as_on_a_us_keyboard() {
    let mut events = Vec::new();
    for wanted in BASE45.chars() {
        events.extend(match on_us_keyboard(wanted) {
            (true, key) => with(KeyCode::KEY_LEFTSHIFT, &[key]),
            (false, key) => tap(key),
        });
    }
    events.extend(tap(KeyCode::KEY_ENTER));
    assert_eq!(typed(events), format!("{BASE45}\n"));
}

#[test]
fn shift_on_either_side_holds_until_that_side_is_released() {
    let (left, right) = (KeyCode::KEY_LEFTSHIFT, KeyCode::KEY_RIGHTSHIFT);
    let right_stays = [down(left), down(right), up(left)].concat();
    let strokes = [
        right_stays,
        tap(KeyCode::KEY_G),
        up(right),
        tap(KeyCode::KEY_P),
    ];
    assert_eq!(typed(strokes.concat()), "Gp");
}

#[test]
fn caps_lock_turns_letters_and_nothing_else_and_shift_turns_them_back() {
    use KeyCode as K;
    let locked = [
        taps(&[K::KEY_CAPSLOCK, K::KEY_G, K::KEY_1]),
        with(K::KEY_LEFTSHIFT, &[K::KEY_P, K::KEY_SEMICOLON]),
        taps(&[K::KEY_CAPSLOCK, K::KEY_G]),
    ];
    assert_eq!(typed(locked.concat()), "G1p:g");
    // A keyboard whose light was on before we came.
    let mut lit = KeyDecoder::new(true);
    assert_eq!(typed_by(&mut lit, tap(KeyCode::KEY_G)), "G");
}

#[test]
fn a_key_that_repeats_types_once() {
    let held = [
        down(KeyCode::KEY_7),
        stroke(KeyCode::KEY_7, 2).to_vec(),
        stroke(KeyCode::KEY_7, 2).to_vec(),
        up(KeyCode::KEY_7),
    ];
    assert_eq!(typed(held.concat()), "7");
}

#[test]
fn the_number_pad_types_digits_and_signs_with_and_without_shift() {
    use KeyCode as K;
    let pad = [
        K::KEY_KP0,
        K::KEY_KP1,
        K::KEY_KP5,
        K::KEY_KP9,
        K::KEY_KPDOT,
        K::KEY_KPPLUS,
        K::KEY_KPMINUS,
        K::KEY_KPASTERISK,
        K::KEY_KPSLASH,
        K::KEY_KPENTER,
    ];
    let plain = pad.iter().flat_map(|key| tap(*key)).collect();
    assert_eq!(typed(plain), "0159.+-*/\n");
    assert_eq!(typed(with(K::KEY_LEFTSHIFT, &pad)), "0159.+-*/\n");
}

#[test]
fn alt_and_a_decimal_code_on_the_number_pad_is_one_character() {
    use KeyCode as K;
    let colon = with(K::KEY_LEFTALT, &[K::KEY_KP0, K::KEY_KP5, K::KEY_KP8]);
    let enter = with(K::KEY_LEFTALT, &[K::KEY_KP1, K::KEY_KP3]);
    let beyond = with(K::KEY_LEFTALT, &[K::KEY_KP9; 40]);
    let nothing = with(K::KEY_LEFTALT, &[]);
    assert_eq!(typed([colon, beyond, nothing, enter].concat()), ":\n");
}

#[test]
fn control_types_nothing_but_enter() {
    use KeyCode as K;
    let control = with(K::KEY_LEFTCTRL, &[K::KEY_A, K::KEY_RIGHTBRACE, K::KEY_M]);
    assert_eq!(typed([control, tap(K::KEY_A)].concat()), "\na");
}

#[test]
fn keys_without_a_character_and_other_events_are_passed_over() {
    let mut events = tap(KeyCode::KEY_F1);
    events.extend(tap(KeyCode(0x2FF)));
    events.push(InputEvent::new(EventType::RELATIVE.0, 0, -5));
    events.push(InputEvent::new(EventType::LED.0, 1, 1));
    events.push(InputEvent::new(0xFFFF, 0xFFFF, i32::MIN));
    events.extend(tap(KeyCode::KEY_X));
    assert_eq!(typed(events), "x");
}
