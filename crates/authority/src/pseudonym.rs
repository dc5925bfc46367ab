//! How a person is kept here: a tag instead of the ID number, and a name without its middle.

use gatepost_pass::{IdNumber, SubjectTag, Text};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Keeps tags of this programme apart from any other use of the same secret.
const PROGRAMME: &[u8] = b"gatepost";
/// Most asterisks that stand for the hidden middle of a name.
const MAX_HIDDEN: usize = 6;

/// A person as commands and files name them.
pub(crate) enum PersonId {
    /// By ID number.
    Number(IdNumber),
    /// By a tag that an earlier command printed.
    Tag(SubjectTag),
}

/// A name that cannot be used. Never repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name is empty or contains a character that cannot be displayed")]
pub(crate) struct NameError;

/// A person's pseudonym: the first 16 bytes of HMAC-SHA-256 (secret; programme, 0, number).
pub(crate) fn tag(number: &IdNumber, secret: &[u8; 32]) -> SubjectTag {
    // HMAC pads a shorter key with zeros to its block of 64 bytes (RFC 2104).
    let mut block = [0; 64];
    block[..32].copy_from_slice(secret);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(PROGRAMME);
    mac.update(&[0]);
    mac.update(number.as_bytes());
    let mut tag = [0; 16];
    tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    SubjectTag(tag)
}

/// Hides the middle of a name: 王小明 becomes 王*明, 王明 becomes 王*.
pub(crate) fn mask(name: &str) -> Result<Text<22>, NameError> {
    let chars: Vec<char> = name.trim().chars().collect();
    let masked: String = match chars.as_slice() {
        [] => return Err(NameError),
        [first] | [first, _] => [*first, '*'].iter().collect(),
        [first, middle @ .., last] => {
            let hidden = "*".repeat(middle.len().min(MAX_HIDDEN));
            format!("{first}{hidden}{last}")
        }
    };
    masked.try_into().map_err(|_| NameError)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_person_has_one_tag_however_the_number_is_typed() {
        let secret = [7; 32];
        let tag = |text| tag(&IdNumber::parse(text).unwrap(), &secret);
        let plain = tag("11010519491231002X");
        assert_eq!(tag(" 110105 19491231 002x "), plain);
        assert_eq!(tag("１１０１０５１９４９１２３１００２ｘ"), plain);
        assert_ne!(tag("440524188001010014"), plain);
        let other = IdNumber::parse("11010519491231002X").unwrap();
        assert_ne!(super::tag(&other, &[8; 32]), plain);
    }

    #[test]
    fn a_tag_is_the_front_of_hmac_sha_256() {
        // python3: hmac.new(bytes([7]*32), b"gatepost\0A1234", "sha256").hexdigest()[:32]
        let tag = tag(&IdNumber::parse("a1234").unwrap(), &[7; 32]);
        assert_eq!(tag.to_string(), "59a86d0deb03f1a5d716fb63f7b1f058");
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
        assert_eq!(mask("  "), Err(NameError));
        assert_eq!(mask("王\u{7}"), Ok("王*".try_into().unwrap()));
        assert_eq!(mask("\u{7}王"), Err(NameError));
    }
}
