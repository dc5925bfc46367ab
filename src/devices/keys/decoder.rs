//! Keys to the ASCII characters of the US layout, which is the factory setting of scanners.

use evdev::KeyCode;

/// Follows the modifiers of one keyboard.
#[derive(Debug, Default)]
pub(super) struct KeyDecoder {
    /// Left and right.
    shift: [bool; 2],
    control: [bool; 2],
    /// While Alt is down, the number typed on the keypad: characters by their decimal code.
    alt: Option<u32>,
    caps: bool,
}

/// Strokes of a key, as evdev reports them.
const RELEASED: i32 = 0;
const PRESSED: i32 = 1;

impl KeyDecoder {
    pub(super) fn new(caps: bool) -> Self {
        Self {
            caps,
            ..Self::default()
        }
    }

    /// Takes a key and its stroke (0 released, 1 pressed, 2 repeated) and returns what it types, LF
    /// for Enter. Repeats type nothing: a scanner never holds a key down.
    pub(super) fn key(&mut self, key: KeyCode, stroke: i32) -> Option<u8> {
        let down = stroke != RELEASED;
        match key {
            KeyCode::KEY_LEFTSHIFT => self.shift[0] = down,
            KeyCode::KEY_RIGHTSHIFT => self.shift[1] = down,
            KeyCode::KEY_LEFTCTRL => self.control[0] = down,
            KeyCode::KEY_RIGHTCTRL => self.control[1] = down,
            KeyCode::KEY_LEFTALT | KeyCode::KEY_RIGHTALT if down => {
                self.alt.get_or_insert(0);
            }
            KeyCode::KEY_LEFTALT | KeyCode::KEY_RIGHTALT => return self.alt.take().and_then(coded),
            KeyCode::KEY_CAPSLOCK if stroke == PRESSED => self.caps = !self.caps,
            key if stroke == PRESSED => return self.typed(key),
            _ => {}
        }
        None
    }

    fn typed(&mut self, key: KeyCode) -> Option<u8> {
        let plain = plain(key)?;
        if let Some(code) = &mut self.alt {
            let digit = plain.is_ascii_digit().then(|| u32::from(plain - b'0'));
            *code = digit.map_or(0, |digit| code.saturating_mul(10).saturating_add(digit));
            return None;
        }
        if self.control.contains(&true) {
            // Control-M and Control-J are Enter as well.
            return matches!(plain, b'm' | b'j').then_some(b'\n');
        }
        let shift = self.shift.contains(&true);
        Some(match plain {
            b'a'..=b'z' if shift != self.caps => plain.to_ascii_uppercase(),
            b'a'..=b'z' | b'\n' => plain,
            _ if shift && !on_keypad(key) => shifted(plain),
            _ => plain,
        })
    }
}

/// A character by its decimal code.
fn coded(code: u32) -> Option<u8> {
    match u8::try_from(code).ok()? {
        b'\r' | b'\n' => Some(b'\n'),
        byte => (b' '..=b'~').contains(&byte).then_some(byte),
    }
}

/// The key without modifiers, the number pad as if Num Lock were on.
fn plain(key: KeyCode) -> Option<u8> {
    // Codes run along the rows of the keyboard (linux/input-event-codes.h).
    const ROWS: [(KeyCode, &[u8]); 9] = [
        (KeyCode::KEY_1, b"1234567890-="),
        (KeyCode::KEY_Q, b"qwertyuiop[]\n"),
        (KeyCode::KEY_A, b"asdfghjkl;'`"),
        (KeyCode::KEY_BACKSLASH, b"\\zxcvbnm,./"),
        (KeyCode::KEY_SPACE, b" "),
        (KeyCode::KEY_KPASTERISK, b"*"),
        (KeyCode::KEY_KP7, b"789-456+1230."),
        (KeyCode::KEY_KPENTER, b"\n"),
        (KeyCode::KEY_KPSLASH, b"/"),
    ];
    ROWS.iter().find_map(|(first, row)| {
        let index = key.code().checked_sub(first.code())?;
        row.get(usize::from(index)).copied()
    })
}

fn on_keypad(key: KeyCode) -> bool {
    let pad = KeyCode::KEY_KP7.code()..=KeyCode::KEY_KPDOT.code();
    pad.contains(&key.code()) || key == KeyCode::KEY_KPASTERISK || key == KeyCode::KEY_KPSLASH
}

/// The key with Shift; not for letters.
fn shifted(plain: u8) -> u8 {
    const PLAIN: &[u8] = b"1234567890-=[];'`\\,./";
    const SHIFTED: &[u8] = b"!@#$%^&*()_+{}:\"~|<>?";
    let index = PLAIN.iter().position(|&byte| byte == plain);
    index.map_or(plain, |index| SHIFTED[index])
}
