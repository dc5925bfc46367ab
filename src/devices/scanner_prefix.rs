//! What barcode scanners put before a code, which is not part of it.

use gatepost_pass::document::TEXT_PREFIX;

/// Most marks before one code.
const MOST: usize = 4;

/// Examples of each mark that is taken off.
pub const SCANNER_PREFIXES: [&str; 3] = ["]Q1", "\\000026", "#"];

/// A code without the marks that a scanner puts before it: the symbology identifier of QR codes
/// (`]Q0` to `]Q6`, ISO/IEC 15424), the number of a character set that comes with it (`\000026`,
/// ISO/IEC 15438), and `#`. They are taken off only where a Gatepost code follows: any other code
/// stays as it came.
pub fn without_prefix(text: &str) -> &str {
    let mut rest = text;
    for _ in 0..=MOST {
        if rest.starts_with(TEXT_PREFIX) {
            return rest;
        }
        let Some(behind) = behind_mark(rest) else {
            break;
        };
        rest = behind;
    }
    text
}

/// Whether this is a Gatepost code, or the beginning of one.
pub(super) fn begins_as_code(text: &str) -> bool {
    without_prefix(text).starts_with(TEXT_PREFIX)
}

fn behind_mark(text: &str) -> Option<&str> {
    if let Some(identified) = text.strip_prefix("]Q") {
        return identified.strip_prefix(|modifier| matches!(modifier, '0'..='6'));
    }
    if let Some(character_set) = text.strip_prefix('\\') {
        let (number, rest) = character_set.split_at_checked(6)?;
        return number.bytes().all(|c| c.is_ascii_digit()).then_some(rest);
    }
    text.strip_prefix('#')
}
