//! Every text is translated, every reason has its words, and no English stands outside `@tr`.

use super::stage::Stage;
use crate::ui::generated::Texts;
use crate::ui::verdict::map_reason;
use crate::ui::{Language, UiUpdate};
use gatepost_protocol::Reason;
use slint::ComponentHandle;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn slint_files() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|e| e == "slint") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join("ui"), &mut found);
    assert!(found.len() > 5);
    found
}

/// The string literal at the start of `text`, unescaped, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut chars = text.strip_prefix('"')?.char_indices();
    let mut out = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &text[at + 2..])),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    None
}

/// A text with its plural where there is one.
type Key = (String, Option<String>);

/// Every `@tr` text.
fn tr_texts() -> BTreeSet<Key> {
    texts_of(&slint_files())
}

/// The `@tr` texts of the pages that Uyghur is for: scan, verdict, status bar, and the words that they use.
fn uyghur_texts() -> BTreeSet<Key> {
    let files = [
        "pages/scan.slint",
        "pages/verdict",
        "widgets/status-bar.slint",
        "widgets/language-button.slint",
        "widgets/person-card.slint",
        "widgets/direction-button.slint",
        "widgets/camera-trouble.slint",
    ];
    // Words of other pages among the common ones.
    let others = ["why(", "id-fault(", "duty(", "duty-advice("];
    let ui = root().join("ui");
    let mut found = Vec::new();
    for (path, text) in slint_files() {
        let name = path
            .strip_prefix(&ui)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if name == "texts.slint" {
            let functions = text.split("public pure function ");
            let common = functions.filter(|f| !others.iter().any(|other| f.starts_with(other)));
            found.push((path, common.collect()));
        } else if files.iter().any(|file| name.starts_with(file)) {
            found.push((path, text));
        }
    }
    texts_of(&found)
}

fn texts_of(files: &[(PathBuf, String)]) -> BTreeSet<Key> {
    let mut found = BTreeSet::new();
    for (path, text) in files {
        for call in text.split("@tr(").skip(1) {
            let (singular, rest) = literal(call).unwrap_or_else(|| {
                panic!("@tr without a literal in {}: {call:.40}", path.display());
            });
            let plural = rest
                .trim_start()
                .strip_prefix('|')
                .map(|r| literal(r.trim_start()).unwrap().0);
            found.insert((singular, plural));
        }
    }
    found
}

/// The file of a language: (text, plural) to translation.
fn po_texts(language: &str) -> BTreeMap<Key, String> {
    let file = format!("ui/lang/{language}/LC_MESSAGES/gatepost-window.po");
    let po = fs::read_to_string(root().join(file)).unwrap();
    let mut found = BTreeMap::new();
    for block in po.split("\n\n").skip(1) {
        let field = |name: &str| {
            block
                .lines()
                .find_map(|l| l.strip_prefix(name))
                .map(|l| literal(l).unwrap().0)
        };
        let key = (field("msgid ").unwrap(), field("msgid_plural "));
        let chinese = field("msgstr ").or_else(|| field("msgstr[0] ")).unwrap();
        assert!(
            found.insert(key.clone(), chinese).is_none(),
            "twice in the .po: {key:?}"
        );
    }
    found
}

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

/// Every reason there is, so that no list here can fall behind.
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

fn assert_complete(language: &str, texts: &BTreeSet<Key>) {
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
    for (text, translation) in po {
        assert!(
            !translation.trim().is_empty(),
            "empty translation of {text:?}"
        );
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
    for language in ["zh_CN", "ug"] {
        for ((text, _), translation) in po_texts(language) {
            assert_eq!(placeholders(&text), placeholders(&translation), "{text:?}");
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

#[test]
fn every_reason_has_its_own_words_and_a_next_step_in_every_language() {
    let stage = Stage::open((480, 800), Language::English);
    let reasons = all_reasons();
    let mut seen = BTreeSet::new();
    for language in [Language::English, Language::Chinese, Language::Uyghur] {
        stage.ui.send(UiUpdate::Language(language));
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
    assert_eq!(seen.len(), 3 * reasons.len());
}
