//! Names that people could take for others: refused before anything is signed.

use std::fs;

use gatepost_pass::SecretKey;
use gatepost_protocol::DeviceRequest;

use crate::support::Region;

/// With a Cyrillic letter for the Latin one that it looks like.
const CYRILLIC: &str = "N\u{43e}rth gate";

fn place<'a>(id: &'a str, name: &'a str) -> [&'a str; 5] {
    ["place", "--id", id, "--name", name]
}

fn badge<'a>(id: &'a str, name: &'a str) -> [&'a str; 5] {
    ["badge", "--id", id, "--name", name]
}

/// Runs a command that must sign nothing, and gives what it says.
fn refused(region: &Region, args: &[&str]) -> String {
    let output = region.run(args);
    assert!(!output.status.success(), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?} printed something");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn nothing_is_signed_under_a_name_with_a_character_that_cannot_be_seen() {
    let region = Region::new("CN-SD");
    for (name, number) in [
        ("North\u{202e}etag", "U+202E"),
        ("North\u{200b}gate", "U+200B"),
        ("North\u{200d}gate", "U+200D"),
        ("North gate\u{1b}[2J", "U+001B"),
        ("\u{2066}North gate\u{2069}", "U+2066"),
    ] {
        let told = refused(&region, &place("gate-3", name));
        assert!(told.contains(number), "{told:?}");
        refused(&region, &badge("guard-7", name));
        refused(&region, &place(name, "North gate"));
        // The middle of a person's name is hidden; its ends are what the guard sees.
        let edge = format!(
            "{}王",
            name.chars().find(|c| !c.is_ascii()).unwrap_or('\u{1b}')
        );
        refused(&region, &["issue", "--id", "A1234567", "--name", &edge]);
        let mut init = crate::support::init("CN-XX").map(str::to_owned);
        let at = init.iter().position(|arg| arg == "--name").unwrap();
        init[at + 1] = name.to_owned();
        let init: Vec<&str> = init.iter().map(String::as_str).collect();
        let told = refused(&region, &init);
        assert!(told.contains(number), "{told:?}");
    }
}

#[test]
fn an_issuers_name_with_a_character_that_cannot_be_seen_is_not_published() {
    let region = Region::new("CN-SD");
    let path = region.path("home/trust.json");
    let text = fs::read_to_string(&path).unwrap();
    let name = text.lines().find(|line| line.contains("\"name\"")).unwrap();
    let turned = name.replace("\": \"", "\": \"\u{202e}");
    fs::write(&path, text.replace(name, &turned)).unwrap();
    let told = refused(&region, &["publish", "bundle"]);
    assert!(told.contains("U+202E cannot be seen"), "{told}");
    assert!(!told.contains('\u{202e}'), "nor is it printed");
}

#[test]
fn a_word_of_two_alphabets_that_share_shapes_is_no_name() {
    let region = Region::new("CN-SD");
    for args in [
        place("gate-3", CYRILLIC),
        badge("guard-7", CYRILLIC),
        place("g\u{430}te-3", "x"),
    ] {
        let told = refused(&region, &args);
        assert!(told.contains("two alphabets"), "{told}");
    }
}

#[test]
fn no_two_places_and_no_two_badges_look_the_same() {
    let region = Region::new("CN-SD");
    region.ok(&place("gate-1", "scope"));
    region.ok(&badge("staff-1", "scope"));
    for (id, name) in [
        // All of it Cyrillic, so no mix of alphabets.
        ("gate-2", "\u{455}\u{441}\u{43e}\u{440}\u{435}"),
        ("gate-2", "scope\u{a0}"),
        ("gate-l", "west"),
    ] {
        let told = refused(&region, &place(id, name));
        assert!(told.contains("looks like `gate-1 (scope)`"), "{told}");
    }
    let told = refused(&region, &badge("staff-l", "W. Li"));
    assert!(told.contains("staff-1"), "{told}");
    // Another place may have another name, the same place a new one, and two people one name.
    region.ok(&place("gate-2", "西门"));
    region.ok(&place("gate-1", "port"));
    region.ok(&badge("staff-2", "王*明"));
    region.ok(&badge("staff-3", "王*明"));
    // A badge may be called like a place.
    region.ok(&badge("gate-1", "port"));
}

#[test]
fn real_names_of_all_scripts_here_are_signed() {
    let region = Region::new("CN-XJ");
    let names = [
        "ئۈرۈمچى جەنۇب دەرۋازىسى",
        "乌鲁木齐南站 Ürümqi South",
        "Оңтүстік қақпа",
        "ལྷ་སའི་སྒོ",
        "ᠬᠠᠭᠠᠯᠭ\u{180e}ᠠ",
        "买买提·吐尔逊",
    ];
    for (n, name) in names.iter().enumerate() {
        region.ok(&place(&format!("gate-{n}"), name));
    }
}

#[test]
fn a_device_is_not_certified_under_a_name_that_looks_like_anothers() {
    let region = Region::new("CN-SD");
    let enrol = |seed: u8, name: &str, enrolled: bool| {
        let key = SecretKey::from_seed(&[seed; 32]);
        let request = DeviceRequest::sign(name.try_into().unwrap(), &key);
        fs::write(region.path("request"), request).unwrap();
        let args = ["enrol", "request", "--hub", "", "--out", "answer"];
        if enrolled {
            region.ok(&args);
            String::new()
        } else {
            refused(&region, &args)
        }
    };
    enrol(1, "scope", true);
    let told = enrol(2, "\u{455}\u{441}\u{43e}\u{440}\u{435}", false);
    assert!(told.contains("looks like"), "{told}");
    assert!(enrol(2, CYRILLIC, false).contains("two alphabets"));
    enrol(1, "scope", true);
    enrol(3, "scope 2", true);
}

#[test]
fn no_issuer_of_a_trust_list_is_called_like_another() {
    let region = Region::new("CN-SD");
    region.change_json("home/trust.json", |trust| {
        let issuers = trust["issuers"].as_array_mut().unwrap();
        issuers[0]["name"] = "scope".into();
        let mut other = issuers[0].clone();
        other["id"] = "CN-ZZ".into();
        // All of it Cyrillic.
        other["name"] = "\u{455}\u{441}\u{43e}\u{440}\u{435}".into();
        other["recognition"] = "refuse".into();
        other["local-name"] = "other".into();
        issuers.push(other);
    });
    let told = refused(&region, &["publish", "bundle"]);
    assert!(told.contains("looks like `CN-SD (scope)`"), "{told}");
}
