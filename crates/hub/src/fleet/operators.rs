//! Who may log in: operators and the hashes of their passwords.

use std::fmt;

use argon2::{
    Argon2, PasswordHasher as _, PasswordVerifier as _,
    password_hash::{self, phc::PasswordHash},
};
use gatepost_system::random::{self, RandomError};

/// Longest password, in bytes.
const MAX_PASSWORD: usize = 1024;

/// Operators and the hashes of their passwords: lines of `name:$argon2id$…`.
pub struct Operators(Vec<(String, String)>);

/// Why a file of operators or a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OperatorsError {
    /// A line is not a name and a hash.
    #[error("line {0}: must be NAME:HASH, with a hash from `gatepost-hub password`")]
    Line(usize),
    /// The file names nobody.
    #[error("it names nobody: write NAME:HASH, with a hash from `gatepost-hub password`")]
    Empty,
    /// The password is too short or too long.
    #[error("a password must have 12 to {MAX_PASSWORD} bytes")]
    Length,
    /// The password cannot be hashed.
    #[error("cannot hash the password")]
    Hash(#[from] password_hash::Error),
    /// The system gives no random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
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
    /// Hashes a password: Argon2id (RFC 9106) with the crate's default parameters, 19 MiB.
    pub fn hash(password: &[u8]) -> Result<String, OperatorsError> {
        if !(12..=MAX_PASSWORD).contains(&password.len()) {
            return Err(OperatorsError::Length);
        }
        let salt = random::bytes::<16>()?;
        let hash = Argon2::default().hash_password_with_salt(password, &salt);
        Ok(hash?.to_string())
    }

    /// Checks a password and returns the name. Blocks for some tens of milliseconds, for an unknown
    /// name as well.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

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
