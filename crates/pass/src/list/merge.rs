//! A list and a delta make the later list, key by key, in less than 1 MB of memory.

use std::io::Write;

use super::{
    Delta, DeltaError, List, ListEntry, ReadAt,
    scan::Entries,
    shape::Shape,
    write::{BodyWriter, head_page},
};

/// Writes the later list to `out`, the same bytes as the issuer's.
///
/// On any error what was written must be thrown away; the list that was there is as it was. After
/// success the file still has to reach the disk: synchronise it, rename it, synchronise the
/// directory.
pub fn merge<R: ReadAt, D: ReadAt>(
    list: &List<R>,
    delta: &Delta<D>,
    out: &mut impl Write,
) -> Result<(), DeltaError> {
    delta.fits(list)?;
    let head = delta.head();
    out.write_all(&head_page(&delta.envelope))
        .map_err(DeltaError::Write)?;
    let mut body = BodyWriter::new(Shape::of(head.kind, head.count), out);
    let mut changes = delta.streams();
    let mut add = changes.adds.next()?;
    let mut removal = changes.removals.next()?;
    let mut recolour = changes.recolours.next()?;
    let mut entries = Entries::new(list);
    let mut rank = 0;
    while let Some(mut entry) = entries.next()? {
        while let Some((key, red)) = add.filter(|(key, _)| *key <= entry.key) {
            if key == entry.key {
                return Err(DeltaError::Damaged("it adds a record that is there"));
            }
            body.push(ListEntry { key, red: red == 1 })?;
            add = changes.adds.next()?;
        }
        let here = |change: Option<(u64, u64)>| change.is_some_and(|(at, _)| at == rank);
        let removed = here(removal);
        if removed {
            removal = changes.removals.next()?;
        }
        if here(recolour) {
            if removed {
                return Err(DeltaError::Damaged("it colours a record that it removes"));
            }
            entry.red = !entry.red;
            recolour = changes.recolours.next()?;
        }
        if !removed {
            body.push(entry)?;
        }
        rank += 1;
    }
    while let Some((key, red)) = add {
        body.push(ListEntry { key, red: red == 1 })?;
        add = changes.adds.next()?;
    }
    if removal.is_some() || recolour.is_some() {
        return Err(DeltaError::Damaged("it changes a record that is not there"));
    }
    let body = body.finish()?;
    if (body.count, body.pages, body.root) == (head.count, head.pages, head.root) {
        Ok(())
    } else {
        Err(DeltaError::Result)
    }
}
