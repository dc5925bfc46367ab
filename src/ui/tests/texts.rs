//! Every text is translated, every reason has its words, and no English stands outside `@tr`.

use super::stage::Stage;
use super::translations::{
    TextKey, po_entries, po_texts, root, slint_files, tr_texts, translated, uyghur_texts,
};
use crate::config::Language;
use crate::devices::Device;
use crate::ui::Trouble;
use crate::ui::notices::map_device;
use crate::ui::trouble::map_trouble;
use crate::ui::verdict::map_reason;
use gatepost_protocol::Reason;
use gatepost_window::{AppWindow, Texts, TroubleTexts};
use slint::ComponentHandle;
use std::collections::BTreeSet;
use std::fs;

/// The names of an enum's variants, in kebab case, read from its source.
fn variants(source: &str, head: &str) -> Vec<String> {
    let body = source
        .split(head)
        .nth(1)
        .unwrap()
        .split('}')
        .next()
        .unwrap();
    let code = body
        .lines()
        .map(|l| l.split("//").next().unwrap())
        .collect::<String>();
    code.split(',')
        .map(str::trim)
        .filter(|v| !v.is_empty())
        .map(kebab)
        .collect()
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// Every reason there is, read from its source so that none is forgotten.
pub(super) fn all_reasons() -> Vec<Reason> {
    let source = fs::read_to_string(root().join("crates/protocol/src/verdict.rs")).unwrap();
    variants(&source, "pub enum Reason {")
        .iter()
        .map(|name| serde_json::from_str(&format!("\"{name}\"")).unwrap())
        .collect()
}

#[test]
fn every_text_has_a_chinese_translation_and_no_translation_is_left_over() {
    assert_complete("zh_CN", &tr_texts());
}

#[test]
fn every_text_of_scan_verdict_and_status_bar_has_an_uyghur_translation() {
    assert_complete("ug", &uyghur_texts());
}

#[test]
fn every_other_language_has_a_translation_of_every_text() {
    for language in translated() {
        if language != "ug" {
            assert_complete(&language, &tr_texts());
        }
    }
}

fn assert_complete(language: &str, texts: &BTreeSet<TextKey>) {
    let po = po_texts(language);
    let translated: BTreeSet<_> = po.keys().cloned().collect();
    let missing: Vec<_> = texts.difference(&translated).collect();
    let left_over: Vec<_> = translated.difference(texts).collect();
    assert!(
        missing.is_empty(),
        "not in the {language} .po: {missing:#?}"
    );
    assert!(
        left_over.is_empty(),
        "in the {language} .po only: {left_over:#?}"
    );
    for (text, translations) in po {
        for translation in translations {
            assert!(
                !translation.trim().is_empty(),
                "empty translation of {text:?}"
            );
        }
    }
}

#[test]
fn what_is_no_translation_in_force_does_not_pass_for_one() {
    let head = "msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n\n";
    let plural = "msgid \"{n} day\"\nmsgid_plural \"{n} days\"\nmsgstr[0] \"a\"\n";
    let with = |entry: &str| po_entries(&format!("{head}{entry}"));
    assert!(with("msgid \"Back\"\nmsgstr \"a\"\n").is_ok());
    assert!(with(&format!("{plural}msgstr[1] \"b\"\n")).is_ok());
    for (entry, fault) in [
        ("#, fuzzy\nmsgid \"Back\"\nmsgstr \"a\"\n", "in force"),
        ("#~ msgid \"Back\"\n#~ msgstr \"a\"\n", "in force"),
        (plural, "1 forms, 2 wanted"),
        ("msgid \"Back\"\nmsgstr[0] \"a\"\n", "0 forms, 1 wanted"),
        (
            "msgid \"a\"\nmsgstr \"a\"\n\nmsgid \"a\"\nmsgstr \"b\"\n",
            "twice",
        ),
    ] {
        let said = with(entry).unwrap_err();
        assert!(said.contains(fault), "{said}");
    }
}

#[test]
fn translations_keep_the_placeholders() {
    let placeholders = |text: &str| -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .filter_map(|p| p.split('}').next())
            .map(str::to_owned)
            .collect()
    };
    for language in translated() {
        for ((text, _), translations) in po_texts(&language) {
            for translation in translations {
                assert_eq!(placeholders(&text), placeholders(&translation), "{text:?}");
            }
        }
    }
}

#[test]
fn english_has_no_signs_of_chinese_and_chinese_no_brackets() {
    let chinese =
        |c: char| matches!(c, '…' | '⋯' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff5e}');
    let english = tr_texts()
        .into_iter()
        .filter(|text| text.0.contains(chinese));
    assert_eq!(english.collect::<Vec<_>>(), []);
    let brackets = ['(', ')', '（', '）', '[', ']', '【', '】'];
    for (text, translations) in po_texts("zh_CN") {
        for translation in translations {
            assert!(!translation.contains(brackets), "{text:?}: {translation}");
        }
    }
}

#[test]
fn guards_and_authorities_are_called_by_the_words_that_they_use() {
    let chinese = po_texts("zh_CN");
    for (text, wanted) in [
        ("Set up this device", "启用本机"),
        ("Tap to keep open", "点屏幕保持显示"),
        ("Kept open. Tap to close", "已保持，点按关闭"),
        (
            "This phone code is not live.",
            "此手机码已超时，不是实时码。",
        ),
        ("NOT LOGGED: write it down", "未记录，请用纸笔登记"),
        ("Supervisor", "值班主管"),
        ("{} x 10 000 listed", "名单 {} 万条"),
    ] {
        assert_eq!(chinese[&(text.to_owned(), None)], [wanted]);
    }
    // A supervisor is on duty here, an authority signs: no word is both.
    for translation in chinese.values().flatten() {
        for (word, whole) in [("主管", "值班主管"), ("用笔", "用纸笔")] {
            let others = translation.replace(whole, "");
            assert!(!others.contains(word), "{translation}");
        }
    }
    assert!(
        chinese
            .values()
            .flatten()
            .any(|said| said.contains("发证机关"))
    );
}

#[test]
fn the_pages_that_uyghur_lacks_are_named() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let named = read("ui/lang/README.md");
    for (path, _) in slint_files() {
        let page = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_page = path
            .parent()
            .is_some_and(|folder| folder.ends_with("pages"));
        if is_page && !["scan", "verdict"].contains(&page.as_str()) {
            assert!(named.contains(&format!("`{page}`")), "{page} is not named");
        }
    }
}

#[test]
fn no_words_on_screen_stand_outside_tr() {
    let properties = [
        "text:",
        "label:",
        "title:",
        "placeholder-text:",
        "value:",
        "note:",
        "headline:",
        "advice:",
        "statement:",
        "detail:",
        "accessible-description:",
    ];
    for (path, source) in slint_files() {
        for line in source.lines().map(|l| l.split("//").next().unwrap()) {
            let Some(at) = properties.iter().find_map(|p| line.find(p)) else {
                continue;
            };
            let value = &line[at..];
            let outside = value.split("@tr(").next().unwrap().replace("\"\"", "");
            assert!(
                !outside.contains('"'),
                "raw words in {}: {line}",
                path.display()
            );
        }
        for line in source
            .lines()
            .filter(|l| l.trim_start().starts_with("return \""))
        {
            assert!(
                line.contains("return \"\""),
                "raw words in {}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn the_window_knows_exactly_the_reasons_of_the_checkpoint() {
    let types = fs::read_to_string(root().join("ui/types.slint")).unwrap();
    let verdict = fs::read_to_string(root().join("crates/protocol/src/verdict.rs")).unwrap();
    assert_eq!(
        variants(&types, "enum ReasonKind {"),
        variants(&verdict, "pub enum Reason {")
    );
    assert_eq!(
        variants(&types, "enum OutcomeKind {"),
        variants(&verdict, "pub enum Outcome {")
    );
}

/// Texts that the program hands to the window as they are: names, numbers, addresses and what a
/// policy says in its own words. Whatever the program itself has to say is a closed list with a
/// text in every language.
const DATA: &[&str] = &[
    // A name of a person, a place, an issuer, a file, a camera; what is read off a card or typed.
    "area",
    "back",
    "contact",
    "device",
    "file",
    "from",
    "from_id",
    "guard",
    "hub",
    "id",
    "issuer",
    "last4",
    "name",
    "phone",
    "place",
    "program",
    "to",
    "to_id",
    // A date or a time of day.
    "clock",
    "since",
    "time",
    // A code's own text, or an address.
    "Code",
    "code",
    "link",
    // The policy's own words.
    "help",
    "questions",
    // Under a sentence, for whoever repairs the device.
    "detail",
    // What a finger typed or chose.
    "Camera",
    "IdNumber",
    "Pin",
    "SetClock",
];

#[test]
fn the_program_hands_no_sentence_of_its_own_to_the_window() {
    let folder = root().join("src/ui/view");
    let mut raw = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        let code = source.lines().map(|l| l.split("//").next().unwrap().trim());
        for line in code.filter(|line| line.contains("String") && line.ends_with(',')) {
            let line = line.trim_start_matches("pub ");
            let name = line.split([':', '(']).next().unwrap().trim();
            if !DATA.contains(&name) {
                raw.push(line.to_owned());
            }
        }
    }
    assert!(
        raw.is_empty(),
        "a closed list says it in every language: {raw:#?}"
    );
}

#[test]
fn the_window_knows_exactly_the_troubles_of_the_program() {
    let types = fs::read_to_string(root().join("ui/types-info.slint")).unwrap();
    let view = fs::read_to_string(root().join("src/ui/view/trouble.rs")).unwrap();
    let mut known = variants(&types, "enum TroubleKind {");
    known.retain(|kind| kind != "none");
    assert_eq!(known, variants(&view, "pub enum Trouble {"));
}

#[test]
fn every_trouble_has_its_own_words_and_something_to_do_in_english_and_chinese() {
    let source = fs::read_to_string(root().join("src/ui/view/trouble.rs")).unwrap();
    let troubles: Vec<Trouble> = variants(&source, "pub enum Trouble {")
        .iter()
        .map(|name| serde_json::from_str(&format!("\"{name}\"")).unwrap())
        .collect();
    let stage = Stage::open((480, 800), Language::English);
    let mut seen = BTreeSet::new();
    for language in [Language::English, Language::Chinese] {
        stage.ui.show_language(language);
        let asked = troubles.clone();
        let words: Vec<(String, String)> = stage
            .ui
            .ask(move |app| {
                let texts = app.global::<TroubleTexts>();
                let say = |trouble| {
                    let kind = map_trouble(trouble);
                    let what = texts.invoke_what(kind).into();
                    (what, texts.invoke_advice(kind).into())
                };
                asked.into_iter().map(say).collect()
            })
            .unwrap();
        for ((what, advice), trouble) in words.into_iter().zip(&troubles) {
            assert!(!advice.is_empty(), "{trouble:?} has nothing to do");
            assert!(
                seen.insert(what.clone()),
                "{trouble:?} has no words of its own: {what}"
            );
        }
    }
}

#[test]
fn every_device_has_its_own_name_in_english_and_chinese() {
    let stage = Stage::open((480, 800), Language::English);
    let mut seen = BTreeSet::new();
    for language in [Language::English, Language::Chinese] {
        stage.ui.show_language(language);
        for device in Device::ALL {
            let kind = map_device(device);
            let say = move |app: &AppWindow| app.global::<TroubleTexts>().invoke_device(kind);
            let name = stage.ui.ask(move |app| say(app).to_string()).unwrap();
            assert!(seen.insert(name.clone()), "{device} is called {name}");
        }
    }
}

#[test]
fn every_reason_has_its_own_words_and_a_next_step_in_every_language() {
    let stage = Stage::open((480, 800), Language::English);
    let reasons = all_reasons();
    let mut seen = BTreeSet::new();
    for language in Language::ALL {
        stage.ui.show_language(language);
        let kinds: Vec<_> = reasons.iter().map(|r| map_reason(*r)).collect();
        let words: Vec<(String, String)> = stage
            .ui
            .ask(move |app| {
                let texts = app.global::<Texts>();
                let say = |kind| {
                    (
                        texts.invoke_reason(kind).into(),
                        texts.invoke_next_step(kind, true).into(),
                    )
                };
                kinds.into_iter().map(say).collect()
            })
            .unwrap();
        let last_step = words.last().unwrap().1.clone();
        for ((reason, step), kind) in words.iter().zip(&reasons) {
            assert!(
                seen.insert(reason.clone()),
                "{kind:?} has no words of its own: {reason}"
            );
            assert!(!step.is_empty(), "{kind:?} has no next step");
            // The texts' functions fall through to the last reason.
            assert!(
                *step != last_step || kind == reasons.last().unwrap(),
                "{kind:?} has no next step"
            );
        }
    }
    assert_eq!(seen.len(), Language::ALL.len() * reasons.len());
}
