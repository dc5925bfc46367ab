//! Chance, to spread the requests of many devices over time.

use gatepost_system::random;

/// A random number from 0 to 1.
pub(super) fn chance() -> f64 {
    // Without random numbers there is no spread; nothing else depends on it.
    let bytes = random::bytes().unwrap_or_default();
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_not_all_the_same() {
        let chances: Vec<f64> = (0..8).map(|_| chance()).collect();
        assert!(chances.iter().any(|one| *one != chances[0]));
        assert!(chances.iter().all(|one| (0.0..=1.0).contains(one)));
    }
}
