//! A person as the authority first hears of them: ID number and name, and what a pass may show of it.

use gatepost_pass::{SubjectTag, Text, document::Last4};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Keeps tags of this programme apart from any other use of the same secret.
const PROGRAMME: &[u8] = b"gatepost";
/// Most characters that stand for the hidden middle of a name.
const MAX_HIDDEN: usize = 6;

/// Why a number or a name can't be used. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PersonError {
    /// Not the number of any document.
    #[error("an ID number is 4 to 32 letters and digits")]
    Number,
    /// An 18-character number whose last character does not follow from the others.
    #[error("the ID number's check digit is wrong: compare it with the document")]
    CheckDigit,
    /// An empty name, or one with control characters.
    #[error("the name is empty or holds a character that can't be shown")]
    Name,
}

/// A normalised ID number. Has no `Debug` and no `Display`, so that it reaches no log.
pub(crate) struct IdNumber(String);

impl IdNumber {
    /// Takes the number as people write it: spaces go, full-width forms and letters become ASCII
    /// capitals. A number of 18 characters must be a resident identity number (GB 11643).
    pub(crate) fn parse(text: &str) -> Result<Self, PersonError> {
        let number: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| narrow(c).to_ascii_uppercase())
            .collect();
        let fits = (4..=32).contains(&number.len());
        if !fits || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(PersonError::Number);
        }
        if number.len() == 18 && check_digit(&number) != number.chars().last() {
            return Err(PersonError::CheckDigit);
        }
        Ok(Self(number))
    }

    /// Its last four characters, which the guard compares.
    pub(crate) fn last4(&self) -> Result<Last4, PersonError> {
        let last = self.0.as_bytes().last_chunk().ok_or(PersonError::Number)?;
        Last4::try_from(*last).map_err(|_| PersonError::Number)
    }

    /// The person's pseudonym: front of HMAC-SHA-256 (secret; programme, 0, number).
    pub(crate) fn tag(&self, secret: &[u8; 32]) -> SubjectTag {
        // HMAC fills a shorter key with zeros to its block of 64 bytes (RFC 2104).
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        mac.update(PROGRAMME);
        mac.update(&[0]);
        mac.update(self.0.as_bytes());
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        SubjectTag(tag)
    }
}

/// The ASCII form of a full-width character.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// ISO 7064 MOD 11-2 over the first 17 digits; nothing when they are not digits.
fn check_digit(number: &str) -> Option<char> {
    let mut sum = 0;
    for c in number.chars().take(17) {
        sum = (sum + c.to_digit(10)?) * 2 % 11;
    }
    match (12 - sum) % 11 {
        10 => Some('X'),
        digit => char::from_digit(digit, 10),
    }
}

/// Hides the middle of a name: 王小明 becomes 王*明, 王明 becomes 王*.
pub(crate) fn mask(name: &str) -> Result<Text<22>, PersonError> {
    let chars: Vec<char> = name.trim().chars().collect();
    let masked: String = match chars.as_slice() {
        [] => return Err(PersonError::Name),
        [first] | [first, _] => [*first, '*'].iter().collect(),
        [first, middle @ .., last] => {
            let hidden = "*".repeat(middle.len().min(MAX_HIDDEN));
            format!("{first}{hidden}{last}")
        }
    };
    masked.try_into().map_err(|_| PersonError::Name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The example of GB 11643-1999, and one that ends in X.
    const RESIDENTS: [&str; 2] = ["11010519491231002X", "440524188001010014"];

    #[test]
    fn resident_numbers_need_their_check_digit() {
        for number in RESIDENTS {
            assert!(IdNumber::parse(number).is_ok());
        }
        for wrong in [
            "110105194912310021",
            "440524188001010015",
            "44052418800101001X",
        ] {
            assert_eq!(IdNumber::parse(wrong).err(), Some(PersonError::CheckDigit));
        }
        let letters = IdNumber::parse("ABCDEFGHIJKLMNOPQR");
        assert_eq!(letters.err(), Some(PersonError::CheckDigit));
    }

    #[test]
    fn one_person_has_one_tag_however_the_number_is_typed() {
        let secret = [7; 32];
        let tag = |text| IdNumber::parse(text).unwrap().tag(&secret);
        let plain = tag("11010519491231002X");
        assert_eq!(tag(" 110105 19491231 002x "), plain);
        assert_eq!(tag("１１０１０５１９４９１２３１００２ｘ"), plain);
        assert_ne!(tag("440524188001010014"), plain);
        let other = IdNumber::parse("11010519491231002X").unwrap();
        assert_ne!(other.tag(&[8; 32]), plain);
    }

    #[test]
    fn a_tag_is_the_front_of_hmac_sha_256() {
        // python3: hmac.new(bytes([7]*32), b"gatepost\0A1234", "sha256").hexdigest()[:32]
        let tag = IdNumber::parse("a1234").unwrap().tag(&[7; 32]);
        assert_eq!(tag.to_string(), "59a86d0deb03f1a5d716fb63f7b1f058");
    }

    #[test]
    fn numbers_of_other_documents_are_4_to_32_letters_and_digits() {
        assert_eq!(
            IdNumber::parse("H0123456")
                .unwrap()
                .last4()
                .unwrap()
                .as_str(),
            "3456"
        );
        for wrong in ["", "123", "AB-1234", "护照12345", &"1".repeat(33)] {
            assert_eq!(IdNumber::parse(wrong).err(), Some(PersonError::Number));
        }
    }

    #[test]
    fn the_middle_of_a_name_is_hidden_and_it_fits() {
        let masked = |name| mask(name).unwrap().to_string();
        assert_eq!(masked("王小明"), "王*明");
        assert_eq!(masked(" 王明 "), "王*");
        assert_eq!(masked("王"), "王*");
        assert_eq!(masked("欧阳小明"), "欧**明");
        assert_eq!(masked("阿卜杜热西提·买买提吐尔逊"), "阿******逊");
        assert_eq!(masked("John Smith"), "J******h");
        assert_eq!(masked(&"\u{2070e}".repeat(60)).len(), 14);
        assert_eq!(mask("  "), Err(PersonError::Name));
        assert_eq!(mask("王\u{7}"), Ok("王*".try_into().unwrap()));
        assert_eq!(mask("\u{7}王"), Err(PersonError::Name));
    }
}
