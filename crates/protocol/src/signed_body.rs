//! What a device signs with its own key: a body, then 64 bytes of signature.

use gatepost_pass::{FormatError, Kind, SecretKey};

/// A body with the signature behind it.
pub(crate) fn sign(kind: Kind, mut body: Vec<u8>, secret: &SecretKey) -> Vec<u8> {
    let signature = secret.sign_detached(kind, &body);
    body.extend_from_slice(&signature);
    body
}

/// Body and signature of at most `limit` bytes. Nobody has checked the signature yet.
pub(crate) fn split<'a>(
    what: &'static str,
    bytes: &'a [u8],
    limit: usize,
) -> Result<(&'a [u8], &'a [u8; 64]), FormatError> {
    if bytes.len() > limit {
        return Err(FormatError::TooLarge { what, limit });
    }
    bytes.split_last_chunk().ok_or(FormatError::Damaged(what))
}
