//! What the pages need: the hub, who may log in, who is logged in.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use gatepost_pass::Digest;
use tokio::sync::Semaphore;

use super::{operators::Operators, sessions::OperatorSessions};
use crate::{
    hub::Hub,
    limits::{Rate, TokenBuckets},
};

/// Attempts to log in, from one address, and to one account from everywhere. Each costs 19 MiB and
/// some tens of milliseconds; a stranger's use up nobody else's, unless they know a name.
const LOGINS: Rate = Rate {
    per_second: 1,
    burst: 10,
};

/// The operators' pages, as the hub's operator sets them up.
#[derive(Debug)]
pub struct Fleet {
    /// Who may log in.
    pub operators: Operators,
    /// The folder in which the authority places enrolment codes.
    pub enrolments: Option<PathBuf>,
    /// Whether the cookie is sent over TLS only; not on a loopback address, where there is no TLS.
    pub is_secure: bool,
}

/// The state of all requests for pages.
pub(super) struct FleetState {
    pub(super) hub: Arc<Hub>,
    pub(super) fleet: Fleet,
    pub(super) sessions: OperatorSessions,
    pub(super) addresses: TokenBuckets<IpAddr>,
    /// By the digest of the name, whether there is such an account or not: names may be long.
    pub(super) accounts: TokenBuckets<Digest>,
    /// One password is checked at a time.
    pub(super) checking: Semaphore,
}

impl FleetState {
    pub(super) fn new(hub: Arc<Hub>, fleet: Fleet) -> Self {
        Self {
            hub,
            fleet,
            sessions: OperatorSessions::default(),
            addresses: TokenBuckets::new(LOGINS),
            accounts: TokenBuckets::new(LOGINS),
            checking: Semaphore::new(1),
        }
    }
}
