//! Bytes of a symbol to text.

use encoding_rs::SHIFT_JIS;

use crate::content::{CodeContent, MAX_CONTENT_BYTES};

/// UTF-8 if the bytes are that, else Shift JIS, which symbols from Japan carry in byte mode (JIS X
/// 0510; ISO/IEC 18004:2000 names JIS X 0201) and in Kanji mode, else ISO 8859-1 (ISO/IEC
/// 18004:2015, 7.3.5); bytes that are none of these stay bytes, and so does what would become a
/// longer text than is handed on.
pub(crate) fn content(bytes: Vec<u8>) -> CodeContent {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return CodeContent::Text(text),
        Err(other) => other.into_bytes(),
    };
    let is_print = |text: &String| {
        !text.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
    };
    let latin = Some(bytes.iter().map(|&byte| char::from(byte)).collect()).filter(is_print);
    let japanese = SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(&bytes)
        .map(String::from)
        .filter(is_print)
        // Much of it could be either: letters with accents seldom stand in a row.
        .filter(|text| latin.is_none() || has_word(text));
    match japanese.or(latin) {
        Some(text) if text.len() <= MAX_CONTENT_BYTES => CodeContent::Text(text),
        _ => CodeContent::Bytes(bytes),
    }
}

/// Whether three characters in a row are beyond ASCII.
fn has_word(text: &str) -> bool {
    let words = text.split(|c: char| c.is_ascii());
    words
        .map(|word| word.chars().count())
        .any(|length| length >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Option<String> {
        match content(bytes.to_vec()) {
            CodeContent::Text(text) => Some(text),
            CodeContent::Bytes(same) => {
                assert_eq!(same, bytes);
                None
            }
        }
    }

    #[test]
    fn shift_jis_that_grows_beyond_the_longest_content_stays_bytes() {
        // Half-width katakana: a byte here, three in UTF-8.
        let most = MAX_CONTENT_BYTES / 3;
        assert!(text(&vec![0xb1; most]).is_some());
        assert_eq!(text(&vec![0xb1; most + 1]), None);
    }

    #[test]
    fn utf_8_stays_even_with_control_characters() {
        for utf8 in ["", "GP1:HELLO", "Zoë at gate 3\r\n", "日本", "\u{1}\u{7f}"] {
            assert_eq!(text(utf8.as_bytes()).as_deref(), Some(utf8));
        }
    }

    #[test]
    fn shift_jis_becomes_text() {
        // JIS X 0201: half-width katakana, a byte each.
        assert_eq!(text(&[0xb1, 0xb2, 0xb3]).as_deref(), Some("ｱｲｳ"));
        // JIS X 0208: two bytes each, with a line end between.
        let kanji = [0x93, 0xfa, 0x96, 0x7b, b'\r', b'\n', 0x8a, 0xbf];
        assert_eq!(text(&kanji).as_deref(), Some("日本\r\n漢"));
    }

    #[test]
    fn latin_letters_do_not_become_japanese() {
        for latin in ["cafés", "Zoë", "¿Qué?", "Grüße aus Köln", "Ångström 23 °C"] {
            let bytes: Vec<u8> = latin.chars().map(|c| c as u8).collect();
            assert_eq!(text(&bytes).as_deref(), Some(latin));
        }
        // A byte that is no print in ISO 8859-1.
        assert_eq!(text(b"\x93\xfa").as_deref(), Some("日"));
    }

    #[test]
    fn bytes_that_are_none_of_these_stay_bytes() {
        // A first byte alone; a second byte that cannot follow; one that never stands first.
        for bytes in [&[b'a', 0x93][..], &[0x93, 0x20], &[0x80, 0xfe]] {
            assert_eq!(text(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn shift_jis_with_control_characters_stays_bytes() {
        for control in [0x00, 0x07, 0x1b, 0x7f] {
            assert_eq!(text(&[0xb1, control, 0xb2]), None, "{control:x}");
        }
        assert_eq!(text(b"\xb1\xb2\xb3\t").as_deref(), Some("ｱｲｳ\t"));
    }
}
