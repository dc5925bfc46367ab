//! The signed trust list and policy. They are signed again, as the next version, only when their
//! content changes, so that root keys may stay offline the rest of the time.

use std::error::Error;

use gatepost_pass::{
    Digest, Kind, Policy, Root, Timestamp, TrustError, TrustList,
    trust::{TrustListClaims, sign_with_roots},
};

use crate::{
    home::Home,
    register::{Register, SignedFile},
    signing_keys::SigningKey,
};

/// The trust list cannot be signed.
#[derive(Debug, thiserror::Error)]
enum TrustListError {
    /// It does not verify under the newest root.
    #[error("the trust list is not valid")]
    NotValid(#[from] TrustError),
    /// Too few root keys are in the home.
    #[error(
        "{have} keys of root {version} are in keys/, too few to sign the trust list: put more back"
    )]
    FewRootKeys {
        /// Version of the root.
        version: u32,
        /// Number of keys that are there.
        have: usize,
    },
}

/// Name of the trust list in the register.
pub(crate) const TRUST_LIST: &str = "trust-list";
/// Name of the policy in the register.
pub(crate) const POLICY: &str = "policy";

/// The trust list as configured, signed by the newest root.
pub(crate) fn trust_list(
    home: &Home,
    register: &Register,
    root: &Root,
    now: Timestamp,
) -> Result<(SignedFile, TrustList), Box<dyn Error>> {
    let path = home.trust_path();
    let claims = home.trust()?.claims(&path, now)?;
    let signed = (&claims.expires, &claims.floors, &claims.issuers);
    let content = Digest::of(&gatepost_pass::encode(&(signed, root.version())));
    let before = register.signed(TRUST_LIST)?;
    let version = before.as_ref().map_or(0, |before| before.version) + 1;
    if let Some(before) = before
        && before.content == content
    {
        let trust = TrustList::verify(root, &before.bytes).map_err(TrustListError::NotValid)?;
        return Ok((before, trust));
    }
    let claims = TrustListClaims { version, ..claims };
    let keys = home.root_keys(root)?;
    let few_keys = TrustListError::FewRootKeys {
        version: root.version(),
        have: keys.len(),
    };
    let bytes = sign_with_roots(Kind::TrustList, &claims, &keys.iter().collect::<Vec<_>>());
    let trust = match TrustList::verify(root, &bytes) {
        Err(_) if keys.is_empty() => return Err(few_keys.into()),
        Err(TrustError::Threshold { .. }) => return Err(few_keys.into()),
        other => other.map_err(TrustListError::NotValid)?,
    };
    let signed = SignedFile {
        version,
        content,
        bytes,
    };
    Ok((signed, trust))
}

/// The policy as configured, signed by the policy key.
pub(crate) fn policy(home: &Home, register: &Register) -> Result<SignedFile, Box<dyn Error>> {
    let claims = home.policy()?.claims(&home.policy_path())?;
    let signer = home.signer(SigningKey::Policy)?;
    // Includes the key: after a change of key the same rules are signed again.
    let content = Digest::of(&gatepost_pass::encode(&(
        &claims,
        signer.key,
        signer.secret.public(),
    )));
    let before = register.signed(POLICY)?;
    let version = before.as_ref().map_or(0, |before| before.version) + 1;
    if let Some(before) = before
        && before.content == content
    {
        return Ok(before);
    }
    let claims = Policy { version, ..claims };
    Ok(SignedFile {
        version,
        content,
        bytes: signer.sign(Kind::Policy, &claims),
    })
}
