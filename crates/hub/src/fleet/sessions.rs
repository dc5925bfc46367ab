//! Sessions of operators who are logged in, by cookie.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use data_encoding::HEXLOWER;
use gatepost_pass::{Digest, Timestamp};
use gatepost_system::random::{self, RandomError};

/// Seconds after which a session ends, even if it is used.
const LASTS: u64 = 8 * 3600;
/// Seconds after which an unused session ends.
const IDLE: u64 = 30 * 60;
/// Most sessions; a new one ends the one that was unused for longest.
const MOST: usize = 100;
/// Open sessions, by the digest of their token: nothing in memory opens a session.
#[derive(Default)]
pub(super) struct OperatorSessions(Mutex<HashMap<Digest, OperatorSession>>);

/// An operator who is logged in.
#[derive(Clone)]
pub(super) struct OperatorSession {
    /// The operator's name.
    pub(super) name: String,
    begun: Timestamp,
    used: Timestamp,
    /// The token that its forms must contain.
    pub(super) form_token: String,
}

impl OperatorSession {
    fn is_over(&self, now: Timestamp) -> bool {
        now.since(self.begun) >= LASTS || now.since(self.used) >= IDLE
    }
}

impl OperatorSessions {
    /// Begins a session and returns its token: 256 random bits.
    pub(super) fn begin(&self, name: String, now: Timestamp) -> Result<String, RandomError> {
        let token = HEXLOWER.encode(&random::bytes::<32>()?);
        let session = OperatorSession {
            name,
            form_token: HEXLOWER.encode(&random::bytes::<32>()?),
            begun: now,
            used: now,
        };
        let mut open = self.open();
        open.retain(|_, session| !session.is_over(now));
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, session)| session.used.0);
            if let Some(oldest) = oldest.map(|(token, _)| *token) {
                open.remove(&oldest);
            }
        }
        open.insert(Digest::of(token.as_bytes()), session);
        Ok(token)
    }

    /// The session of a token, if it has not ended.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Option<OperatorSession> {
        let (mut open, key) = (self.open(), Digest::of(token.as_bytes()));
        if open.get(&key)?.is_over(now) {
            open.remove(&key);
            return None;
        }
        let session = open.get_mut(&key)?;
        session.used = now;
        Some(session.clone())
    }

    /// Ends a session.
    pub(super) fn end(&self, token: &str) {
        self.open().remove(&Digest::of(token.as_bytes()));
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Digest, OperatorSession>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_when_its_time_is_over() {
        let (sessions, start) = (OperatorSessions::default(), Timestamp(1_000_000));
        let token = sessions.begin("ada".into(), start).unwrap();
        assert_eq!(token.len(), 64);
        let mut now = start;
        while now.since(start) < LASTS - IDLE {
            now = now.plus(IDLE - 1);
            assert_eq!(sessions.find(&token, now).unwrap().name, "ada");
        }
        assert!(sessions.find(&token, start.plus(LASTS)).is_none());
        let token = sessions.begin("ada".into(), start).unwrap();
        assert!(sessions.find(&token, start.plus(IDLE)).is_none());
        assert!(
            sessions.find(&token, start).is_none(),
            "an ended session came back"
        );
        assert!(sessions.find("", start).is_none());
    }

    #[test]
    fn sessions_are_bounded_and_the_one_used_longest_ago_goes() {
        let (sessions, now) = (OperatorSessions::default(), Timestamp(1_000_000));
        let first = sessions.begin("ada".into(), now).unwrap();
        let begin = |n: u64| sessions.begin("bob".into(), now.plus(n)).unwrap();
        let tokens: Vec<_> = (1..=MOST as u64).map(begin).collect();
        assert!(sessions.find(&first, now).is_none());
        assert!(
            tokens
                .iter()
                .all(|token| sessions.find(token, now.plus(200)).is_some())
        );
        assert_eq!(sessions.open().len(), MOST);
    }
}
