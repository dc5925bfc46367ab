//! Bytes of a symbol to text.

use encoding_rs::SHIFT_JIS;

use super::{CodeContent, MAX_CONTENT_BYTES};

/// UTF-8 if the bytes are that, else Shift JIS, which symbols from Japan carry in byte mode (JIS X
/// 0510; ISO/IEC 18004:2000 names JIS X 0201) and in Kanji mode; bytes that are neither stay bytes, and
/// so does what would become a longer text than is handed on.
pub(super) fn content(bytes: Vec<u8>) -> CodeContent {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return CodeContent::Text(text),
        Err(other) => other.into_bytes(),
    };
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes);
    match text.filter(|text| {
        text.len() <= MAX_CONTENT_BYTES
            && !text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
    }) {
        Some(text) => CodeContent::Text(text.into_owned()),
        None => CodeContent::Bytes(bytes),
    }
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
    fn bytes_that_are_neither_stay_bytes() {
        // No such byte; a first byte alone; a second byte that cannot follow.
        for bytes in [&[0xff, 0xfe][..], &[b'a', 0x93], &[0x93, 0x20]] {
            assert_eq!(text(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn shift_jis_with_control_characters_stays_bytes() {
        for control in [0x00, 0x07, 0x1b, 0x7f] {
            assert_eq!(text(&[0xb1, control, 0xb2]), None, "{control:x}");
        }
        assert_eq!(text(b"\xb1\t\xb2").as_deref(), Some("ｱ\tｲ"));
    }
}
