//! All the pictures for the eye: `scripts/screens` calls it.

use super::info_scenes::info_scenes;
use super::layout::for_each_scene;
use super::scenes::{Scene, pages, verdicts};
use super::stage::{SIZES, Stage, screens, status};
use crate::config::{Language, ScreenMode};
use crate::ui::{TextSize, UiUpdate};
use image::RgbImage;
use image::imageops::{FilterType, replace, resize};
use std::fmt::Write;
use std::fs;

/// Pictures on a sheet, across and down, each half as large as the screen.
const ACROSS: u32 = 6;
const DOWN: u32 = 3;

fn wanted() -> Vec<Scene> {
    let all = pages().into_iter().chain(verdicts()).chain(info_scenes());
    all.filter(Scene::is_wanted).collect()
}

#[test]
#[ignore = "scripts/screens writes them"]
fn every_scene_is_on_a_sheet_by_day_and_by_night() {
    for (mode, bright) in [(ScreenMode::Day, true), (ScreenMode::Night, false)] {
        for size in SIZES {
            let stage = Stage::open(size, Language::English);
            stage.ui.send(UiUpdate::Status(status()));
            stage.ui.send(UiUpdate::Screen { mode, bright });
            let (width, height) = (size.0 / 2, size.1 / 2);
            for (number, scenes) in wanted().chunks((ACROSS * DOWN) as usize).enumerate() {
                let mut sheet = RgbImage::new(ACROSS * (width + 4), DOWN * (height + 4));
                sheet.fill(0x60);
                for (at, scene) in (0..).zip(scenes) {
                    scene.set(&stage);
                    let shot = stage.ui.snapshot().unwrap();
                    let shot = RgbImage::from_raw(shot.width, shot.height, shot.rgb).unwrap();
                    let small = resize(&shot, width, height, FilterType::Triangle);
                    let (x, y) = (at % ACROSS * (width + 4), at / ACROSS * (height + 4));
                    replace(&mut sheet, &small, x.into(), y.into());
                }
                let name = format!("sheet-{}-{}x{}-{number}.png", mode.name(), size.0, size.1);
                sheet.save(screens().join(name)).unwrap();
            }
        }
    }
}

#[test]
#[ignore = "scripts/screens writes them"]
fn every_screen_is_written_with_a_contact_sheet() {
    let mut names = Vec::new();
    for_each_scene(wanted(), |stage, scene, language, text| {
        let suffix = match text {
            TextSize::Normal => "",
            TextSize::Large => "-large",
            TextSize::VeryLarge => "-very-large",
        };
        let name = format!("{}-{}{suffix}", scene.name, language.name());
        let shot = stage.picture(&name);
        assert_eq!((shot.width, shot.height), stage.size);
        names.push(format!("{name}-{}x{}.png", shot.width, shot.height));
    });
    let mut sheet = "<!doctype html><meta charset=utf-8><title>Gatepost</title>\n\
        <style>body{background:#555;color:#fff;font:14px sans-serif}\
         figure{display:inline-block;margin:6px}\
        img{height:400px}</style>\n"
        .to_owned();
    for name in &names {
        let figure = format!(
            "<figure><img src={name} loading=lazy><figcaption>{name}</figcaption></figure>"
        );
        writeln!(sheet, "{figure}").unwrap();
    }
    fs::write(screens().join("index.html"), sheet).unwrap();
    println!(
        "{} pictures and index.html in {}",
        names.len(),
        screens().display()
    );
}
