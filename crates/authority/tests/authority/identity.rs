//! The identity list: on demand only, of listed persons only, hashed once each, whatever comes
//! between.

use std::{fs, path::Path, process::Stdio, thread, time::Duration};

use gatepost_pass::{Colour, FileRole, Listing, list::ListKind};

use crate::{
    regions::two_regions,
    support::{LI, Region, WANG, tree},
};

const SALT: &str = "00112233445566778899aabbccddeeff";
const RED: Option<Listing> = Some(Listing::Listed(Colour::Red));
const YELLOW: Option<Listing> = Some(Listing::Listed(Colour::Yellow));
const NOT_LISTED: Option<Listing> = Some(Listing::NotListed);

/// A region that publishes an identity list.
fn region() -> Region {
    let region = Region::new("CN-SD");
    region.ok(&["identity", "on", "--salt", SALT]);
    region
}

/// Sets colours by a file, and makes the keys of it.
fn import(region: &Region, rows: &str) {
    import_says(region, rows, "persons to hash");
}

/// The same; it must print these words.
#[track_caller]
fn import_says(region: &Region, rows: &str, words: &str) {
    fs::write(region.path("rows.csv"), format!("id,tag,colour\n{rows}")).unwrap();
    region.ok(&["status", "import", "rows.csv"]);
    region.says(&["identity", "import", "rows.csv"], words);
}

fn set(region: &Region, id: &str, colour: &str) {
    region.ok(&["status", "--id", id, "--colour", colour]);
}

/// What the next bundle's identity list says of a number; none without one.
fn published(region: &Region, issuer: &str, number: &str) -> Option<Listing> {
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    device.identity(issuer, number)
}

fn list(region: &Region) -> Vec<u8> {
    let device = region.device("bundle").unwrap();
    let role = FileRole::List(ListKind::Identity, "CN-SD".parse().unwrap());
    let mut files = device.0.manifest().files.as_slice().iter();
    let entry = files.find(|entry| entry.role == role).unwrap();
    fs::read(region.path("bundle").join(entry.digest.to_string())).unwrap()
}

#[test]
fn a_region_that_does_not_ask_for_an_identity_list_publishes_none() {
    let region = Region::new("CN-SD");
    set(&region, WANG, "red");
    fs::write(region.path("rows.csv"), format!("id,colour\n{WANG},red\n")).unwrap();
    region.refuses(&["identity", "import", "rows.csv"], "`identity on` first");
    assert_eq!(published(&region, "CN-SD", WANG), None);
}

#[test]
fn listed_persons_are_found_by_number_and_their_changes_follow() {
    let region = region();
    let rows = format!("{WANG},,red\n{LI},,yellow\nA0001,,green\n");
    let counts = "3 rows: 2 persons to hash, 0 have their key, 1 are not yellow or red, 0 by tag";
    import_says(&region, &rows, counts);
    let answers = || {
        region.ok(&["publish", "bundle"]);
        let device = region.device("bundle").unwrap();
        [WANG, LI, "A0001"].map(|number| device.identity("CN-SD", number))
    };
    assert_eq!(answers(), [RED, YELLOW, NOT_LISTED]);

    set(&region, WANG, "green");
    set(&region, LI, "red");
    set(&region, "A0001", "yellow");
    assert_eq!(answers(), [NOT_LISTED, RED, YELLOW]);
    region.says(&["inspect", "bundle"], "identity");
}

#[test]
fn each_listed_person_is_hashed_once_and_nobody_else() {
    let region = region();
    import(&region, &format!("{WANG},,red\n{WANG},,red\n"));
    let rows = format!("{WANG},,yellow\n{LI},,red\nA0001,,green\n");
    import_says(&region, &rows, "1 persons to hash, 1 have their key");
    // Off the list and on it again: the key is still here.
    set(&region, WANG, "green");
    let rows = format!("{WANG},,red\n");
    import_says(&region, &rows, "0 persons to hash, 1 have their key");
    // A pass is issued to someone who was listed by tag alone: now the number is known.
    let zhao = region.issue(&["--id", "A0001", "--name", "赵"]);
    region.ok(&["status", "--tag", &zhao.tag, "--colour", "red"]);
    region.says(
        &["publish", "bundle"],
        "2 persons by ID number; 1 more are listed",
    );
    region.issue(&["--id", "A0001", "--name", "赵"]);
    region.says(
        &["publish", "bundle"],
        "3 persons by ID number; 0 more are listed",
    );
    assert_eq!(
        region.device("bundle").unwrap().identity("CN-SD", "A0001"),
        RED
    );
}

#[test]
fn an_import_that_is_killed_goes_on_where_it_was_and_publishes_the_same_bytes() {
    const PERSONS: usize = 104;
    let region = region();
    let rows: String = (0..PERSONS)
        .map(|n| format!("PERSON{n:05},,red\n"))
        .collect();
    fs::write(region.path("rows.csv"), format!("id,tag,colour\n{rows}")).unwrap();
    region.ok(&["status", "import", "rows.csv"]);
    let whole = Region {
        dir: tempfile::tempdir().unwrap(),
    };
    for (path, bytes) in tree(region.dir.path()) {
        let to = whole.path(
            path.strip_prefix(region.dir.path())
                .unwrap()
                .to_str()
                .unwrap(),
        );
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
    fs::create_dir_all(whole.path("home/lists")).unwrap();

    let mut command = region.command(&["identity", "import", "rows.csv", "--cores", "1"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    while keys(&region.path("home")) == 0 && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was through already");
    let kept = keys(&region.path("home"));
    assert!((1..PERSONS).contains(&kept), "{kept} keys");
    // What is there can be published.
    let told = region.ok(&["publish", "before"]);
    let counts = format!("{kept} persons by ID number; {} more", PERSONS - kept);
    assert!(told.contains(&counts), "{told}");
    whole.ok(&["publish", "before"]);

    let told = region.ok(&["identity", "import", "rows.csv"]);
    let counts = format!("{} persons to hash, {kept} have their key", PERSONS - kept);
    assert!(told.contains(&counts), "{told}");
    whole.ok(&["identity", "import", "rows.csv"]);
    assert_eq!(published(&region, "CN-SD", "PERSON00103"), RED);
    whole.ok(&["publish", "bundle"]);
    assert!(list(&region) == list(&whole));
}

/// How many keys are on disk.
fn keys(home: &Path) -> usize {
    let db = rusqlite::Connection::open(home.join("authority.sqlite")).unwrap();
    let sql = "SELECT count(*) FROM identity_keys";
    let keys: i64 = db.query_row(sql, [], |row| row.get(0)).unwrap();
    usize::try_from(keys).unwrap()
}

#[test]
fn no_id_number_is_in_the_home_or_the_bundle() {
    let region = region();
    import(&region, &format!("{WANG},,red\n{LI},,yellow\n"));
    set(&region, "SECRET0123456", "red");
    region.ok(&["publish", "bundle"]);
    for dir in ["home", "bundle"] {
        for (path, bytes) in tree(&region.path(dir)) {
            for number in [WANG, LI, "SECRET0123456"] {
                let number = number.as_bytes();
                let found = bytes.windows(number.len()).any(|part| part == number);
                assert!(!found, "{}", path.display());
            }
        }
    }
}

#[test]
fn deltas_lead_from_one_identity_list_to_the_next_and_not_across_salts() {
    let region = region();
    let rows: String = (0..40).map(|n| format!("PERSON{n:05},,yellow\n")).collect();
    import(&region, &rows);
    region.ok(&["publish", "bundle"]);
    set(&region, "PERSON00001", "red");
    set(&region, "PERSON00002", "green");
    set(&region, WANG, "red");
    // The programme's salt is not the status list's.
    region.ok(&["publish", "--new-salt", "bundle"]);
    let issuer = "CN-SD".parse().unwrap();
    let deltas = || {
        let device = region.device("bundle").unwrap();
        let deltas = device
            .0
            .manifest()
            .deltas_from(ListKind::Identity, issuer, 1);
        deltas.map(<[_]>::to_vec)
    };
    let delta = &deltas().unwrap()[0];
    let told = region.ok(&["inspect", &format!("bundle/{}", delta.digest)]);
    let changes =
        "delta of the identity list of CN-SD, version 1 to 2: 1 come, 1 go, 1 change colour";
    assert!(told.contains(changes), "{told}");
    region.says(
        &["lists", "verify", "bundle"],
        "identity list of CN-SD, version 2: 40 records",
    );

    region.says(
        &["identity", "on", "--salt", &SALT.replace("00", "01")],
        "41 keys of another salt are deleted",
    );
    region.says(
        &["publish", "bundle"],
        "0 persons by ID number; 40 more are listed",
    );
    assert_eq!(deltas(), None);
}

#[test]
fn identity_off_leaves_the_list_out_and_forgets_the_keys() {
    let region = region();
    import(&region, &format!("{WANG},,red\n"));
    assert_eq!(published(&region, "CN-SD", WANG), RED);
    region.says(&["identity", "off"], "1 keys are deleted");
    assert_eq!(published(&region, "CN-SD", WANG), None);
    assert_eq!(keys(&region.path("home")), 0);
    // Asked for again, it gets another salt.
    let told = region.ok(&["identity", "on"]);
    assert!(!told.contains(SALT), "{told}");
}

#[test]
fn a_neighbours_identity_list_goes_out_when_it_is_of_the_same_programme() {
    let (region, neighbour) = two_regions(&["accept"]);
    for region in [&region, &neighbour] {
        region.ok(&["identity", "on", "--salt", SALT]);
    }
    import(&neighbour, &format!("{WANG},,red\n"));
    neighbour.ok(&["publish", "bundle"]);
    region.ok(&["lists", "import", &neighbour.text("bundle")]);
    assert_eq!(published(&region, "CN-JS", WANG), RED);

    for off in [
        &["identity", "on", "--salt", &SALT.replace("00", "01")][..],
        &["identity", "off"],
    ] {
        region.ok(off);
        let told = region.messages(&["publish", "bundle"]);
        assert!(
            told.contains("the identity list of CN-JS is left out"),
            "{told}"
        );
        assert_eq!(
            region.device("bundle").unwrap().identity("CN-JS", WANG),
            None
        );
    }
}
