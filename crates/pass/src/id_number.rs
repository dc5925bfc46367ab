//! ID numbers as people write and type them, and the one form in which they are hashed.

use std::fmt;

use zeroize::Zeroizing;

use crate::claims::Last4;

/// Fewest characters of an ID number.
const MIN: usize = 4;
/// Most characters of an ID number.
const MAX: usize = 32;
/// Nobody who was given a resident identity number was born in an earlier year.
const FIRST_YEAR: u32 = 1800;

/// Why a text is not an ID number. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Shorter or longer than the number of any document.
    #[error("an ID number has {MIN} to {MAX} letters and digits")]
    Length,
    /// Something that is neither a letter from A to Z nor a digit; or a letter where a number of 18
    /// characters has a digit.
    #[error(
        "an ID number is written in letters from A to Z and digits, \
         and one of 18 characters begins with 17 digits"
    )]
    Character,
    /// A resident identity number whose last character does not follow from the others.
    #[error("the ID number's check digit is wrong: compare it with the document")]
    CheckDigit,
    /// A resident identity number with a birth date that is in no calendar.
    #[error("the ID number's birth date can't be: compare it with the document")]
    BirthDate,
}

/// The number of a person's ID document, in its one form: capitals and digits, no spaces.
///
/// Is wiped from memory when dropped, and shows nothing of itself in logs.
pub struct IdNumber(Zeroizing<String>);

impl IdNumber {
    /// Takes a number as people write it: spaces go, full-width forms and letters become ASCII
    /// capitals.
    ///
    /// A number of 18 characters must be one as GB 11643-1999 has it, as on the cards of residents
    /// of China, foreign permanent residents, and residents from Hong Kong, Macau and Taiwan. Of
    /// other documents only the length and the characters are known.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        // Never grows, so that no copy is left behind.
        let mut number = Zeroizing::new(String::with_capacity(MAX));
        for c in text.chars().filter(|c| !c.is_whitespace()) {
            let c = narrow(c).to_ascii_uppercase();
            if !c.is_ascii_alphanumeric() {
                return Err(IdNumberError::Character);
            }
            if number.len() == MAX {
                return Err(IdNumberError::Length);
            }
            number.push(c);
        }
        if number.len() < MIN {
            return Err(IdNumberError::Length);
        }
        if let Ok(resident) = number.as_bytes().try_into() {
            check_resident(resident)?;
        }
        Ok(Self(number))
    }

    /// Its characters, to be hashed and nothing else.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Its last four characters, which the guard compares.
    pub fn last4(&self) -> Last4 {
        // MIN characters, all of them allowed there.
        let last = self.as_bytes().last_chunk().copied().unwrap_or_default();
        Last4(last)
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(hidden)")
    }
}

/// The ASCII form of a full-width character.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// GB 11643-1999: six digits of a place, eight of the birth date, three of a sequence, a check
/// digit.
fn check_resident(number: &[u8; 18]) -> Result<(), IdNumberError> {
    let (digits, check) = (&number[..17], number[17]);
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(IdNumberError::Character);
    }
    if check_digit(digits) != check {
        return Err(IdNumberError::CheckDigit);
    }
    let value = |digits: &[u8]| {
        let digits = digits.iter().map(|digit| u32::from(digit - b'0'));
        digits.fold(0, |value, digit| value * 10 + digit)
    };
    let (year, month, day) = (
        value(&digits[6..10]),
        value(&digits[10..12]),
        value(&digits[12..14]),
    );
    if year >= FIRST_YEAR && (1..=days_in(year, month)).contains(&day) {
        Ok(())
    } else {
        Err(IdNumberError::BirthDate)
    }
}

/// ISO 7064 MOD 11-2.
fn check_digit(digits: &[u8]) -> u8 {
    let sum = digits
        .iter()
        .fold(0, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    b"10X98765432"[sum as usize]
}

/// Days of a month in the Gregorian calendar; none of one that is not there.
const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The example of GB 11643-1999, and one that ends in a digit.
    const RESIDENTS: [&str; 2] = ["11010519491231002X", "440524188001010014"];

    fn error(text: &str) -> Option<IdNumberError> {
        IdNumber::parse(text).err()
    }

    /// A number of that birth date with its true check digit.
    fn born(date: &str) -> String {
        let digits = format!("110105{date}002");
        let check = char::from(check_digit(digits.as_bytes()));
        format!("{digits}{check}")
    }

    #[test]
    fn resident_numbers_need_their_check_digit() {
        for number in RESIDENTS {
            assert_eq!(error(number), None);
            let (digits, check) = number.split_at(17);
            for other in "0123456789X".chars().filter(|c| !check.contains(*c)) {
                let wrong = format!("{digits}{other}");
                assert_eq!(error(&wrong), Some(IdNumberError::CheckDigit));
            }
        }
    }

    #[test]
    fn every_single_wrong_digit_and_every_swap_of_neighbours_is_found() {
        for number in RESIDENTS {
            for at in 0..17 {
                let mut digits = number.as_bytes().to_vec();
                for other in b'0'..=b'9' {
                    digits[at] = other;
                    let found = error(str::from_utf8(&digits).unwrap());
                    assert_eq!(found.is_some(), other != number.as_bytes()[at]);
                }
            }
            for at in 0..16 {
                let mut digits = number.as_bytes().to_vec();
                digits.swap(at, at + 1);
                let found = error(str::from_utf8(&digits).unwrap());
                assert_eq!(found.is_some(), digits != number.as_bytes());
            }
        }
    }

    #[test]
    fn a_resident_number_needs_a_birth_date_that_can_be() {
        for date in ["19491231", "20000229", "20240229", "18000101", "20261130"] {
            assert_eq!(error(&born(date)), None, "{date}");
        }
        for date in [
            "19490229", "19000229", "20260431", "20261301", "20260001", "20260100", "20260132",
            "17991231", "00000000",
        ] {
            assert_eq!(error(&born(date)), Some(IdNumberError::BirthDate), "{date}");
        }
    }

    #[test]
    fn a_number_of_eighteen_characters_begins_with_seventeen_digits() {
        for wrong in ["ABCDEFGHIJKLMNOPQR", "1101051949123100XX"] {
            assert_eq!(error(wrong), Some(IdNumberError::Character));
        }
    }

    #[test]
    fn a_number_has_one_form_however_it_is_typed() {
        for text in [
            "11010519491231002x",
            " 110105 19491231 002X ",
            "１１０１０５１９４９１２３１００２ｘ",
            "110105\u{3000}19491231\t002X\n",
        ] {
            let number = IdNumber::parse(text).unwrap();
            assert_eq!(number.as_bytes(), RESIDENTS[0].as_bytes());
            assert_eq!(number.last4().as_str(), "002X");
        }
    }

    #[test]
    fn numbers_of_other_documents_are_4_to_32_letters_and_digits() {
        for good in ["H0123456", "a123", &"1".repeat(32)] {
            assert_eq!(error(good), None);
        }
        for wrong in ["", "   ", "123", &"1".repeat(33), &"1 ".repeat(5000)] {
            assert_eq!(error(wrong), Some(IdNumberError::Length));
        }
        for wrong in ["AB-1234", "护照12345", "A123\0", "É1234"] {
            assert_eq!(error(wrong), Some(IdNumberError::Character));
        }
    }

    #[test]
    fn neither_a_number_nor_an_error_shows_the_number() {
        let shown = format!("{:?}", IdNumber::parse("H0123456").unwrap());
        assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
        for wrong in ["110105194912310021", "H0123456-"] {
            let error = error(wrong).unwrap();
            assert!(!format!("{error} {error:?}").contains("0123"));
            assert!(!format!("{error} {error:?}").contains("110105"));
        }
    }
}
