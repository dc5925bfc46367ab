//! `status import`: many persons at once, all or none, and what is wrong with the others.

use std::{fs, io::Write as _, time::Duration};

use gatepost_pass::Colour;

use crate::support::{LI, Region, WANG};

fn tag(region: &Region, id: &str) -> String {
    let told = region.ok(&["query", "--id", id, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    told["tag"].as_str().unwrap().to_owned()
}

fn colour(region: &Region, id: &str) -> Option<Colour> {
    let tag = tag(region, id);
    region.device("bundle").unwrap().status("CN-SD", &tag)
}

fn import(region: &Region, name: &str, text: &str) -> String {
    fs::write(region.path(name), text).unwrap();
    let told = region.ok(&["status", "import", name]);
    region.ok(&["publish", "bundle"]);
    told
}

#[test]
fn csv_and_json_lines_set_colours_by_number_and_by_tag() {
    let region = Region::new("CN-SD");
    let zhao = region.issue(&["--id", "A0000001", "--name", "赵"]);
    // As a spreadsheet writes it: byte order mark, quotes, CRLF, an empty line.
    let told = import(
        &region,
        "rows.csv",
        &format!(
            "\u{feff}Colour,id,Until,tag,since\r\nred,{WANG},,,\r\n\r\n\
             \"yellow\",\"{LI}\",2026-12-01T00:00:00Z,,2026-10-01T00:00:00Z\r\nred,,,{},",
            zhao.tag
        ),
    );
    assert!(
        told.contains("3 rows, 3 persons: 3 set yellow or red"),
        "{told}"
    );
    assert_eq!(colour(&region, WANG), Some(Colour::Red));
    assert_eq!(colour(&region, LI), Some(Colour::Yellow));
    assert_eq!(colour(&region, "A0000001"), Some(Colour::Red));

    let told = import(
        &region,
        "rows.jsonl",
        &format!(
            r#"{{"id":"{WANG}","colour":"green"}}
{{"tag":"{}","colour":"yellow","until":"2026-12-01T00:00:00Z"}}
{{"id":"B0000001","colour":"green"}}
"#,
            zhao.tag
        ),
    );
    assert!(
        told.contains("1 set yellow or red, 1 taken off the list, 1 were not on it"),
        "{told}"
    );
    assert_eq!(colour(&region, WANG), None);
    assert_eq!(colour(&region, LI), Some(Colour::Yellow));
    assert_eq!(colour(&region, "A0000001"), Some(Colour::Yellow));
}

#[test]
fn rejected_rows_are_named_by_line_and_then_nothing_or_on_demand_the_rest_is_taken() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    let nobody = "0".repeat(32);
    let long = "1".repeat(5000);
    let rows = format!(
        "id,tag,colour,since,until\n\
         {WANG},,red,,\n\
         110105194912310021,,red,,\n\
         ,,red,,\n\
         {LI},{nobody},red,,\n\
         ,{nobody},red,,\n\
         ,xyz,red,,\n\
         {LI},,purple,,\n\
         {LI},,red,tomorrow,\n\
         {LI},,red,2026-11-02T00:00:00Z,2026-11-02T00:00:00Z\n\
         {LI},,red\n\
         \"{LI},,red,,\n\
         {long},,red,,\n\
         {LI},,red,,\n"
    );
    fs::write(region.path("rows.csv"), rows).unwrap();
    let told = region.refused(&["status", "import", "rows.csv"]);
    for line in [
        "line 3: the ID number's check digit is wrong",
        "line 4: it must name a person by either",
        "line 5: it must name a person by either",
        "line 6: `tag`: nobody with this tag",
        "line 7: `tag` must be 32",
        "line 8: `colour` must be",
        "line 9: `since` must be a time",
        "line 10: the status ends before it begins",
        "line 11: it does not have as many fields",
        "line 12: a quote is not closed",
        "line 13: it is longer than 4096 bytes",
        "11 of 13 rows are rejected: nothing was changed",
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    assert!(
        !told.contains("line 2:") && !told.contains("line 14:"),
        "{told}"
    );
    for number in ["11010519491231", "440524188001010014", &long] {
        assert!(!told.contains(number), "an ID number was printed");
    }
    region.ok(&["publish", "bundle"]);
    assert_eq!((colour(&region, WANG), colour(&region, LI)), (None, None));

    let few = ["status", "import", "rows.csv", "--name-rejected", "2"];
    let told = region.refused(&few);
    assert!(
        told.contains("line 4") && !told.contains("line 5"),
        "{told}"
    );
    assert!(told.contains("11 of 13 rows"), "{told}");
    let told = region.ok(&[&few[..], &["--skip-rejected"]].concat());
    assert!(told.contains("2 persons: 2 set"), "{told}");
    region.ok(&["publish", "bundle"]);
    let red = Some(Colour::Red);
    assert_eq!((colour(&region, WANG), colour(&region, LI)), (red, red));
}

#[test]
fn of_a_person_who_comes_twice_the_worse_colour_counts_in_any_order() {
    for colours in [
        ["green", "red", "yellow"],
        ["yellow", "red", "green"],
        ["red", "green", "green"],
    ] {
        let region = Region::new("CN-SD");
        let rows = colours.map(|colour| format!("{WANG},{colour}\n")).concat();
        let told = import(&region, "rows.csv", &format!("id,colour\n{rows}"));
        assert!(told.contains("3 rows, 1 persons") && told.contains("2 rows name a person again"));
        assert_eq!(colour(&region, WANG), Some(Colour::Red), "{colours:?}");
    }
}

#[test]
fn a_file_that_is_none_changes_nothing_and_the_reason_is_said() {
    let region = Region::new("CN-SD");
    for text in [
        "",
        "\n\n",
        "id,color\n",
        "id,id,colour\n",
        "id,since\n",
        "colour\n",
        "PK\u{3}\u{4}",
    ] {
        fs::write(region.path("rows"), text).unwrap();
        let told = region.refused(&["status", "import", "rows"]);
        assert!(
            told.contains("rows is not a file of statuses: the first line must name the columns"),
            "{text}: {told}"
        );
    }
    assert!(
        region
            .refused(&["status", "import", "absent"])
            .contains("absent")
    );
    let told = region.run(&["status"]);
    assert_eq!(told.status.code(), Some(2));
}

#[test]
fn an_import_that_is_killed_half_way_changes_nothing() {
    let region = Region::new("CN-SD");
    region.ok(&["status", "--id", WANG, "--colour", "yellow"]);
    let mut file = fs::File::create(region.path("rows.csv")).unwrap();
    writeln!(file, "id,colour\n{WANG},red").unwrap();
    for n in 0..30_000 {
        writeln!(file, "PERSON{n:06},red").unwrap();
    }
    drop(file);
    let count = || {
        let told = region.ok(&["publish", "bundle"]);
        let lists = region.device("bundle").unwrap();
        let counts = lists.0.lists().map(|list| list.head().count);
        assert!(told.contains("0 false"));
        counts.max().unwrap()
    };
    assert_eq!(count(), 1);
    let mut counts = Vec::new();
    for delay in [1, 30, 60, 90, 120, 150, 180, 210] {
        region.kill_after(
            Duration::from_millis(delay),
            &["status", "import", "rows.csv"],
        );
        counts.push(count());
    }
    assert!(
        counts.iter().all(|count| [1, 30_001].contains(count)),
        "{counts:?}"
    );
}
