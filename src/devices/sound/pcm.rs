//! What plays samples: a sound card, or a test.

use crate::devices::DeviceError;

/// A PCM playback device.
pub trait PcmOutput {
    /// Plays samples: mono, 48,000 a second. Blocks while its buffer is full.
    ///
    /// # Errors
    /// When it cannot play any more. It is dropped then.
    fn write(&mut self, samples: &[i16]) -> Result<(), DeviceError>;

    /// Blocks until everything written has been played.
    ///
    /// # Errors
    /// As [`PcmOutput::write`].
    fn finish(&mut self) -> Result<(), DeviceError>;

    /// Discards what was written and has not been played yet.
    ///
    /// # Errors
    /// As [`PcmOutput::write`].
    fn cut(&mut self) -> Result<(), DeviceError>;
}
