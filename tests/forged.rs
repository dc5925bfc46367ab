//! Codes that somebody made or changed: none of them is admitted, each says why.

use crate::town::Town;

#[test]
fn an_authority_of_the_same_name_with_other_keys_is_refused() {
    let (town, forger) = (Town::new(), Town::new());
    town.enrol("");
    let picture = town.picture("stills", "forged.png", &forger.pass("G0000001"));
    let checked = &town.check(&picture)[0];
    assert_eq!(checked["outcome"], "refuse");
    assert_eq!(checked["reasons"][0], "bad-signature");
}

#[test]
fn no_pass_with_a_changed_character_is_admitted() {
    let town = Town::new();
    town.enrol("");
    let pass = town.pass("G0000001");
    for at in (4..pass.len()).step_by(9) {
        let mut changed = pass.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        town.picture("changed", &format!("{at:03}.png"), &changed);
    }
    let checked = town.check(&town.path("changed"));
    assert!(checked.len() >= 15, "{} codes were read", checked.len());
    for verdict in checked {
        assert_ne!(verdict["outcome"], "admit", "{verdict}");
    }
}

#[test]
fn a_picture_without_a_code_and_a_foreign_code_are_told_apart() {
    let town = Town::new();
    town.enrol("");
    let foreign = town.picture("stills", "foreign.png", "https://example.org/menu");
    let checked = &town.check(&foreign)[0];
    assert_eq!(
        (&checked["outcome"], &checked["reasons"][0]),
        (&"check".into(), &"foreign-code".into())
    );
    let empty = town.path("stills/empty.png");
    image::GrayImage::from_pixel(320, 240, image::Luma([128]))
        .save(&empty)
        .unwrap();
    assert_eq!(town.check(&empty)[0]["outcome"], "none");
}
