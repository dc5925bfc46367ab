//! A few screens compared with pictures that somebody has looked at. They are stored in sixteen
//! shades of grey to be small: the colours of the outcomes have a test of their own.

use super::info_scenes::info_scenes;
use super::scenes::{Scene, pages, verdicts};
use super::stage::{Stage, screens, status};
use crate::config::{Language, ScreenMode};
use crate::ui::UiUpdate;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{GrayImage, ImageReader, Luma};
use std::fs::File;
use std::path::PathBuf;

/// Scene, language, size, and whether the screen is bright.
const GOLDEN: [(&str, Language, (u32, u32), bool); 8] = [
    ("scan-out", Language::English, (480, 800), true),
    ("admit", Language::English, (480, 800), true),
    ("check-temperature", Language::English, (800, 480), false),
    ("refuse", Language::Chinese, (800, 480), true),
    ("check-family", Language::Uyghur, (480, 800), false),
    ("id-typed", Language::English, (480, 800), false),
    ("status", Language::English, (480, 800), true),
    ("today", Language::Chinese, (800, 480), false),
];
/// A pixel differs when its shade does by more than this: edges of letters may move a little with
/// the renderer.
const SHADE: u8 = 48;
/// Pixels of a thousand that may differ.
const PER_MILLE: usize = 2;

/// Set it to rewrite the pictures instead of comparing.
const REWRITE: &str = "GATEPOST_GOLDEN_REWRITE";

#[test]
fn the_golden_screens_look_as_they_did() {
    let mut faults = Vec::new();
    for (scene, language, size, bright) in GOLDEN {
        let name = format!("{scene}-{}-{}x{}.png", language.name(), size.0, size.1);
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("src/ui/tests/golden")
            .join(&name);
        let seen = draw(scene, language, size, bright);
        if std::env::var_os(REWRITE).is_some() {
            let file = File::create(&path).unwrap();
            let small = (CompressionType::Best, FilterType::NoFilter);
            seen.write_with_encoder(PngEncoder::new_with_quality(file, small.0, small.1))
                .unwrap();
            continue;
        }
        let golden = ImageReader::open(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
            .decode()
            .unwrap()
            .into_luma8();
        if let Some(fault) = differs(&name, &golden, &seen) {
            faults.push(fault);
        }
    }
    assert!(
        faults.is_empty(),
        "{}\nIf that is how they shall look: {REWRITE}=1 cargo test -p gatepost --lib golden",
        faults.join("\n")
    );
}

#[test]
fn every_language_has_a_golden_screen() {
    for language in Language::ALL {
        let has_one = GOLDEN.iter().any(|(_, drawn, _, _)| *drawn == language);
        assert!(has_one, "{language:?} has none");
    }
}

#[test]
fn a_moved_word_counts_as_a_difference() {
    let seen = draw("admit", Language::English, (480, 800), true);
    let moved = GrayImage::from_fn(480, 800, |x, y| *seen.get_pixel(x, (y + 4) % 800));
    assert!(differs("moved.png", &seen, &moved).is_some());
    assert!(differs("same.png", &seen, &seen).is_none());
}

fn draw(scene: &str, language: Language, size: (u32, u32), bright: bool) -> GrayImage {
    let scenes = pages().into_iter().chain(verdicts()).chain(info_scenes());
    let found: Vec<Scene> = scenes.filter(|known| known.name == scene).collect();
    let stage = Stage::open(size, Language::English);
    stage.ui.send(UiUpdate::Status(status()));
    let mode = ScreenMode::Auto;
    stage.ui.send(UiUpdate::Screen { mode, bright });
    found.first().expect("a scene by this name").set(&stage);
    stage.ui.show_language(language);
    let shot = stage.ui.snapshot().unwrap();
    let rgb = image::RgbImage::from_raw(shot.width, shot.height, shot.rgb).unwrap();
    let mut grey = image::DynamicImage::from(rgb).into_luma8();
    // Sixteen shades halve the size of the file.
    for shade in grey.iter_mut() {
        *shade = *shade / 17 * 17;
    }
    grey
}

/// What is different, if too much is; the different pixels are then in `target/screens/diff`.
fn differs(name: &str, golden: &GrayImage, seen: &GrayImage) -> Option<String> {
    if golden.dimensions() != seen.dimensions() {
        return Some(format!(
            "{name}: {:?}, was {:?}",
            seen.dimensions(),
            golden.dimensions()
        ));
    }
    let mut different = 0;
    let diff = GrayImage::from_fn(seen.width(), seen.height(), |x, y| {
        let moved = golden.get_pixel(x, y).0[0].abs_diff(seen.get_pixel(x, y).0[0]) > SHADE;
        different += usize::from(moved);
        Luma([if moved {
            255
        } else {
            seen.get_pixel(x, y).0[0] / 4
        }])
    });
    let all = golden.as_raw().len();
    if different * 1000 <= all * PER_MILLE {
        return None;
    }
    let folder = screens().join("diff");
    std::fs::create_dir_all(&folder).unwrap();
    diff.save(folder.join(name)).unwrap();
    Some(format!(
        "{name}: {different} of {all} pixels differ, white in {}",
        folder.join(name).display()
    ))
}
