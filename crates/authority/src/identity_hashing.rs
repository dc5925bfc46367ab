//! Keys of the identity list: Argon2id of ID numbers, made on all cores while the numbers are
//! known.
//!
//! No ID number is ever stored, so a key is made when its number is seen, and kept. The keys are as
//! confidential as the rest of the home: with them, ID numbers can be guessed, though not as fast
//! as with the tag secret beside them.

use std::{
    num::NonZeroUsize,
    panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use gatepost_pass::{
    IdNumber, SubjectTag,
    list::{IdentityHasher, IdentityKey},
};

use crate::register::{Register, RegisterError};

/// Persons per core from one commit to the next: about two seconds of work, lost when it is killed.
const BATCH: usize = 64;

/// Stores the key of a person whose number is known, if there is an identity list and they belong
/// on it.
pub(crate) fn store_key(
    register: &mut Register,
    tag: &SubjectTag,
    number: &IdNumber,
) -> Result<(), RegisterError> {
    let Some(salt) = register.identity_salt()? else {
        return Ok(());
    };
    if register.listed_without_key(tag)? == Some(true) {
        let key = IdentityHasher::new(&salt).key(number);
        register.keep_identity_keys(&salt, &[(*tag, key)])?;
    }
    Ok(())
}

/// Makes the keys of many persons on that many cores, and gives them to `keep` batch by batch.
pub(crate) fn hash_all<E>(
    salt: &[u8; 16],
    persons: &[(SubjectTag, IdNumber)],
    cores: NonZeroUsize,
    mut keep: impl FnMut(&[(SubjectTag, IdentityKey)]) -> Result<(), E>,
) -> Result<(), E> {
    let cores = cores.get().min(persons.len());
    let mut hashers: Vec<_> = (0..cores).map(|_| IdentityHasher::new(salt)).collect();
    for batch in persons.chunks((BATCH * cores).max(1)) {
        keep(&hash(&mut hashers, batch))?;
    }
    Ok(())
}

/// Hashes one batch; each core takes the next person when it has finished one.
fn hash(
    hashers: &mut [IdentityHasher],
    batch: &[(SubjectTag, IdNumber)],
) -> Vec<(SubjectTag, IdentityKey)> {
    let next = &AtomicUsize::new(0);
    let work = |hasher: &mut IdentityHasher| {
        let mut keys = Vec::new();
        while let Some((tag, number)) = batch.get(next.fetch_add(1, Ordering::Relaxed)) {
            keys.push((*tag, hasher.key(number)));
        }
        keys
    };
    thread::scope(|scope| {
        let cores = hashers.iter_mut();
        let cores: Vec<_> = cores
            .map(|hasher| scope.spawn(move || work(hasher)))
            .collect();
        let keys = cores.into_iter().map(|core| {
            core.join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        });
        keys.flatten().collect()
    })
}
