//! Bytes of a symbol to text.

use encoding_rs::SHIFT_JIS;

use super::CodeContent;

/// UTF-8 if the bytes are that, else Shift JIS, which symbols from Japan carry in byte mode (JIS X
/// 0510; ISO/IEC 18004:2000 names JIS X 0201) and in Kanji mode; bytes that are neither stay bytes.
pub(super) fn content(bytes: Vec<u8>) -> CodeContent {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return CodeContent::Text(text),
        Err(other) => other.into_bytes(),
    };
    let text = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes);
    match text.filter(|text| {
        !text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
    }) {
        Some(text) => CodeContent::Text(text.into_owned()),
        None => CodeContent::Bytes(bytes),
    }
}
