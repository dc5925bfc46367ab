//! What cannot be seen in a text: controls of terminals, of direction and of joining, and
//! characters without a shape. With them two texts look the same that are not, or one looks like
//! something that it does not say.
//!
//! [`Text`](crate::Text) holds none of it, so nothing that is signed does. Texts of other origin
//! (file names, messages of a server, labels of a stick) are made [`visible`] where they are shown.
//!
//! Letters of every script are texts, from right to left too: order is for whoever draws them. Only
//! the controls that change it (UAX #9) are refused. Neither Uyghur, Kazakh, Tibetan nor Chinese
//! writes a name with a zero-width joiner or non-joiner; a Persian or Indic name stays legible
//! without. Mongolian does need its variation selectors and its vowel separator: they are allowed
//! where they have a shape, which is after a Mongolian letter.

use std::{borrow::Cow, fmt::Write as _};

/// The first character that cannot be seen.
pub fn first_hidden(text: &str) -> Option<char> {
    hidden(text).next().map(|(_, c)| c)
}

/// The text, with the number of each character that cannot be seen in its place: `[U+202E]`.
///
/// ```
/// use gatepost_pass::visible::visible;
///
/// assert_eq!(visible("ئالىم · 王明"), "ئالىم · 王明");
/// assert_eq!(visible("gate\u{202e}3\u{1b}[2J"), "gate[U+202E]3[U+001B][2J");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut rest = 0;
    for (at, c) in hidden(text) {
        shown.push_str(&text[rest..at]);
        // A `String` takes all that is written to it.
        let _ = write!(shown, "[U+{:04X}]", u32::from(c));
        rest = at + c.len_utf8();
    }
    if rest == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[rest..]);
    Cow::Owned(shown)
}

/// The characters that cannot be seen, and where they are.
fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut before = None;
    text.char_indices().filter(move |(_, c)| {
        let before = before.replace(*c);
        is_hidden(before, *c)
    })
}

/// Whether a character cannot be seen after this one: section 2 of `docs/pass-format.md`.
fn is_hidden(before: Option<char>, c: char) -> bool {
    match c {
        // The front of most texts, at once.
        ' '..='~' => false,
        // Mongolian variation selectors and vowel separator.
        '\u{180b}'..='\u{180f}' => !matches!(before, Some('\u{1820}'..='\u{18aa}')),
        // The last two of every plane are no characters.
        _ if u32::from(c) & 0xfffe == 0xfffe => true,
        _ => {
            c.is_control()
                || NEVER_SEEN
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&c))
        }
    }
}

/// Unicode's Default_Ignorable_Code_Point (Unicode 16, DerivedCoreProperties.txt) but for the
/// Mongolian ones; the ends of lines and paragraphs, the marks of annotations, the noncharacters of
/// the first plane, and a blank as wide as a letter.
const NEVER_SEEN: [(char, char); 18] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{FormatError, Text, ValueError, decode, encode};

    /// One of each trick: UAX #9's controls, zero width, joiners, fillers, tags, ends of lines, and
    /// what a terminal takes for an order.
    const TRICKS: [char; 24] = [
        '\0',
        '\n',
        '\u{1b}',
        '\u{7f}',
        '\u{9b}',
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{202a}',
        '\u{202e}',
        '\u{2066}',
        '\u{2069}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{e0041}',
    ];

    #[test]
    fn what_cannot_be_seen_is_no_text_and_is_shown_by_its_number() {
        for trick in TRICKS {
            let name = format!("gate{trick}3");
            let refused = Text::<60>::try_from(name.as_str());
            assert_eq!(refused, Err(ValueError::Hidden(trick)), "{trick:?}");
            // Nor does one come in by its bytes, whoever signed them.
            let read = decode::<Text<60>>("place-code", &encode(&name));
            assert_eq!(read, Err(FormatError::Damaged("place-code")), "{trick:?}");
            let shown = visible(&name).into_owned();
            assert_eq!(shown, format!("gate[U+{:04X}]3", u32::from(trick)));
            assert_eq!(first_hidden(&shown), None);
        }
    }

    #[test]
    fn names_of_every_people_here_are_texts_and_shown_as_they_are() {
        for name in [
            "",
            "王*明",
            "𠮷野",
            "买买提·吐尔逊",
            "ئابدۇراخمان ئابلەت",
            "يۈسۈپ ھاجى",
            "བསྟན་འཛིན་རྒྱ་མཚོ",
            "ᠪᠠᠶᠠᠷ",
            // With a vowel separator and a variation selector, which Mongolian cannot do without.
            "ᠠᠷᠢᠭ\u{180e}ᠠ ᠠ\u{180b}",
            "Айгүл Нұрланқызы",
            "Nguyễn Thị Hằng",
            "Müller-Lüdenscheidt, O'Neil",
            "김영희",
            "安全　门",
            "12%, № 3 (西)",
        ] {
            assert!(Text::<60>::try_from(name).is_ok(), "{name}");
            assert_eq!(visible(name), name);
        }
    }

    #[test]
    fn a_mongolian_selector_after_any_other_letter_has_no_shape_and_is_refused() {
        for name in [
            "gate\u{180b}3",
            "\u{180e}3",
            "王\u{180d}",
            "ᠠ\u{180b}\u{180b}",
        ] {
            assert!(first_hidden(name).is_some(), "{name:?}");
        }
    }
}
