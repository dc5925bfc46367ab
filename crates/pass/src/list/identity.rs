//! Keys of identity lists: Argon2id (RFC 9106) of an ID number under the programme's salt.
//!
//! Slow on purpose. Without a secret in it whoever has a list can try ID numbers, and this is what
//! each try costs; `docs/threat-model.md` says what that is worth.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize as _;

use super::ListEntry;
use crate::{colour::Colour, id_number::IdNumber};

/// 19 MiB, two passes, one lane: what OWASP's Password Storage Cheat Sheet asks of Argon2id at
/// least, and what a small board has to spare.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// The usual length, so that any implementation can make the same keys; their front is used.
const OUTPUT: usize = 32;

/// What an ID number became under a programme's salt: what identity lists of that salt are asked
/// with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityKey {
    pub(super) salt: [u8; 16],
    pub(super) key: u64,
}

impl IdentityKey {
    /// The 64 bits that a list has of it.
    pub const fn key(&self) -> u64 {
        self.key
    }

    /// The record of a person, who has none when green.
    pub const fn entry(&self, colour: Colour) -> Option<ListEntry> {
        ListEntry::of(self.key, colour)
    }
}

/// Makes keys of ID numbers, in 19 MiB of memory that it holds. Takes 20 to 50 ms a key on a
/// desktop computer and some 0.3 s on a small board: nothing for a window's thread.
pub struct IdentityHasher {
    salt: [u8; 16],
    argon2: Argon2<'static>,
    memory: Vec<Block>,
}

impl IdentityHasher {
    /// For lists of that salt.
    pub fn new(salt: &[u8; 16]) -> Self {
        Self {
            salt: *salt,
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS),
            memory: vec![Block::new(); PARAMS.block_count()],
        }
    }

    /// The key of a person.
    #[expect(
        clippy::expect_used,
        reason = "it fails only for lengths that are fixed here; no key would be a wrong all-clear"
    )]
    pub fn key(&mut self, number: &IdNumber) -> IdentityKey {
        let mut output = [0; OUTPUT];
        self.argon2
            .hash_password_into_with_memory(
                number.as_bytes(),
                &self.salt,
                &mut output,
                &mut self.memory,
            )
            .expect("an ID number, a salt of 16 bytes and the memory for it");
        let front = output.first_chunk().copied().unwrap_or_default();
        output.zeroize();
        IdentityKey {
            salt: self.salt,
            key: u64::from_be_bytes(front),
        }
    }
}

impl Drop for IdentityHasher {
    fn drop(&mut self) {
        // Who finds the last block could test ID numbers against it, without the list.
        self.memory.iter_mut().for_each(Block::zeroize);
    }
}

const PARAMS: Params = match Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT)) {
    Ok(params) => params,
    Err(_) => panic!("parameters that RFC 9106 does not allow"),
};
