//! The signed trust list and policy: signed again, one version up, only when their content changes, so
//! that root keys may stay offline the rest of the time.

use gatepost_pass::{
    Digest, Kind, Policy, Root, Timestamp, TrustError, TrustList,
    trust::{TrustListClaims, sign_with_roots},
};

use crate::{
    error::Error,
    home::{Home, SigningKey},
    store::{Signed, Store},
};

/// Name of the trust list in the store.
pub(crate) const TRUST_LIST: &str = "trust-list";
/// Name of the policy in the store.
pub(crate) const POLICY: &str = "policy";

/// The trust list as configured, signed by the newest root.
pub(crate) fn trust_list(
    home: &Home,
    store: &Store,
    root: &Root,
    now: Timestamp,
) -> Result<(Signed, TrustList), Error> {
    let path = home.trust_path();
    let issuers = home.trust()?.entries(&path)?;
    let content = Digest::of(&gatepost_pass::encode(&(&issuers, root.version())));
    let before = store.signed(TRUST_LIST)?;
    let version = before.as_ref().map_or(0, |before| before.version) + 1;
    if let Some(before) = before
        && before.content == content
    {
        let trust = TrustList::verify(root, &before.bytes)?;
        return Ok((before, trust));
    }
    let issuers = issuers.try_into().map_err(|_| Error::Values {
        path,
        why: "it lists 1 to 512 issuers",
    })?;
    let claims = TrustListClaims {
        version,
        issued_at: now,
        issuers,
    };
    let keys = home.root_keys(root)?;
    let few_keys = Error::FewRootKeys {
        version: root.version(),
        have: keys.len(),
    };
    let bytes = sign_with_roots(Kind::TrustList, &claims, &keys.iter().collect::<Vec<_>>());
    let trust = match TrustList::verify(root, &bytes) {
        Err(_) if keys.is_empty() => return Err(few_keys),
        Err(TrustError::Threshold { .. }) => return Err(few_keys),
        other => other?,
    };
    let signed = Signed {
        version,
        content,
        bytes,
    };
    Ok((signed, trust))
}

/// The policy as configured, signed by the bundle key.
pub(crate) fn policy(home: &Home, store: &Store) -> Result<Signed, Error> {
    let claims = home.policy()?.claims(&home.policy_path())?;
    let signer = home.signer(SigningKey::Bundle)?;
    // With the key: after a change of key the same rules are signed anew.
    let content = Digest::of(&gatepost_pass::encode(&(
        &claims,
        signer.key,
        signer.secret.public(),
    )));
    let before = store.signed(POLICY)?;
    let version = before.as_ref().map_or(0, |before| before.version) + 1;
    if let Some(before) = before
        && before.content == content
    {
        return Ok(before);
    }
    let claims = Policy { version, ..claims };
    Ok(Signed {
        version,
        content,
        bytes: signer.sign(Kind::Policy, &claims),
    })
}
