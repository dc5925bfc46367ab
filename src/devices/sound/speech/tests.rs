//! The recordings are whole, audible and short, there is one for each word and no other, and the
//! volume covers them.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, path::Path};

use super::{super::tones::Sound, *};

fn each() -> impl Iterator<Item = (Voice, SpokenWord)> {
    let words = |voice| SpokenWord::ALL.map(|word| (voice, word));
    Voice::ALL.into_iter().flat_map(words)
}

fn name((voice, word): (Voice, SpokenWord)) -> String {
    format!("{}/{}.wav", voice.name(), word.name())
}

/// The word without the pause before it.
fn word(voice: Voice, word: SpokenWord, volume: Volume) -> Vec<i16> {
    word.samples(voice, volume)
        .split_off((RATE * PAUSE / 1000) as usize)
}

fn loudness(samples: &[i16]) -> f64 {
    let power = samples.iter().map(|sample| f64::from(*sample).powi(2));
    (power.sum::<f64>() / samples.len() as f64).sqrt()
}

#[test]
fn the_files_are_those_of_the_words_in_each_language_and_no_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/devices/sound/voices");
    let mut found = BTreeSet::new();
    for voice in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap()) {
        if voice.file_type().unwrap().is_dir() {
            for file in fs::read_dir(voice.path()).unwrap() {
                let file = file.unwrap().file_name();
                found.insert(format!(
                    "{}/{}",
                    voice.file_name().display(),
                    file.display()
                ));
            }
        }
    }
    assert_eq!(found, each().map(name).collect());
    for (voice, word) in each() {
        let file = fs::read(folder.join(name((voice, word)))).unwrap();
        assert!(file == recording(voice, word), "{}", name((voice, word)));
    }
}

#[test]
fn each_file_is_mono_mu_law_of_16_kilohertz_and_all_of_them_are_small() {
    let mut total = 0;
    for (voice, word) in each() {
        let file = recording(voice, word);
        let count = u32::try_from(codes(file).len()).unwrap();
        let mut head = b"RIFF".to_vec();
        head.extend((50 + count + count % 2).to_le_bytes());
        // 18 bytes of format: 7 is mu-law, one channel, samples and bytes a second, 1 byte a
        // sample, 8 bits.
        head.extend(b"WAVEfmt \x12\0\0\0\x07\0\x01\0\x80\x3e\0\0\x80\x3e\0\0\x01\0\x08\0\0\0");
        head.extend(b"fact\x04\0\0\0");
        head.extend(count.to_le_bytes());
        head.extend(b"data");
        head.extend(count.to_le_bytes());
        assert_eq!(head.len(), HEAD);
        assert_eq!(&file[..HEAD], head, "{}", name((voice, word)));
        assert!(file.len() - HEAD - codes(file).len() <= 1);
        total += file.len();
    }
    assert!(total < 200_000, "{total}");
}

#[test]
fn every_word_is_heard_ends_within_1_2_seconds_and_does_not_clip() {
    for (voice, it) in each() {
        let samples = word(voice, it, Volume::FULL);
        let seconds = samples.len() as f64 / f64::from(RATE);
        let peak = samples.iter().map(|sample| sample.unsigned_abs()).max();
        let (peak, loud) = (peak.unwrap(), loudness(&samples));
        let told = format!("{} {seconds:.2} s {peak} {loud:.0}", name((voice, it)));
        assert!((0.3..1.2).contains(&seconds), "{told}");
        assert!((27_000..30_000).contains(&peak), "{told}");
        // Speech that is mostly sound, not a click in silence.
        assert!(loud > 3000.0, "{told}");
        let ends = [samples[0], samples[samples.len() - 1]];
        assert!(ends.iter().all(|end| end.unsigned_abs() < 500), "{told}");
    }
}

#[test]
fn no_two_recordings_are_the_same() {
    let all: BTreeSet<_> = each().map(|(voice, word)| recording(voice, word)).collect();
    assert_eq!(all.len(), each().count());
}

#[test]
fn the_volume_lowers_words_as_it_lowers_tones() {
    for percent in [0, 30, 50, 80] {
        let volume = Volume::from_percent(percent);
        let part = |full: Vec<i16>, low: Vec<i16>| loudness(&low) / loudness(&full);
        let words = part(
            word(Voice::English, SpokenWord::Refuse, Volume::FULL),
            word(Voice::English, SpokenWord::Refuse, volume),
        );
        let tones = part(
            Sound::Refuse.samples(Volume::FULL),
            Sound::Refuse.samples(volume),
        );
        assert!((words - tones).abs() < 0.002, "{percent}: {words} {tones}");
    }
}

#[test]
fn mu_law_is_that_of_g_711() {
    // The ends of both halves, and a step in each segment.
    let known = [
        (0x00, -32124),
        (0x80, 32124),
        (0x7f, 0),
        (0xff, 0),
        (0xfe, 8),
        (0xef, 132),
        (0xdf, 396),
        (0xcf, 924),
        (0xbf, 1980),
        (0xaf, 4092),
        (0x9f, 8316),
        (0x8f, 16764),
    ];
    for (code, sample) in known {
        assert_eq!(from_mu_law(code), sample, "{code:#x}");
    }
}

#[test]
fn a_file_that_is_cut_short_is_no_fault() {
    let file = recording(Voice::Chinese, SpokenWord::Admit);
    assert!(codes(&file[..HEAD - 1]).is_empty());
    assert_eq!(codes(&file[..HEAD + 10]).len(), 10);
}
