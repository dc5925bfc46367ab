//! Keys of the identity list: Argon2id of ID numbers, made on all cores while the numbers are at hand.
//!
//! No ID number is ever stored, so a key is made when its number is seen, and kept. The keys are as
//! confidential as the rest of the home: with one, ID numbers can be tried, though not as fast as with the
//! tag secret beside it.

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

use crate::{error::Error, store::Store};

/// Persons for each core from one commit to the next: some two seconds of work, which is what a cut costs.
const BATCH: usize = 64;

/// Keeps the key of a person whose number is at hand, where there is an identity list and they are to
/// stand on it.
pub(crate) fn note(store: &mut Store, tag: &SubjectTag, number: &IdNumber) -> Result<(), Error> {
    let Some(salt) = store.identity_salt()? else {
        return Ok(());
    };
    if store.listed_without_key(tag)? == Some(true) {
        let key = IdentityHasher::new(&salt).key(number);
        store.keep_identity_keys(&salt, &[(*tag, key)])?;
    }
    Ok(())
}

/// Makes the keys of many persons on so many cores, and gives them to `keep` batch by batch.
pub(crate) fn hash_all(
    salt: &[u8; 16],
    persons: &[(SubjectTag, IdNumber)],
    cores: NonZeroUsize,
    mut keep: impl FnMut(&[(SubjectTag, IdentityKey)]) -> Result<(), Error>,
) -> Result<(), Error> {
    let cores = cores.get().min(persons.len());
    let mut hashers: Vec<_> = (0..cores).map(|_| IdentityHasher::new(salt)).collect();
    for batch in persons.chunks((BATCH * cores).max(1)) {
        keep(&hash(&mut hashers, batch))?;
    }
    Ok(())
}

/// One batch, of which each core takes the next person when it is done with one.
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
                .unwrap_or_else(|fault| panic::resume_unwind(fault))
        });
        keys.flatten().collect()
    })
}
