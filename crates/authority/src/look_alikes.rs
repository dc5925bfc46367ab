//! Names that look like other names: letters of two alphabets in one word, and the skeletons by
//! which two names that look the same are found (UTS #39).

use unicode_script::{Script, UnicodeScript as _};
use unicode_security::{confusable_detection::skeleton, mixed_script::AugmentedScriptSet};

/// A name that people could take for another one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LookAlikeError {
    /// Letters of two alphabets that share shapes.
    #[error("`{0}` mixes letters of two alphabets that look alike: write it in one")]
    Mixed(String),
    /// Two names, written with other characters, that look the same.
    #[error("`{new}` looks like `{taken}`: choose a name that can be told apart")]
    Taken {
        /// The name that was given.
        new: String,
        /// The one that it looks like.
        taken: String,
    },
}

/// Refuses a name with a word in which two alphabets meet that share shapes, as Latin and Cyrillic
/// do. A word may be Chinese, Uyghur, Kazakh, Tibetan, …, also with Latin letters in it (`B2出口`).
pub(crate) fn check_alphabets(name: &str) -> Result<(), LookAlikeError> {
    let is_mixed = |word: &&str| {
        let shares_no_shape = |c: char| {
            matches!(
                c.script(),
                Script::Arabic
                    | Script::Bopomofo
                    | Script::Han
                    | Script::Hangul
                    | Script::Hiragana
                    | Script::Katakana
                    | Script::Mongolian
                    | Script::Tibetan
                    | Script::Yi
            )
        };
        let letters = word.chars().filter(|c| !is_common(*c));
        let letters: String = letters.collect();
        let rest = letters.chars().filter(|c| c.script() != Script::Latin);
        let rest: String = rest.collect();
        AugmentedScriptSet::for_str(&letters).is_empty()
            && (!rest.chars().all(shares_no_shape) || AugmentedScriptSet::for_str(&rest).is_empty())
    };
    match name.split(char::is_whitespace).find(is_mixed) {
        Some(word) => Err(LookAlikeError::Mixed(word.to_owned())),
        None => Ok(()),
    }
}

/// Digits, dots, marks: what is written with letters of any alphabet.
fn is_common(c: char) -> bool {
    matches!(c.script(), Script::Common | Script::Inherited)
}

/// What a name looks like: equal for two names that look the same, whatever they are written with.
/// Blanks at the ends and their widths don't count.
pub(crate) fn looks(name: &str) -> String {
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| skeleton(word).collect())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_that_look_the_same_have_one_skeleton_and_others_have_not() {
        for (one, other) in [
            ("North gate", "N\u{43e}rth gate"),
            ("North gate", " North\u{a0} gate"),
            ("gate-1", "gate-l"),
            ("gate-0", "gate-O"),
            ("scope", "ѕсоре"),
            ("Café", "Cafe\u{301}"),
            ("ᠠ\u{180b}", "ᠠ"),
        ] {
            assert_ne!(one, other);
            assert_eq!(looks(one), looks(other), "{one} {other}");
        }
        for (one, other) in [
            ("North gate", "South gate"),
            ("gate-3", "gate-4"),
            ("北门", "南门"),
            ("王*明", "王*民"),
            ("شىمالىي", "جەنۇبىي"),
        ] {
            assert_ne!(looks(one), looks(other), "{one} {other}");
        }
    }

    #[test]
    fn a_word_of_two_alphabets_that_share_shapes_is_refused() {
        for name in ["gаte-3", "Nоrth gate", "Αthens", "王а", "Ꭺlpha"] {
            let refused = check_alphabets(name);
            assert!(matches!(refused, Err(LookAlikeError::Mixed(_))), "{name}");
        }
    }

    #[test]
    fn names_of_real_places_and_people_are_in_order() {
        for name in [
            "gate-3",
            "B2出口",
            "济南 Jinan",
            "ئۈرۈمچى Ürümqi",
            "买买提·吐尔逊",
            "ئابدۇراخمان·ئابلەت",
            "Айгүл Нұрланқызы",
            "Алматы Almaty",
            "བསྟན་འཛིན",
            "ᠬᠦᠬᠡᠬᠣᠲᠠ",
            "ひらがなカタカナ漢字",
            "김영희 A-3",
            "Nguyễn",
            "12号",
            "",
        ] {
            assert_eq!(check_alphabets(name), Ok(()), "{name}");
        }
    }
}
