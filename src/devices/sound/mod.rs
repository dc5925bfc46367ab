//! A sound for each outcome, told apart by pitch and, for ears that do not hear pitch well, by
//! rhythm; behind it, where the settings want it, what to do in a word or two. `tones.rs` and
//! `speech.rs` (with the files in `voices/`) make the samples, `player.rs` plays the newest sound,
//! `alsa.rs` is the sound card.

#[cfg(feature = "sound")]
mod alsa;
mod pcm;
mod player;
mod speech;
mod tones;

#[cfg(test)]
mod tests;

pub use pcm::PcmOutput;
pub use player::Sounds;
pub(super) use player::probe;
pub use speech::SpokenWord;
pub use tones::{Sound, Volume};
