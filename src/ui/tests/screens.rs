//! All the pictures for the eye: `scripts/screens` calls it.

use super::info_scenes::info_scenes;
use super::layout::for_each_scene;
use super::scenes::{pages, verdicts};
use super::stage::screens;
use crate::ui::TextSize;
use std::fmt::Write;
use std::fs;

#[test]
#[ignore = "scripts/screens writes them"]
fn every_screen_is_written_with_a_contact_sheet() {
    let scenes = pages().into_iter().chain(verdicts()).chain(info_scenes());
    // Only the scenes whose names begin with one of these words, where they are given.
    let wanted = std::env::var("GATEPOST_SCENES").unwrap_or_default();
    let scenes = scenes.filter(|scene| {
        let mut wanted = wanted.split(',');
        wanted.any(|name| scene.name.starts_with(name))
    });
    let mut names = Vec::new();
    for_each_scene(scenes.collect(), |stage, scene, language, text| {
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
