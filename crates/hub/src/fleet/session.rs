//! Who may look: operators by password, then sessions by cookie.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash,
};
use gatepost_pass::{Digest, Timestamp};
use getrandom::{SysRng, rand_core::TryRng as _};

/// Seconds after which a session ends, however busy.
const LASTS: u64 = 8 * 3600;
/// Seconds after which a session ends when nobody uses it.
const IDLE: u64 = 30 * 60;
/// Sessions at once; the oldest one goes for a new one.
const MOST: usize = 100;
/// Longest password, in bytes.
const MAX_PASSWORD: usize = 1024;

/// Operators and the hashes of their passwords: lines of `name:$argon2id$…`.
pub struct Operators(Vec<(String, String)>);

/// Why a file of operators does not count.
#[derive(Debug, thiserror::Error)]
pub enum OperatorsError {
    /// A line is not a name and a hash.
    #[error("line {0}: write NAME:HASH, with a hash from `gatepost-hub password`")]
    Line(usize),
    /// Nobody stands in it.
    #[error("nobody stands in it: write NAME:HASH, with a hash from `gatepost-hub password`")]
    Empty,
    /// The password can't be hashed.
    #[error("a password has 12 to {MAX_PASSWORD} bytes")]
    Password,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness,
}

impl std::str::FromStr for Operators {
    type Err = OperatorsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut operators = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, hash) = line.split_once(':').ok_or(OperatorsError::Line(at + 1))?;
            PasswordHash::new(hash).map_err(|_| OperatorsError::Line(at + 1))?;
            operators.push((name.to_owned(), hash.to_owned()));
        }
        match operators.is_empty() {
            true => Err(OperatorsError::Empty),
            false => Ok(Self(operators)),
        }
    }
}

impl fmt::Debug for Operators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operators({})", self.0.len())
    }
}

impl Operators {
    /// Hashes a password: Argon2id (RFC 9106) with the crate's parameters, 19 MiB.
    pub fn hash(password: &[u8]) -> Result<String, OperatorsError> {
        if !(12..=MAX_PASSWORD).contains(&password.len()) {
            return Err(OperatorsError::Password);
        }
        let salt: [u8; 16] = random().ok_or(OperatorsError::Randomness)?;
        let hash = Argon2::default().hash_password_with_salt(password, &salt);
        Ok(hash.map_err(|_| OperatorsError::Password)?.to_string())
    }

    /// Checks a password; blocks for some tens of milliseconds, for an unknown name as well.
    pub(super) fn check(&self, name: &str, password: &str) -> Option<String> {
        let operator = self.0.iter().find(|(known, _)| known == name);
        let (_, hash) = operator.or(self.0.first())?;
        let hash = PasswordHash::new(hash).ok()?;
        if password.len() > MAX_PASSWORD {
            return None;
        }
        let checked = Argon2::default().verify_password(password.as_bytes(), &hash);
        let (name, _) = operator?;
        checked.ok().map(|()| name.clone())
    }
}

/// Open sessions, by the digest of their token: what is in memory opens none.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<Digest, Session>>);

/// An operator who is logged in.
#[derive(Clone)]
pub(super) struct Session {
    /// Who.
    pub(super) name: String,
    /// What their forms must bring along.
    pub(super) form_token: String,
    begun: Timestamp,
    used: Timestamp,
}

impl Session {
    fn is_over(&self, now: Timestamp) -> bool {
        now.since(self.begun) >= LASTS || now.since(self.used) >= IDLE
    }
}

impl Sessions {
    /// Begins a session and gives its token: 256 random bits.
    pub(super) fn begin(&self, name: String, now: Timestamp) -> Option<String> {
        let token = hex(&random::<32>()?);
        let session = Session {
            name,
            form_token: hex(&random::<32>()?),
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
        Some(token)
    }

    /// The session of a token, if it goes on.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Option<Session> {
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

    fn open(&self) -> MutexGuard<'_, HashMap<Digest, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).ok()?;
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_session_ends_when_idle_and_when_its_time_is_over() {
        let (sessions, start) = (Sessions::default(), Timestamp(1_000_000));
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
        let (sessions, now) = (Sessions::default(), Timestamp(1_000_000));
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

    #[test]
    fn only_the_right_password_of_the_right_operator_counts() {
        let hash = Operators::hash(b"correct horse battery").unwrap();
        let other = Operators::hash(b"another long password").unwrap();
        let file = format!("# operators\n\nada:{hash}\nbob:{other}\n");
        let operators: Operators = file.parse().unwrap();
        let check = |name, password| operators.check(name, password);
        assert_eq!(
            check("ada", "correct horse battery").as_deref(),
            Some("ada")
        );
        for (name, password) in [
            ("bob", "correct horse battery"),
            ("eve", "correct horse battery"),
            ("ada", ""),
            ("ada", "correct horse batterx"),
            ("", ""),
        ] {
            assert_eq!(check(name, password), None, "{name} {password}");
        }
        assert!(Operators::hash(b"short").is_err());
        for bad in ["", "ada", "ada:plain", "# nobody"] {
            assert!(bad.parse::<Operators>().is_err(), "{bad}");
        }
    }
}
