//! Secrets sealed by a passphrase, as files in the age format (age-encryption.org/v1): one
//! recipient of the kind `scrypt`, one chunk. `age -d` opens what is written here, and what `age
//! -p` wrote is opened here.
//!
//! The crate `age` brings a hundred crates, among them translations and post-quantum keys; for
//! these few bytes the format is smaller than that.

use std::str;

use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, aead::Aead as _};
use data_encoding::BASE64_NOPAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

const VERSION: &str = "age-encryption.org/v1\n";
const SCRYPT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";
/// Work of a new file: 2^17 rounds of scrypt, about half a second and 128 MiB.
const WORK: u8 = 17;
/// The most work that a file may ask for: 1 GiB.
const MOST_WORK: u8 = 20;
/// Largest secret: a chunk of the format.
const CHUNK: usize = 64 * 1024;
/// Bytes of an authentication tag of ChaCha20-Poly1305.
const TAG: usize = 16;
/// Largest sealed file.
pub(crate) const MAX_SEALED: usize = CHUNK + 1024;

/// A sealed file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AgeError {
    /// The passphrase is another one.
    #[error("the passphrase is wrong")]
    Passphrase,
    /// The file was changed, or is not sealed by a passphrase alone.
    #[error("it is damaged, or not sealed by a passphrase")]
    Damaged,
    /// Opening it would take more memory than any file of ours.
    #[error("it asks for more work than 2^{MOST_WORK} rounds of scrypt")]
    Work,
    /// More bytes than fit one chunk, or scrypt refused: a fault of the caller.
    #[error("it cannot be sealed")]
    Seal,
}

/// What makes each sealed file its own.
pub(crate) struct Fresh {
    pub(crate) file_key: Zeroizing<[u8; 16]>,
    pub(crate) salt: [u8; 16],
    pub(crate) nonce: [u8; 16],
}

/// Whether a file is in the age format.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION.as_bytes())
}

/// Seals a secret.
pub(crate) fn seal(passphrase: &str, secret: &[u8], fresh: &Fresh) -> Result<Vec<u8>, AgeError> {
    if secret.len() > CHUNK {
        return Err(AgeError::Seal);
    }
    let wrap = wrapping_key(passphrase, &fresh.salt, WORK).ok_or(AgeError::Seal)?;
    let sealed = |key: &[u8; 32], nonce: [u8; 12], secret: &[u8]| {
        let cipher = ChaCha20Poly1305::new(&(*key).into());
        let sealed = cipher.encrypt(&nonce.into(), secret);
        sealed.map_err(|_| AgeError::Seal)
    };
    let body = sealed(&wrap, [0; 12], &*fresh.file_key)?;
    let (salt, body) = (BASE64_NOPAD.encode(&fresh.salt), BASE64_NOPAD.encode(&body));
    let header = format!("{VERSION}-> scrypt {salt} {WORK}\n{body}\n---");
    let mac = header_mac(&fresh.file_key, header.as_bytes()).finalize();
    let mac = BASE64_NOPAD.encode(&mac.into_bytes());
    let key = derived(&fresh.file_key, &fresh.nonce, b"payload");
    let payload = sealed(&key, LAST_CHUNK, secret)?;
    Ok([
        format!("{header} {mac}\n").as_bytes(),
        &fresh.nonce,
        &payload,
    ]
    .concat())
}

/// Opens what was sealed.
pub(crate) fn open(passphrase: &str, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, AgeError> {
    let file = SealedFile::parse(bytes).ok_or(AgeError::Damaged)?;
    if file.work > MOST_WORK {
        return Err(AgeError::Work);
    }
    let wrap = wrapping_key(passphrase, &file.salt, file.work).ok_or(AgeError::Damaged)?;
    let opened = |key: &[u8; 32], nonce: [u8; 12], sealed: &[u8]| {
        let cipher = ChaCha20Poly1305::new(&(*key).into());
        cipher.decrypt(&nonce.into(), sealed).map(Zeroizing::new)
    };
    let file_key = opened(&wrap, [0; 12], &file.body).map_err(|_| AgeError::Passphrase)?;
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&file_key);
    let mac = header_mac(&key, file.header);
    mac.verify_slice(&file.mac).map_err(|_| AgeError::Damaged)?;
    let (nonce, payload) = file.payload.split_at(16);
    let key = derived(&key, nonce, b"payload");
    opened(&key, LAST_CHUNK, payload).map_err(|_| AgeError::Damaged)
}

/// Nonce of the first chunk that is also the last.
const LAST_CHUNK: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// The parts of a sealed file; nothing has been checked but their lengths.
struct SealedFile<'a> {
    salt: [u8; 16],
    work: u8,
    body: [u8; 16 + TAG],
    /// What the MAC is over.
    header: &'a [u8],
    mac: [u8; 32],
    /// Nonce and one chunk.
    payload: &'a [u8],
}

impl<'a> SealedFile<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(VERSION.as_bytes())?;
        let mut line = || {
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line = str::from_utf8(&rest[..end]).ok()?;
            rest = &rest[end + 1..];
            Some(line)
        };
        let (salt, work) = line()?.strip_prefix("-> scrypt ")?.split_once(' ')?;
        let body = line()?;
        let mac = line()?.strip_prefix("--- ")?;
        let header = bytes.len() - rest.len() - mac.len() - 2;
        let plain = !work.starts_with('0') && work.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (16 + TAG..=16 + CHUNK + TAG).contains(&rest.len());
        (plain && fits).then_some(())?;
        Some(Self {
            salt: base64(salt)?,
            work: work.parse().ok()?,
            body: base64(body)?,
            header: &bytes[..header],
            mac: base64(mac)?,
            payload: rest,
        })
    }
}

fn base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    BASE64_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// The key that wraps the file's key.
fn wrapping_key(passphrase: &str, salt: &[u8; 16], work: u8) -> Option<Zeroizing<[u8; 32]>> {
    let parameters = scrypt::Params::new(work, 8, 1).ok()?;
    let salt = [SCRYPT_LABEL, salt].concat();
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(passphrase.as_bytes(), &salt, &parameters, &mut *key).ok()?;
    Some(key)
}

fn header_mac(file_key: &[u8; 16], header: &[u8]) -> Hmac<Sha256> {
    let key = derived(file_key, &[], b"header");
    // HMAC pads a shorter key than its block with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(&*key);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&(*block).into());
    mac.update(header);
    mac
}

/// A key that follows from the file's key (HKDF, RFC 5869).
fn derived(file_key: &[u8; 16], salt: &[u8], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes are one round of SHA-256; only 256 rounds and more are refused.
    let _ = Hkdf::<Sha256>::new(Some(salt), file_key).expand(label, &mut *key);
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SECRET: &[u8] = b"gatepost secret key 1\n";

    fn sealed() -> Vec<u8> {
        let fresh = Fresh {
            file_key: Zeroizing::new([1; 16]),
            salt: [2; 16],
            nonce: [3; 16],
        };
        seal("correct horse", SECRET, &fresh).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_with_its_passphrase_and_with_no_other() {
        let sealed = sealed();
        assert!(is_sealed(&sealed));
        assert_eq!(**open("correct horse", &sealed).unwrap(), *SECRET);
        assert_eq!(open("correct hors", &sealed), Err(AgeError::Passphrase));
    }

    /// Written by the program `age` 1.2 format library (crate `age` 0.12) with work 2^10.
    #[test]
    fn a_file_of_the_age_program_opens() {
        let theirs = include_bytes!("age_test.age");
        assert_eq!(**open("correct horse", theirs).unwrap(), *SECRET);
    }

    #[test]
    fn no_changed_byte_is_taken() {
        let sealed = sealed();
        // Each opening takes half a second: a byte of the salt, the wrapped key, the MAC, the
        // payload, and one too many.
        for at in [40, 60, 110, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open("correct horse", &changed).is_err(), "{at}");
        }
        let longer = [&sealed[..], b"x"].concat();
        assert_eq!(open("correct horse", &longer), Err(AgeError::Damaged));
    }

    #[test]
    fn a_file_that_asks_for_too_much_work_or_is_another_is_refused_before_any_work() {
        let text = |sealed: &[u8], from: &str, to: &str| {
            let end = sealed.iter().rposition(|byte| *byte == b'\n').unwrap();
            let (head, tail) = sealed.split_at(end);
            let head = str::from_utf8(head).unwrap().replace(from, to);
            [head.as_bytes(), tail].concat()
        };
        let sealed = sealed();
        let too_much = [" 21\n", " 255\n"].map(|to| (to, AgeError::Work));
        let damaged = [" 017\n", " +7\n", " 999\n", "\n", " 0\n"];
        let damaged = damaged.map(|to| (to, AgeError::Damaged));
        for (to, why) in too_much.into_iter().chain(damaged) {
            let changed = text(&sealed, " 17\n", to);
            assert_eq!(open("correct horse", &changed), Err(why), "{to:?}");
        }
        let two = text(&sealed, "---", "-> X25519 AAAA\nAAAA\n---");
        assert_eq!(open("correct horse", &two), Err(AgeError::Damaged));
        assert_eq!(open("correct horse", b"other"), Err(AgeError::Damaged));
        for end in 0..sealed.len() {
            let cut = open("correct horse", &sealed[..end]);
            assert!(end > 150 || cut == Err(AgeError::Damaged), "{end}");
            if end > 150 {
                break;
            }
        }
    }
}
