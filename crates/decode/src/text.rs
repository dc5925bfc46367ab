//! Bytes of a symbol to text.

use crate::charset::{CHINESE, Charset, JAPANESE};
use crate::content::{CodeContent, MAX_CONTENT_BYTES};
use crate::segments::{Packing, Run};

/// The text of all runs, where each stands for text for certain; all their bytes where one does
/// not, or where the text is longer than is handed on.
pub(crate) fn content(runs: Vec<Run>) -> CodeContent {
    match text(&runs) {
        Some(text) if text.len() <= MAX_CONTENT_BYTES => CodeContent::Text(text),
        _ => CodeContent::Bytes(runs.into_iter().flat_map(|run| run.bytes).collect()),
    }
}

/// To ISO/IEC 18004:2015, 7.4.2, Kanji mode under an ECI packs bytes like any other and says
/// nothing of their meaning; to many encoders it is Shift JIS all the same. The same holds for
/// Hanzi mode. What both take for text, and not for the same one, is none.
fn text(runs: &[Run]) -> Option<String> {
    let is_packed = |run: &Run| run.eci.is_some() && run.packing != Packing::Plain;
    let by_packing = runs.iter().map(|run| run_text(run, runs)).collect();
    if !runs.iter().any(is_packed) {
        return by_packing;
    }
    let by_eci = runs
        .chunk_by(|one, next| one.eci.is_some() && one.eci == next.eci)
        .map(|chunk| match chunk {
            [Run { eci: Some(eci), .. }, ..] => {
                let bytes: Vec<u8> = chunk.iter().flat_map(|run| &run.bytes).copied().collect();
                Charset::of_eci(*eci)?.text(&bytes)
            }
            _ => chunk.iter().map(|run| run_text(run, runs)).collect(),
        })
        .collect();
    match (by_packing, by_eci) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other),
    }
}

/// The text of one run of these, where Kanji and Hanzi are what their names say.
fn run_text(run: &Run, runs: &[Run]) -> Option<String> {
    let announced = match run.eci {
        Some(eci) => Some(Charset::of_eci(eci)?),
        None => None,
    };
    let charset = match run.packing {
        Packing::Plain => announced,
        Packing::Kanji => Some(JAPANESE),
        Packing::Hanzi => Some(CHINESE),
    };
    match charset {
        Some(charset) => charset.text(&run.bytes),
        None => unannounced(&run.bytes, runs),
    }
}

/// Bytes that nothing is said of: UTF-8 if they are that; else, beside Kanji, Shift JIS; beside
/// Hanzi, nothing; alone, a guess.
fn unannounced(bytes: &[u8], runs: &[Run]) -> Option<String> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let beside = |packing| runs.iter().any(|run| run.packing == packing);
    if beside(Packing::Hanzi) {
        None
    } else if beside(Packing::Kanji) {
        JAPANESE.text(bytes)
    } else {
        guess(bytes)
    }
}

/// Shift JIS, which symbols from Japan carry in byte mode (JIS X 0510; ISO/IEC 18004:2000 names JIS
/// X 0201), else ISO 8859-1 (ISO/IEC 18004:2015, 7.3.5), if all of it is print.
fn guess(bytes: &[u8]) -> Option<String> {
    let is_print = |text: &String| {
        !text.contains(|c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t'))
    };
    let latin = Some(bytes.iter().map(|&byte| char::from(byte)).collect()).filter(is_print);
    let japanese = JAPANESE
        .text(bytes)
        .filter(is_print)
        // Much of it could be either: letters with accents seldom stand in a row.
        .filter(|text| latin.is_none() || has_word(text));
    japanese.or(latin)
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
    use super::Packing::{Hanzi, Kanji, Plain};
    use super::*;

    /// 汉字 in GB 2312, and 漢字 in Shift JIS.
    const HANZI: &[u8] = b"\xba\xba\xd7\xd6";
    const KANJI: &[u8] = b"\x8a\xbf\x8e\x9a";

    type Part<'a> = (Option<u32>, Packing, &'a [u8]);

    /// The text of runs; `None` if they stay bytes.
    fn text_of(parts: &[Part<'_>]) -> Option<String> {
        let run = |&(eci, packing, bytes): &Part<'_>| Run {
            bytes: bytes.to_vec(),
            eci,
            packing,
        };
        match content(parts.iter().map(run).collect()) {
            CodeContent::Text(text) => Some(text),
            CodeContent::Bytes(same) => {
                assert_eq!(
                    same,
                    parts.iter().map(|part| part.2).collect::<Vec<_>>().concat()
                );
                None
            }
        }
    }

    fn text(bytes: &[u8]) -> Option<String> {
        text_of(&[(None, Plain, bytes)])
    }

    fn announced(eci: u32, bytes: &[u8]) -> Option<String> {
        text_of(&[(Some(eci), Plain, bytes)])
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

    #[test]
    fn an_announced_character_set_is_honoured() {
        for (eci, bytes, expected) in [
            (1, &b"Zo\xeb"[..], "Zoë"),
            (3, b"Zo\xeb", "Zoë"),
            (4, b"\xb1\xea", "ąę"),
            (5, b"\xa1\xb1", "Ħħ"),
            (6, b"\xe0", "ā"),
            (7, b"\xb1\xd8\xdb\xd5\xe2", "Билет"),
            (8, b"\xe5\xd1\xcd\xc8\xc7", "مرحبا"),
            (9, b"\xc1\xe8", "Αθ"),
            (10, b"\xf9\xec\xe5\xed", "שלום"),
            (11, b"\xdd\xfe", "İş"),
            (12, b"\xbd", "―"),
            (13, b"\xca\xc7\xd1\xca", "สวัส"),
            (15, b"\xe0\xfe", "ąž"),
            (16, b"\xa1", "Ḃ"),
            (17, b"\xa4", "€"),
            (18, b"\xaa", "Ș"),
            (20, KANJI, "漢字"),
            (20, b"\xb1\xb2", "ｱｲ"),
            (21, b"\x9c\x9f", "śź"),
            (22, b"\xc1\xe8\xeb\xe5\xf2 \xb9 7", "Билет № 7"),
            (23, b"\x93Zo\xeb\x94", "“Zoë”"),
            (24, b"\xe3\xd1\xcd\xc8\xc7 \x81", "مرحبا پ"),
            (25, b"\x95\xe8\x79\x68\xd8\x3d\xdd\x11", "门票🔑"),
            (26, "门票 🔑".as_bytes(), "门票 🔑"),
            (27, b"GP1:A", "GP1:A"),
            (28, b"\xaa\xf9\xb2\xbc", "門票"),
            (
                29,
                b"\xc3\xc5\xc6\xb1\xa3\xba\xb1\xb1\xbe\xa9 2026",
                "门票：北京 2026",
            ),
            (30, b"\xc0\xd4\xc0\xe5\xb1\xc7", "입장권"),
            (31, b"\x97\xbf", "椏"),
            (32, b"\x95\x32\x82\x36\xc3\xc5", "𠀀门"),
            (33, b"\xe8\x95\x68\x79", "门票"),
            (2, b"GP1:A", "GP1:A"),
            (170, b"GP1:A", "GP1:A"),
        ] {
            assert_eq!(
                announced(eci, bytes).as_deref(),
                Some(expected),
                "ECI {eci}"
            );
        }
    }

    #[test]
    fn bytes_that_are_not_valid_in_the_announced_character_set_stay_bytes() {
        for (eci, bytes) in [
            // Beyond ASCII; what some countries write otherwise.
            (0, &b"caf\x82"[..]),
            (2, b"caf\x82"),
            (27, b"caf\xe9"),
            (170, b"a@b"),
            // Places that hold no character, some of which browsers fill.
            (1, b"\x93a\x94"),
            (3, b"\x80 5"),
            (4, b"\x85"),
            (5, b"\xa5"),
            (11, b"\x80"),
            (13, b"\x80"),
            (13, b"\xdb"),
            (18, b"\x81"),
            (20, b"\x93"),
            (20, b"\xf0\x40"),
            (21, b"\x81"),
            (22, b"\x98"),
            (23, b"\x81"),
            (25, b"\x95"),
            (25, b"\xd8\x3d\x00\x41"),
            (26, b"Zo\xeb"),
            (26, b"\xe9\x97"),
            (26, b"\xed\xa0\x80"),
            (28, b"\xaa"),
            (28, b"\xff"),
            (29, b"\xc3\xc5\xc6"),
            (29, b"\xaa\xa1"),
            (30, b"\xc0"),
            (32, b"\xff"),
            (33, b"\x3d\xd8"),
        ] {
            assert_eq!(announced(eci, bytes), None, "ECI {eci}, {bytes:x?}");
        }
    }

    #[test]
    fn what_an_unknown_eci_announces_stays_bytes() {
        for eci in [
            14, 19, 34, 35, 36, 127, 128, 899, 900, 811_799, 999_999, 0x1f_ffff,
        ] {
            assert_eq!(announced(eci, b"GP1:A"), None, "ECI {eci}");
            assert_eq!(text_of(&[(Some(eci), Kanji, KANJI)]), None, "ECI {eci}");
            let beside = [(None, Plain, &b"GP1:"[..]), (Some(eci), Plain, b"A")];
            assert_eq!(text_of(&beside), None, "ECI {eci}");
        }
    }

    #[test]
    fn hanzi_and_kanji_are_text_by_themselves_and_beside_others() {
        let hanzi = (None, Hanzi, HANZI);
        let kanji = (None, Kanji, KANJI);
        let ascii = (None, Plain, &b"A-1 "[..]);
        let utf8 = (None, Plain, "门票 ".as_bytes());
        let katakana = (None, Plain, &b"\xb1\xb2"[..]);
        for (parts, expected) in [
            (&[hanzi][..], "汉字"),
            (&[ascii, hanzi, ascii], "A-1 汉字A-1 "),
            (&[utf8, hanzi], "门票 汉字"),
            (&[hanzi, kanji], "汉字漢字"),
            (&[ascii, kanji, utf8], "A-1 漢字门票 "),
            (&[katakana, kanji], "ｱｲ漢字"),
        ] {
            assert_eq!(text_of(parts).as_deref(), Some(expected));
        }
        // What these bytes are, nothing says.
        assert_eq!(text_of(&[(None, Plain, b"caf\xe9"), hanzi]), None);
        // No characters of GB 2312 nor of Shift JIS.
        assert_eq!(text_of(&[(None, Hanzi, b"\xaa\xa1")]), None);
        assert_eq!(text_of(&[(None, Kanji, b"\x93\x7f")]), None);
    }

    #[test]
    fn each_eci_of_a_symbol_holds_for_its_own_part() {
        let russian = (Some(22), Plain, &b"\xc1\xe8\xeb\xe5\xf2 "[..]);
        let chinese = (Some(32), Plain, HANZI);
        let latin = (Some(3), Plain, &b" Zo\xeb"[..]);
        let parts = [(None, Plain, &b"7 "[..]), russian, chinese, latin];
        assert_eq!(text_of(&parts).as_deref(), Some("7 Билет 汉字 Zoë"));
        // One part that is no text, and none of it is.
        assert_eq!(
            text_of(&[russian, chinese, (Some(26), Plain, b"\xeb")]),
            None
        );
    }

    #[test]
    fn kanji_and_hanzi_under_an_eci_are_text_only_where_all_readings_agree() {
        // The same character set, or bytes that are none in the announced one.
        assert_eq!(
            text_of(&[(Some(20), Kanji, KANJI)]).as_deref(),
            Some("漢字")
        );
        assert_eq!(
            text_of(&[(Some(29), Hanzi, HANZI)]).as_deref(),
            Some("汉字")
        );
        let utf8 = (Some(26), Plain, "é ".as_bytes());
        assert_eq!(
            text_of(&[utf8, (Some(26), Kanji, KANJI)]).as_deref(),
            Some("é 漢字")
        );
        // No place of Shift JIS: only the announced character set has it.
        assert_eq!(
            text_of(&[(Some(25), Kanji, b"\x85\xc0")]).as_deref(),
            Some("藀")
        );
        // UTF-8 for é, and GB 2312 for 茅; windows-1251 and Shift JIS.
        assert_eq!(text_of(&[(Some(26), Hanzi, "é".as_bytes())]), None);
        assert_eq!(text_of(&[(Some(22), Kanji, KANJI)]), None);
    }
}
