//! Settings as people write them: what is read, and what is said about a mistake.

#![allow(clippy::unwrap_used, clippy::panic)]

use gatepost_system::chain;

use super::*;

fn load(text: &str) -> Result<Config, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&path)
}

fn fault(text: &str) -> SettingsFault {
    match load(text) {
        Err(SettingsError::Wrong { source, .. }) => *source,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn no_file_and_an_empty_file_give_the_defaults_with_every_device_off() {
    let nowhere = Config::load(Path::new("/nonexistent/c.toml")).unwrap();
    assert_eq!(nowhere, Config::default());
    let config = load("").unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(crate::devices::probe(&config), []);
}

#[test]
fn a_fault_names_line_key_and_what_is_allowed() {
    let cases = [
        (
            "camera = \"/dev/video1\"\nlanguage = \"fr\"",
            2,
            "language",
            "`en`, `zh`, `ug`",
        ),
        ("\n\nkamera = \"x\"", 3, "kamera", "`camera`"),
        (
            "sync_seconds = 0",
            1,
            "sync_seconds",
            "a whole number from 1 to 86400",
        ),
        (
            "sync_seconds = \"often\"",
            1,
            "sync_seconds",
            "a whole number from 1 to 86400",
        ),
        (
            "[gate]\nchip = \"a\"\nline = -1",
            3,
            "gate.line",
            "a whole number from 0 to 4095",
        ),
        (
            "[scanner]\nkind = \"serial\"",
            1,
            "scanner",
            "the path or the name of a device",
        ),
        (
            "[scanner]\nkind = \"window\"\ndevice = \"a\"",
            1,
            "scanner",
            "`kind`",
        ),
        (
            "[id_reader]\nkind = \"keyboard\"\ndevice = \"a\"\n\
             [scanner]\nkind = \"serial\"\ndevice = \"a\"",
            3,
            "id_reader.device",
            "a device of its own",
        ),
        (
            "place = \"a place with far too long a name\"",
            1,
            "place",
            "at most 24 bytes",
        ),
        (
            "[gate]\nchip = \"/dev/gpiochip0\"\nline = 17\npulse_ms = 60000 # a minute\n[torch]\n",
            4,
            "gate.pulse_ms",
            "a whole number from 50 to 10000",
        ),
        (
            "[sound]\nvolume = 101",
            2,
            "sound.volume",
            "a whole number from 0 to 100",
        ),
        (
            "[scanner]\nkind = \"usb\"",
            2,
            "scanner.kind",
            "`serial`, `keyboard`, `window`",
        ),
        (
            "[scanner]\nkind = \"serial\"\ndevice = \"\"",
            3,
            "scanner.device",
            "1 to 255 bytes",
        ),
        ("[torch]\nminutes = 3", 1, "torch", "`led`, `flash`"),
        ("[torch]\nled = \"a\"\nflash = \"b\"", 1, "torch", "either"),
        (
            "display_inches = 2.9",
            1,
            "display_inches",
            "a number from 3 to 40",
        ),
        (
            "display_inches = 41",
            1,
            "display_inches",
            "a number from 3 to 40",
        ),
        (
            "display_inches = nan",
            1,
            "display_inches",
            "a number from 3 to 40",
        ),
        (
            "display_inches = \"7\"",
            1,
            "display_inches",
            "a number from 3 to 40",
        ),
        ("hand = \"both\"", 1, "hand", "`right`, `left`"),
        ("screen = \"bright\"", 1, "screen", "`day`, `night`, `auto`"),
        ("[lamp]\nblue = 1", 2, "lamp.blue", "`green`"),
        ("[relay]\nline = 1", 1, "relay", "`gate`"),
    ];
    for (text, line, key, allowed) in cases {
        let fault = fault(text);
        assert_eq!(
            (fault.line, fault.key.as_str()),
            (line, key),
            "{text}: {fault}"
        );
        assert!(
            fault.allowed.to_string().contains(allowed),
            "{text}: {fault}"
        );
    }
}

#[test]
fn a_panel_has_whole_inches_or_decimals() {
    for (text, inches) in [("3", 3.0), ("5.5", 5.5), ("10.1", 10.1), ("40.0", 40.0)] {
        let config = load(&format!("display_inches = {text}")).unwrap();
        assert_eq!(config.display_inches.map(Inches::get), Some(inches));
    }
    assert_eq!(load("screen = \"day\"").unwrap().screen, ScreenMode::Day);
}

#[test]
fn a_verdict_is_said_and_a_second_display_is_told_only_where_the_settings_want_it() {
    let config = load("[sound]\n[face]\n").unwrap();
    assert!(!config.sound.unwrap().spoken);
    assert_eq!(config.face.unwrap().language, None);
    let config = load("[sound]\nspoken = true\n[face]\nlanguage = \"ug\"\n").unwrap();
    assert!(config.sound.unwrap().spoken);
    assert_eq!(config.face.unwrap().language, Some(Language::Uyghur));
    assert_eq!(fault("[sound]\nspoken = \"en\"").key, "sound.spoken");
    assert_eq!(fault("[face]\nlanguage = \"fr\"").key, "face.language");
    assert_eq!(load("").unwrap().face, None);
}

#[test]
fn a_missing_key_names_its_table_and_itself() {
    let fault = fault("language = \"en\"\n[gate]\nchip = \"/dev/gpiochip0\"\n");
    assert_eq!((fault.line, fault.key.as_str()), (2, "gate"), "{fault}");
    assert!(fault.why.contains("`line`"), "{fault}");
}

#[test]
fn what_is_wrong_and_what_is_allowed_are_said_in_no_language() {
    let cases = [
        (
            "[gate]\nchip = \"a\"\nline = -1",
            Wrong::Value,
            AllowedValue::Number {
                least: 0,
                most: 4095,
            },
        ),
        (
            "display_inches = -7",
            Wrong::Value,
            AllowedValue::Decimal { least: 3, most: 40 },
        ),
        (
            "language = \"fr\"",
            Wrong::Value,
            AllowedValue::OneOf(["en", "zh", "ug"].map(str::to_owned).to_vec()),
        ),
        (
            "direction = \"up\"",
            Wrong::Value,
            AllowedValue::OneOf(["in", "out"].map(str::to_owned).to_vec()),
        ),
        (
            "place = \"a place with far too long a name\"",
            Wrong::Value,
            AllowedValue::Text(24),
        ),
        (
            "[torch]\nled = \"\"",
            Wrong::Value,
            AllowedValue::DeviceName,
        ),
        (
            "[scanner]\nkind = \"serial\"",
            Wrong::Missing("device".to_owned()),
            AllowedValue::DeviceName,
        ),
        (
            "[thermometer]\ndevice = \"a\"\n[scanner]\nkind = \"serial\"\ndevice = \"a\"",
            Wrong::Shared,
            AllowedValue::OwnDevice,
        ),
    ];
    for (text, wrong, allowed) in cases {
        let fault = fault(text);
        assert_eq!(
            (&fault.wrong, &fault.allowed),
            (&wrong, &allowed),
            "{fault}"
        );
    }
    assert_eq!(fault("kamera = 1").wrong, Wrong::UnknownKey);
    assert!(matches!(fault("kamera = 1").allowed, AllowedValue::OneOf(keys) if keys.len() == 20));
    assert_eq!(fault("camera = = 1").wrong, Wrong::Syntax);
}

#[test]
fn what_is_not_toml_or_not_text_is_a_fault_too() {
    assert_eq!(fault("camera = \"a\"\nlanguage = en\n").line, 2);
    assert_eq!(fault("\u{0}").line, 1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, [0xFF, 0xFE]).unwrap();
    assert!(matches!(
        Config::load(&path),
        Err(SettingsError::Wrong { .. })
    ));
}

#[test]
fn after_a_fault_the_settings_are_safe_and_the_fault_is_there_to_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(
        &path,
        "place = \"gate-3\"\n[gate]\nchip = \"a\"\nline = -1\n",
    )
    .unwrap();
    let (config, fault) = Config::load_or_safe(&path);
    assert_eq!(config, Config::default());
    let said = chain(&fault.unwrap());
    assert!(said.contains("line 4, `gate.line`"), "{said}");
    std::fs::write(&path, "place = \"gate-3\"").unwrap();
    let (config, fault) = Config::load_or_safe(&path);
    assert_eq!(config.place, "gate-3");
    assert!(fault.is_none());
}

/// Every example of the manual.
fn examples() -> Vec<&'static str> {
    let manuals = [
        include_str!("../../docs/devices.md"),
        include_str!("../../docs/updates.md"),
    ];
    let examples = manuals
        .into_iter()
        .flat_map(|manual| manual.split("```toml\n").skip(1));
    examples
        .filter_map(|rest| rest.split("```").next())
        .collect()
}

/// All of them keep working.
#[test]
fn the_examples_of_the_manual_load() {
    let examples = examples();
    for table in [
        "scanner",
        "id_reader",
        "thermometer",
        "sound",
        "face",
        "gate",
        "lamp",
        "torch",
        "program",
    ] {
        let head = format!("[{table}]");
        assert!(
            examples.iter().any(|example| example.contains(&head)),
            "{head}"
        );
    }
    for example in examples {
        load(example).unwrap_or_else(|fault| panic!("{example}\n{}", chain(&fault)));
    }
}

#[test]
fn an_empty_camera_is_none_by_intention_and_no_camera_named_is_the_usual_one() {
    assert_eq!(load("camera = \"\"").unwrap().camera, None);
    assert_eq!(load("").unwrap().camera.as_deref(), Some("/dev/video0"));
    let other = load("camera = \"/dev/video7\"").unwrap();
    assert_eq!(other.camera.as_deref(), Some("/dev/video7"));
    let long = fault(&format!("camera = \"{}\"", "a".repeat(256)));
    assert_eq!(long.key, "camera");
}

#[test]
fn no_serial_port_of_the_manual_is_left_to_two_tables() {
    let on_ports = examples().into_iter().filter(|it| it.contains("baud = "));
    let on_ports: Vec<_> = on_ports.collect();
    assert!(on_ports.len() >= 3, "{on_ports:#?}");
    for example in on_ports {
        let mut lines = example.lines();
        let port = lines.find(|line| line.starts_with("device = ")).unwrap();
        let reader = ["scanner", "id_reader"].into_iter();
        let mut reader = reader.filter(|table| !example.contains(&format!("[{table}]")));
        let reader = reader.next().unwrap();
        let both = format!("{example}[{reader}]\nkind = \"serial\"\n{port}\n");
        assert_eq!(fault(&both).wrong, Wrong::Shared, "{both}");
    }
}

#[test]
fn how_a_program_is_installed_is_told_whole_or_not_at_all() {
    assert_eq!(load("").unwrap().program, None);
    let table = "[program]\ntarget = \"aarch64\"\n";
    let confirm = "confirm = [\"true\"]\n";
    let config = load(&format!(
        "{table}install = [\"rauc\", \"install\"]\n{confirm}"
    ));
    let program = config.unwrap().program.unwrap();
    assert_eq!(program.install.words(), ["rauc", "install"]);
    for wrong in [
        table.to_owned(),
        format!("{table}install = []\n{confirm}"),
        format!("{table}install = \"rauc install\"\n{confirm}"),
        format!("{table}install = [\"a\\u0000b\"]\n{confirm}"),
        format!("[program]\ntarget = \"../x\"\ninstall = [\"a\"]\n{confirm}"),
    ] {
        fault(&wrong);
    }
}
