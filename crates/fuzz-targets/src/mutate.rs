//! Mutations for the short run: the same ones every time.

/// SplitMix64.
#[derive(Clone, Copy, Debug)]
pub struct Noise(pub u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// Some bytes changed, cut out, doubled, appended, or taken from `other`. Half of the time the
    /// first byte, which chooses the way, stays.
    pub fn mutate(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let keep = self.below(2).min(bytes.len());
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = keep + self.below(bytes.len().saturating_sub(keep));
            let end = at + self.below(bytes.len().saturating_sub(at).min(32));
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] = self.next() as u8,
                1 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.below(5)],
                2 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                3 if at < bytes.len() => drop(bytes.drain(at..=end.min(bytes.len() - 1))),
                4 if at < bytes.len() => bytes.extend_from_within(at..end),
                5 => {
                    let from = self.below(other.len());
                    let part = &other[from..(from + self.below(32)).min(other.len())];
                    bytes.splice(
                        at.min(bytes.len())..at.min(bytes.len()),
                        part.iter().copied(),
                    );
                }
                _ => bytes.push(self.next() as u8),
            }
        }
        bytes
    }
}
