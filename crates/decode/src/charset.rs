//! The character sets that symbols announce by an ECI (AIM ITS/04-023, Extended Channel
//! Interpretations, Part 3), as far as `encoding_rs` knows them.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6,
    ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_13, ISO_8859_14, ISO_8859_15, ISO_8859_16,
    SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1254, WINDOWS_1256,
};

/// What bytes stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Charset {
    /// ASCII without these characters.
    Ascii(&'static [u8]),
    /// A part of ISO/IEC 8859: 0x80 to 0x9f are no characters, which they are in the Windows code
    /// page that `encoding_rs` has in place of some parts.
    Iso8859(&'static Encoding),
    /// A form of Unicode: each of its characters is what the sender meant.
    Unicode(&'static Encoding),
    /// Any other.
    Other(&'static Encoding),
}

/// JIS X 0208 and JIS X 0201, by Shift JIS.
pub(crate) const JAPANESE: Charset = Charset::Other(SHIFT_JIS);
/// GB 18030, which has all of GB 2312 and GBK in the same places.
pub(crate) const CHINESE: Charset = Charset::Other(GB18030);

impl Charset {
    /// The character set of an ECI; `None` where it is none that is known here, or no text at all.
    pub(crate) fn of_eci(number: u32) -> Option<Self> {
        Some(match number {
            // Code page 437: only its lower half is known here. 27: ISO/IEC 646, of the USA.
            0 | 2 | 27 => Self::Ascii(b""),
            1 | 3 => Self::Iso8859(WINDOWS_1252),
            4 => Self::Iso8859(ISO_8859_2),
            5 => Self::Iso8859(ISO_8859_3),
            6 => Self::Iso8859(ISO_8859_4),
            7 => Self::Iso8859(ISO_8859_5),
            8 => Self::Iso8859(ISO_8859_6),
            9 => Self::Iso8859(ISO_8859_7),
            10 => Self::Iso8859(ISO_8859_8),
            11 => Self::Iso8859(WINDOWS_1254),
            12 => Self::Iso8859(ISO_8859_10),
            13 => Self::Iso8859(WINDOWS_874),
            15 => Self::Iso8859(ISO_8859_13),
            16 => Self::Iso8859(ISO_8859_14),
            17 => Self::Iso8859(ISO_8859_15),
            18 => Self::Iso8859(ISO_8859_16),
            20 => JAPANESE,
            21 => Self::Other(WINDOWS_1250),
            22 => Self::Other(WINDOWS_1251),
            23 => Self::Other(WINDOWS_1252),
            24 => Self::Other(WINDOWS_1256),
            25 => Self::Unicode(UTF_16BE),
            26 => Self::Unicode(UTF_8),
            28 => Self::Other(BIG5),
            29 | 31 | 32 => CHINESE,
            30 => Self::Other(EUC_KR),
            33 => Self::Unicode(UTF_16LE),
            // ISO/IEC 646 as far as all countries agree.
            170 => Self::Ascii(b"#$@[\\]^`{|}~"),
            _ => return None,
        })
    }

    /// The text of these bytes, if all of them are characters of this set.
    pub(crate) fn text(self, bytes: &[u8]) -> Option<String> {
        let whole = |encoding: &'static Encoding| {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
            text.map(String::from)
        };
        match self {
            Self::Ascii(without) => {
                let is_known = |byte: &u8| byte.is_ascii() && !without.contains(byte);
                bytes.iter().all(is_known).then(|| whole(UTF_8)).flatten()
            }
            Self::Unicode(encoding) => whole(encoding),
            Self::Iso8859(_) if bytes.iter().any(|byte| matches!(byte, 0x80..=0x9f)) => None,
            Self::Iso8859(encoding) | Self::Other(encoding) => {
                whole(encoding).filter(|text| text.chars().all(is_assigned))
            }
        }
    }
}

/// Whether a character is more than what `encoding_rs`, as browsers do, makes of a place that a
/// character set leaves empty: a control character, or one for private use.
fn is_assigned(c: char) -> bool {
    !matches!(c, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}
