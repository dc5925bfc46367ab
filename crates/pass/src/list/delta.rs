//! Deltas: what changed from one version of a list to a later one.
//!
//! ```text
//! file    = "GPD1" ‖ head length:u32le ‖ head of the later list ‖ base ‖ adds ‖ removals ‖
//! recolours adds    = keys with their colours            removals, recolours = ranks in the
//! earlier list
//! ```
//!
//! Byte by byte in `docs/list-format.md`. A delta is believed for its result alone: the head in it
//! is the one that the issuer signed for the whole list, and what [`super::merge`] makes must have
//! its root.

use std::io::Write;

use serde::{Deserialize, Serialize};

use super::{
    DeltaError, List, ListEntry, ListError, ListHead, ReadAt,
    file::verify_head,
    head::MAX_HEAD,
    rice::{Numbers, RiceStream},
    scan::Entries,
};
use crate::{codec, digest::Digest, ids::IssuerId, time::Timestamp, trust::TrustList};

const MAGIC: &[u8; 4] = b"GPD1";
/// Longest encoding of a [`Base`], and more.
const MAX_BASE: usize = 128;

/// What a delta begins at, and its streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Base {
    version: u64,
    root: Digest,
    adds: RiceStream,
    removals: RiceStream,
    recolours: RiceStream,
}

/// A delta whose front was checked.
#[derive(Debug)]
pub struct Delta<R> {
    reader: R,
    head: ListHead,
    pub(super) envelope: Vec<u8>,
    issuer: IssuerId,
    base: Base,
    /// Where the streams begin.
    streams: u64,
}

/// The three streams of a delta, side by side.
pub(super) struct Changes<'a, R> {
    pub(super) adds: Numbers<'a, R>,
    pub(super) removals: Numbers<'a, R>,
    pub(super) recolours: Numbers<'a, R>,
}

impl<R: ReadAt> Delta<R> {
    /// Opens a delta: checks the later head's signature, and that the streams fill the file.
    pub fn open(reader: R, trust: &TrustList, now: Timestamp) -> Result<Self, DeltaError> {
        let length = reader.length()?;
        let mut front = vec![0; length.min((8 + MAX_HEAD + MAX_BASE) as u64) as usize];
        reader.read_at(&mut front, 0)?;
        let cut = DeltaError::Damaged("cut short");
        let Some((&[m0, m1, m2, m3, l0, l1, l2, l3], rest)) = front.split_first_chunk::<8>() else {
            return Err(cut);
        };
        if &[m0, m1, m2, m3] != MAGIC {
            return Err(DeltaError::Damaged("not a delta"));
        }
        let head_length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        let (envelope, rest) = rest.split_at_checked(head_length).ok_or(cut)?;
        let verified = verify_head(envelope, trust, now).map_err(|why| match why {
            ListError::Head(why) => DeltaError::Head(why),
            why => why.into(),
        })?;
        let head = verified.claims().clone();
        let (base, rest) = codec::decode_prefix::<Base>("delta", rest)
            .map_err(|_| DeltaError::Damaged("its base is not in its encoding"))?;
        let streams = (front.len() - rest.len()) as u64;
        let colour = head.kind.colour_bits();
        let sound = base.adds.is_sound(colour)
            && base.removals.is_sound(0)
            && base.recolours.is_sound(0)
            && (colour == 1 || base.recolours.count == 0);
        let end = [base.adds, base.removals, base.recolours]
            .iter()
            .try_fold(streams, |at, stream| at.checked_add(stream.bytes));
        if !sound || end != Some(length) {
            return Err(DeltaError::Damaged("its streams do not fill the file"));
        }
        Ok(Self {
            head,
            envelope: envelope.to_vec(),
            issuer: verified.issuer().id,
            base,
            streams,
            reader,
        })
    }

    /// What the issuer signed about the later list.
    pub fn head(&self) -> &ListHead {
        &self.head
    }

    /// Whose lists it leads between.
    pub fn issuer(&self) -> IssuerId {
        self.issuer
    }

    /// The version that it begins at.
    pub fn from_version(&self) -> u64 {
        self.base.version
    }

    /// How many records it adds, removes and colours anew.
    pub fn changes(&self) -> [u64; 3] {
        [
            self.base.adds.count,
            self.base.removals.count,
            self.base.recolours.count,
        ]
    }

    /// Whether it leads on from this list.
    pub fn fits<L: ReadAt>(&self, list: &List<L>) -> Result<(), DeltaError> {
        self.base.fits(list, &self.head, self.issuer)
    }

    pub(super) fn streams(&self) -> Changes<'_, R> {
        let (base, reader) = (&self.base, &self.reader);
        let removals = self.streams + base.adds.bytes;
        let recolours = removals + base.removals.bytes;
        let colour = self.head.kind.colour_bits();
        Changes {
            adds: Numbers::new(reader, base.adds, colour, self.streams),
            removals: Numbers::new(reader, base.removals, 0, removals),
            recolours: Numbers::new(reader, base.recolours, 0, recolours),
        }
    }
}

impl Base {
    /// Whether it leads from a list to one of that head and issuer.
    fn fits<L: ReadAt>(
        &self,
        list: &List<L>,
        to: &ListHead,
        issuer: IssuerId,
    ) -> Result<(), DeltaError> {
        let have = list.head();
        if issuer != list.issuer() {
            return Err(DeltaError::OtherIssuer {
                list: list.issuer(),
                delta: issuer,
            });
        }
        if to.kind != have.kind {
            return Err(DeltaError::OtherKind {
                list: have.kind,
                delta: to.kind,
            });
        }
        if to.version <= have.version {
            return Err(DeltaError::OldVersion {
                have: have.version,
                to: to.version,
            });
        }
        if self.version != have.version {
            return Err(DeltaError::OtherBase {
                have: have.version,
                from: self.version,
            });
        }
        if self.root != have.root {
            return Err(DeltaError::OtherRoot);
        }
        if to.salt != have.salt {
            return Err(DeltaError::OtherSalt);
        }
        let more = have.count.checked_add(self.adds.count);
        let found = more.and_then(|more| more.checked_sub(self.removals.count));
        if found == Some(to.count) {
            Ok(())
        } else {
            Err(DeltaError::Count {
                expected: to.count,
                found: found.unwrap_or(0),
            })
        }
    }
}

/// Writes the delta from one list to a later one of the same issuer, kind and salt. Holds the
/// changes in memory, 16 bytes each.
pub fn write_delta<A: ReadAt, B: ReadAt>(
    old: &List<A>,
    new: &List<B>,
    out: &mut impl Write,
) -> Result<(), DeltaError> {
    let (mut adds, mut removals, mut recolours) = (Vec::new(), Vec::new(), Vec::new());
    let mut later = Entries::new(new);
    let mut next = later.next()?;
    let mut earlier = Entries::new(old);
    let mut rank = 0_u64;
    while let Some(entry) = earlier.next()? {
        while let Some(add) = next.filter(|next| next.key < entry.key) {
            adds.push(add);
            next = later.next()?;
        }
        match next.filter(|next| next.key == entry.key) {
            None => removals.push(rank),
            Some(same) => {
                if same.red != entry.red {
                    recolours.push(rank);
                }
                next = later.next()?;
            }
        }
        rank += 1;
    }
    while let Some(add) = next {
        adds.push(add);
        next = later.next()?;
    }

    let coloured = |entry: &ListEntry| (entry.key, u64::from(entry.red));
    let alone = |rank: &u64| (*rank, 0);
    let colour = new.shape.colour;
    let (adds, add_bytes) =
        RiceStream::write(new.shape.greatest(), colour, adds.iter().map(coloured));
    let (removals, removal_bytes) = RiceStream::write(rank, 0, removals.iter().map(alone));
    let (recolours, recolour_bytes) = RiceStream::write(rank, 0, recolours.iter().map(alone));
    let base = Base {
        version: old.head().version,
        root: old.head().root,
        adds,
        removals,
        recolours,
    };
    base.fits(old, new.head(), new.issuer())?;
    let parts = [
        &MAGIC[..],
        &(new.envelope.len() as u32).to_le_bytes(),
        &new.envelope,
        &codec::encode(&base),
        &add_bytes,
        &removal_bytes,
        &recolour_bytes,
    ];
    parts
        .iter()
        .try_for_each(|part| out.write_all(part))
        .map_err(DeltaError::Write)
}
