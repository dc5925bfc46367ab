//! The signed trust list and policy. They are signed again, as the next version, only when their
//! content changes. A trust list is signed here only in a trial's home; elsewhere it is proposed to
//! the root keys, and the one before stays in force until they have signed.

use std::error::Error;

use gatepost_pass::{
    Digest, Kind, Policy, Root, Sign as _, Timestamp, TrustError, TrustList,
    trust::{Proposal, ProposalError, TrustListClaims, sign_with_roots},
};

use crate::{
    home::Home,
    proposals,
    register::{Register, SignedFile},
    signing_keys::SigningKey,
};

/// There is no trust list that is in force.
#[derive(Debug, thiserror::Error)]
enum TrustListError {
    /// The root keys have not signed one yet.
    #[error("no trust list is signed yet. {0}")]
    NotSigned(String),
    /// It does not verify under the newest root.
    #[error("the trust list is not valid")]
    NotValid(#[from] TrustError),
    /// It cannot be proposed to the root keys.
    #[error("the trust list cannot be proposed to the root keys")]
    Proposal(#[from] ProposalError),
}

/// Name of the trust list in the register.
pub(crate) const TRUST_LIST: &str = "trust-list";
/// Name of the policy in the register.
pub(crate) const POLICY: &str = "policy";

/// The trust list of this home.
pub(crate) struct SignedTrust {
    /// The one in force.
    pub(crate) file: SignedFile,
    pub(crate) list: TrustList,
    /// The next one, as configured, where root keys that are not here have to sign it.
    pub(crate) next: Option<Proposal>,
}

/// What stands where between the configured trust list and the signed one.
enum Standing {
    /// The configured one is signed.
    Signed(SignedFile),
    /// Root keys that are not here have to sign it; the one before is still in force.
    Proposed(Box<Proposal>, Option<SignedFile>),
}

/// The trust list in force: as configured, where that is signed or can be signed here.
pub(crate) fn trust_list(
    home: &Home,
    register: &Register,
    root: &Root,
    now: Timestamp,
) -> Result<SignedTrust, Box<dyn Error>> {
    let (file, next) = match standing(home, register, root, now)? {
        Standing::Signed(file) => (file, None),
        Standing::Proposed(next, Some(before)) => (before, Some(*next)),
        Standing::Proposed(next, None) => {
            let waiting = proposals::keep(home, &next)?;
            return Err(TrustListError::NotSigned(waiting.to_string()).into());
        }
    };
    let list = TrustList::verify(root, &file.bytes).map_err(TrustListError::NotValid)?;
    Ok(SignedTrust { file, list, next })
}

/// What is to be done next so that a changed configuration comes into force.
pub(crate) fn next_step(home: &Home, now: Timestamp) -> Result<String, Box<dyn Error>> {
    let proposal = match home.newest_root()? {
        None => {
            let (before, list) = (proposals::first(home)?, next_claims(home, None, now)?);
            Proposal::new(None, None, before.next_root(), Some(&list))?
        }
        Some(root) => match standing(home, &home.register()?, &root, now)? {
            Standing::Signed(_) => return Ok("Next: `publish`".to_owned()),
            Standing::Proposed(proposal, _) => *proposal,
        },
    };
    Ok(proposals::keep(home, &proposal)?.to_string())
}

/// The claims of the trust list as configured, as the version after the one that is signed.
pub(crate) fn next_claims(
    home: &Home,
    before: Option<&SignedFile>,
    now: Timestamp,
) -> Result<TrustListClaims, Box<dyn Error>> {
    let claims = home.trust()?.claims(&home.trust_path(), now)?;
    let version = before.map_or(0, |before| before.version) + 1;
    Ok(TrustListClaims { version, ..claims })
}

/// A trust list that root keys have signed, as the register keeps it.
pub(crate) fn signed_trust(claims: &TrustListClaims, root: &Root, bytes: Vec<u8>) -> SignedFile {
    let signed = (&claims.expires, &claims.floors, &claims.issuers);
    SignedFile {
        version: claims.version,
        content: Digest::of(&gatepost_pass::encode(&(signed, root.version()))),
        bytes,
    }
}

fn standing(
    home: &Home,
    register: &Register,
    root: &Root,
    now: Timestamp,
) -> Result<Standing, Box<dyn Error>> {
    let before = register.signed(TRUST_LIST)?;
    let claims = next_claims(home, before.as_ref(), now)?;
    let next = signed_trust(&claims, root, Vec::new());
    if let Some(before) = &before
        && before.content == next.content
    {
        let before = before.clone();
        return Ok(Standing::Signed(before));
    }
    let keys = home.root_keys(root)?;
    if keys.len() >= usize::from(root.threshold()) {
        let bytes = sign_with_roots(Kind::TrustList, &claims, &keys.iter().collect::<Vec<_>>());
        TrustList::verify(root, &bytes).map_err(TrustListError::NotValid)?;
        return Ok(Standing::Signed(SignedFile { bytes, ..next }));
    }
    let in_force = before.as_ref().map(|before| before.bytes.as_slice());
    let proposal = Proposal::new(Some(root), in_force, None, Some(&claims));
    let proposal = proposal.map_err(TrustListError::Proposal)?;
    Ok(Standing::Proposed(Box::new(proposal), before))
}

/// The policy as configured, signed by the policy key.
pub(crate) fn policy(home: &Home, register: &Register) -> Result<SignedFile, Box<dyn Error>> {
    let claims = home.policy()?.claims(&home.policy_path())?;
    let signer = home.signer(SigningKey::Policy)?;
    // Includes the key: after a change of key the same rules are signed again.
    let content = Digest::of(&gatepost_pass::encode(&(
        &claims,
        signer.key(),
        signer.public(),
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
        bytes: signer.sign(Kind::Policy, &claims)?,
    })
}
