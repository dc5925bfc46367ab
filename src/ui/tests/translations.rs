//! The texts of the Slint files and their translations, read from the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn slint_files() -> Vec<(PathBuf, String)> {
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
pub(super) type TextKey = (String, Option<String>);

/// Every `@tr` text.
pub(super) fn tr_texts() -> BTreeSet<TextKey> {
    texts_of(&slint_files())
}

/// The `@tr` texts that Uyghur has: scan page, verdict, status bar, the functions they use, and the
/// second display.
pub(super) fn uyghur_texts() -> BTreeSet<TextKey> {
    let files = [
        "pages/scan.slint",
        "pages/verdict",
        "widgets/status-bar.slint",
        "widgets/language-button.slint",
        "widgets/person-card.slint",
        "widgets/direction-button.slint",
        "widgets/camera-trouble.slint",
        "texts.slint",
        "texts-face.slint",
    ];
    let ui = root().join("ui");
    let mut found = Vec::new();
    for (path, text) in slint_files() {
        let name = path
            .strip_prefix(&ui)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        if files.iter().any(|file| name.starts_with(file)) {
            found.push((path, text));
        }
    }
    texts_of(&found)
}

fn texts_of(files: &[(PathBuf, String)]) -> BTreeSet<TextKey> {
    let mut found = BTreeSet::new();
    for (path, text) in files {
        for call in text.split("@tr(").skip(1) {
            let (singular, rest) = literal(call.trim_start()).unwrap_or_else(|| {
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

/// The languages that have translations, by their folders.
pub(super) fn translated() -> Vec<String> {
    let folders = fs::read_dir(root().join("ui/lang")).unwrap();
    let folders = folders.map(Result::unwrap).filter(|it| it.path().is_dir());
    let found: Vec<_> = folders
        .map(|folder| folder.file_name().into_string().unwrap())
        .collect();
    assert!(found.len() >= 2, "{found:?}");
    found
}

/// The translations of a language, from its file.
pub(super) fn po_texts(language: &str) -> BTreeMap<TextKey, Vec<String>> {
    let file = format!("ui/lang/{language}/LC_MESSAGES/gatepost-window.po");
    let po = fs::read_to_string(root().join(file)).unwrap();
    po_entries(&po).unwrap_or_else(|fault| panic!("{language}: {fault}"))
}

/// Each text with its plural, and every form of its translation.
///
/// # Errors
/// For an entry marked as fuzzy or obsolete, or with another number of forms than the language has.
pub(super) fn po_entries(po: &str) -> Result<BTreeMap<TextKey, Vec<String>>, String> {
    if let Some(line) = po
        .lines()
        .find(|line| line.starts_with("#~") || (line.starts_with("#,") && line.contains("fuzzy")))
    {
        return Err(format!("not a translation in force: {line}"));
    }
    let mut blocks = po.split("\n\n").map(str::trim);
    let head = blocks.next().unwrap_or_default();
    let forms = head
        .split_once("nplurals=")
        .and_then(|(_, rest)| rest.split(';').next()?.parse::<usize>().ok())
        .ok_or("no plural forms in the head")?;
    let mut found = BTreeMap::new();
    for block in blocks {
        let fields = |name: &str| -> Vec<String> {
            let lines = block.lines().filter_map(|line| line.strip_prefix(name));
            lines
                .filter_map(|line| literal(line.trim_start_matches(|c| c != '"')))
                .map(|(text, _)| text)
                .collect()
        };
        let key = match (fields("msgid ").as_slice(), fields("msgid_plural ").pop()) {
            ([text], plural) => (text.clone(), plural),
            _ => return Err(format!("not one text: {block}")),
        };
        let translations = match &key.1 {
            None => fields("msgstr "),
            Some(_) => fields("msgstr["),
        };
        let wanted = if key.1.is_some() { forms } else { 1 };
        if translations.len() != wanted {
            return Err(format!(
                "{} forms, {wanted} wanted: {block}",
                translations.len()
            ));
        }
        if found.insert(key, translations).is_some() {
            return Err(format!("twice: {block}"));
        }
    }
    Ok(found)
}
