//! Repeatable randomness: SplitMix64, normal noise and a hash of grid points.

/// A small repeatable generator (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    /// A stream of its own for each seed and purpose.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        Self(mix(seed ^ mix(purpose)))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.0)
    }

    /// Uniform between `low` and `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * unit(self.next())
    }

    /// One of the choices; the default value of `T` if there are none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = self.next() % choices.len().max(1) as u64;
        choices.get(index as usize).copied().unwrap_or_default()
    }

    /// Near enough to normal with mean 0 and deviation 1: four 16-bit uniforms, summed.
    pub(crate) fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
        (sum as f32 / 65535.0 - 2.0) * 1.732
    }
}

/// The same number in 0..1 for the same grid point and seed.
pub(crate) fn at_point(x: i32, y: i32, seed: u64) -> f32 {
    unit(mix(seed ^ (u64::from(x as u32) << 32 | u64::from(y as u32))))
}

fn mix(value: u64) -> u64 {
    scramble(value.wrapping_add(0x9E37_79B9_7F4A_7C15))
}

fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// 24 bits, as many as an `f32` holds exactly.
fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1 << 24) as f32
}
