//! A sound for each outcome, told apart by pitch and, for ears that do not hear pitch well, by
//! rhythm. `tones.rs` makes the samples, `player.rs` plays the newest sound, `alsa.rs` is the sound
//! card.

#[cfg(feature = "sound")]
mod alsa;
mod pcm;
mod player;
mod tones;

#[cfg(test)]
mod tests;

pub use pcm::PcmOutput;
pub use player::Sounds;
pub(super) use player::probe;
pub use tones::{Sound, Volume};
