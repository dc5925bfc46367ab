//! Mutations for the short run: the same ones every time.

use gatepost_pass::fixture::Dice;

/// Some bytes changed, cut out, doubled, appended, or taken from `other`. Half of the time the
/// first byte, which chooses the way, stays.
pub fn mutate(dice: &mut Dice, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let keep = dice.index(2).min(bytes.len());
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.index(4) {
        let at = keep + dice.index(bytes.len().saturating_sub(keep));
        let end = at + dice.index(bytes.len().saturating_sub(at).min(32));
        match dice.index(7) {
            0 if at < bytes.len() => bytes[at] = dice.throw() as u8,
            1 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][dice.index(5)],
            2 if at < bytes.len() => bytes[at] ^= 1 << dice.index(8),
            3 if at < bytes.len() => drop(bytes.drain(at..=end.min(bytes.len() - 1))),
            4 if at < bytes.len() => bytes.extend_from_within(at..end),
            5 => {
                let from = dice.index(other.len());
                let part = &other[from..(from + dice.index(32)).min(other.len())];
                bytes.splice(
                    at.min(bytes.len())..at.min(bytes.len()),
                    part.iter().copied(),
                );
            }
            _ => bytes.push(dice.throw() as u8),
        }
    }
    bytes
}
