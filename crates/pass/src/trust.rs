//! Whose signature is valid, for what, and when: the pinned root, and the trust list it signs.
//!
//! The rules are TUF's (specification sections 5.3 and 6.1) in one small form: a root names `n`
//! keys and how many of them must sign; root `N + 1` is signed by the thresholds of both `N` and `N
//! + 1`; the trust list is signed by the threshold of the newest root.

mod due;
mod floors;
mod issuer;
mod part;
mod proposal;
mod root;
mod threshold;
mod trust_list;

pub use due::Due;
pub use floors::Floors;
pub use issuer::{ColourMap, IssuerEntry, KeyEntry, Recognition, Roles};
pub use part::{Part, PartError};
pub use proposal::{JoinError, Joined, MAX_PROPOSAL, Proposal, ProposalError};
pub use root::{Root, RootClaims};
pub use threshold::{TrustError, sign_with_roots};
pub use trust_list::{TrustList, TrustListClaims};
