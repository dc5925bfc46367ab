//! Sealing passages to the authority's tracing key: HPKE (RFC 9180), base mode, with
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305, one fresh encapsulation a record.
//!
//! The plaintext has a fixed size, so that a record's length says nothing; the fields that stay in
//! clear are the associated data, so that they can't be moved to another record.

use gatepost_pass::{FormatError, policy::TracingKey};
use hpke::{
    Deserializable, HpkeError, Kem as _, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256, rand_core::CryptoRng,
};

use crate::{
    passage::Passage,
    sealed::{Clear, PLAINTEXT, Sealed},
};

const INFO: &[u8] = b"gatepost/passage/v1";
/// Bytes of a key, and of what goes before a ciphertext.
pub(crate) const KEY: usize = 32;
/// Bytes by which a ciphertext is longer than its plaintext.
pub(crate) const TAG: usize = 16;

type Kem = X25519HkdfSha256;

/// Why a passage could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The policy's tracing key is not a usable X25519 key.
    #[error("the policy's tracing key can't be used: publish a new policy")]
    Key(#[source] HpkeError),
    /// The passage does not fit the fixed size. Its types are bounded so that it always does.
    #[error("the passage is larger than a sealed record")]
    TooLarge,
}

/// Why a record could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The record is sealed to another tracing key.
    #[error("sealed to tracing key {0}, which is not this one")]
    OtherKey(u16),
    /// The key, the record or its place in the chain is not the one it was sealed with.
    #[error("the record does not open: wrong key, or altered")]
    Refused(#[source] HpkeError),
    /// It opens, and the length inside is larger than the record.
    #[error("the record opens, but the passage inside is cut short")]
    CutShort,
    /// It opens, and what is inside breaks the format.
    #[error("the record opens, but is damaged inside")]
    Damaged(#[source] FormatError),
}

/// Seals a passage, so that only the holder of the secret tracing key reads it. `random` must be a
/// cryptographic source.
///
/// ```
/// use gatepost_protocol::{Clear, Epoch, device::device_id, fixture, open, seal,
/// seal::tracing_key}; use gatepost_pass::fixture::{NOW, holder};
///
/// let passage = fixture::passage(NOW);
/// let clear = Clear {
///     device: device_id(&holder().public()),
///     epoch: Epoch([7; 16]),
///     seq: 1,
///     hour: (NOW.0 / 3600) as u32,
///     class: passage.outcome,
/// };
/// let key = fixture::tracing();
/// let sealed = seal(&passage, &clear, &key, &mut fixture::random())?;
///
/// let (secret, _) = tracing_key(&fixture::TRACING_SEED);
/// assert_eq!(open(&sealed, &clear, key.id, &secret), Ok(passage));
/// // Another place in the chain: it was moved, and does not open.
/// let moved = Clear { seq: 2, ..clear };
/// assert!(open(&sealed, &moved, key.id, &secret).is_err());
/// # Ok::<(), gatepost_protocol::SealError>(())
/// ```
pub fn seal(
    passage: &Passage,
    clear: &Clear,
    to: &TracingKey,
    random: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let encoded = gatepost_pass::encode(passage);
    let mut plaintext = [0; PLAINTEXT];
    let space = plaintext
        .get_mut(2..2 + encoded.len())
        .ok_or(SealError::TooLarge)?;
    space.copy_from_slice(&encoded);
    plaintext[..2].copy_from_slice(&(encoded.len() as u16).to_le_bytes());
    let associated = associated(clear, to.id);
    let (encapped, ciphertext) =
        seal_bytes(&to.key, INFO, &plaintext, &associated, random).map_err(SealError::Key)?;
    Ok(Sealed {
        class: clear.class,
        tracing_key: to.id,
        encapped,
        ciphertext: ciphertext.try_into().map_err(|_| SealError::TooLarge)?,
    })
}

/// Opens a record with the secret tracing key.
pub fn open(
    sealed: &Sealed,
    clear: &Clear,
    id: u16,
    secret: &[u8; 32],
) -> Result<Passage, OpenError> {
    if sealed.tracing_key != id {
        return Err(OpenError::OtherKey(sealed.tracing_key));
    }
    let ciphertext = sealed.ciphertext.as_slice();
    let associated = associated(clear, id);
    let plaintext = open_bytes(secret, INFO, &sealed.encapped, ciphertext, &associated)
        .map_err(OpenError::Refused)?;
    let [low, high, rest @ ..] = plaintext.as_slice() else {
        return Err(OpenError::CutShort);
    };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let encoded = rest.get(..length).ok_or(OpenError::CutShort)?;
    gatepost_pass::decode("passage", encoded).map_err(OpenError::Damaged)
}

/// A tracing key pair of 32 random bytes: the secret, and the public key for the policy.
pub fn tracing_key(seed: &[u8; 32]) -> ([u8; 32], [u8; 32]) {
    key_pair(seed)
}

/// The X25519 key pair of 32 random bytes, secret half first: DeriveKeyPair of RFC 9180.
pub(crate) fn key_pair(seed: &[u8; KEY]) -> ([u8; KEY], [u8; KEY]) {
    let (secret, public) = Kem::derive_keypair(seed);
    (secret.to_bytes().into(), public.to_bytes().into())
}

/// Seals bytes to a public key under a domain. Gives the encapsulated key and the ciphertext.
pub(crate) fn seal_bytes(
    to: &[u8; KEY],
    domain: &[u8],
    plaintext: &[u8],
    associated: &[u8],
    random: &mut impl CryptoRng,
) -> Result<([u8; KEY], Vec<u8>), HpkeError> {
    let key = <Kem as hpke::Kem>::PublicKey::from_bytes(to)?;
    let (encapped, ciphertext) = hpke::single_shot_seal_with_rng::<
        ChaCha20Poly1305,
        HkdfSha256,
        Kem,
    >(&OpModeS::Base, &key, domain, plaintext, associated, random)?;
    Ok((encapped.to_bytes().into(), ciphertext))
}

/// Opens what [`seal_bytes`] has sealed under the same domain.
pub(crate) fn open_bytes(
    secret: &[u8; KEY],
    domain: &[u8],
    encapped: &[u8; KEY],
    ciphertext: &[u8],
    associated: &[u8],
) -> Result<Vec<u8>, HpkeError> {
    let key = <Kem as hpke::Kem>::PrivateKey::from_bytes(secret)?;
    let encapped = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapped)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &key,
        &encapped,
        domain,
        ciphertext,
        associated,
    )
}

fn associated(clear: &Clear, tracing_key: u16) -> Vec<u8> {
    gatepost_pass::encode(&(clear, tracing_key))
}
