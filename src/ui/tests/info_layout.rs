//! The menu, the pages that explain the device and the notices fit every screen, in both languages and all text sizes.

use super::info_scenes::{info_scenes, notices};
use super::stage::{SIZES, Stage, worst_status};
use super::tidy::assert_tidy;
use crate::ui::{Language, TextSize, UiUpdate};

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];
const TEXT_SIZES: [TextSize; 3] = [TextSize::Normal, TextSize::Large, TextSize::VeryLarge];

#[test]
fn every_page_fits_every_screen_in_both_languages_and_all_text_sizes() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        stage.ui.send(UiUpdate::Status(worst_status()));
        for language in LANGUAGES {
            stage.ui.send(UiUpdate::Language(language));
            for text_size in TEXT_SIZES {
                stage.ui.send(UiUpdate::TextSize(text_size));
                for (name, updates) in info_scenes() {
                    for update in updates {
                        stage.ui.send(update);
                    }
                    assert_tidy(&stage, &format!("{name} {language:?} {text_size:?}"));
                }
            }
        }
    }
}

#[test]
fn notices_fit_every_screen_closed_and_open() {
    for size in SIZES {
        let stage = Stage::open(size, Language::English);
        for language in LANGUAGES {
            for text_size in TEXT_SIZES {
                stage.ui.send(UiUpdate::Language(language));
                stage.ui.send(UiUpdate::TextSize(text_size));
                stage.ui.send(UiUpdate::Notices(notices()));
                let what = format!("{language:?} {text_size:?}");
                assert_tidy(&stage, &format!("notices closed, {what}"));
                stage.tap(match language {
                    Language::Chinese => "显示提醒",
                    Language::English | Language::Uyghur => "Show the notices",
                });
                assert_tidy(&stage, &format!("notices open, {what}"));
                stage.ui.send(UiUpdate::Notices(Vec::new()));
            }
        }
    }
}
