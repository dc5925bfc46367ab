//! Any bytes can be in a file: each wrong row costs itself alone.

#![allow(clippy::unwrap_used, clippy::panic)]

use gatepost_pass::{IdNumberError, Timestamp};

use super::{csv::Splitter, reader::RowReader, row::MAX_LINE, *};

const NOW: Timestamp = Timestamp(1_793_520_000);

/// Line and result of every row.
fn read(bytes: &[u8]) -> Vec<(u64, Result<(), RowError>)> {
    let mut rows = RowReader::new(bytes, NOW).unwrap();
    let mut read = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        read.push((rows.line(), row.map(|_| ())));
    }
    assert_eq!(rows.bytes(), bytes.len() as u64);
    read
}

fn fields(line: &str) -> Result<Vec<String>, RowError> {
    let mut splitter = Splitter::new();
    let fields = splitter.split(line)?.map(str::to_owned);
    Ok(fields.collect())
}

#[test]
fn fields_are_cut_as_rfc_4180_says() {
    let cut = |line, expected: &[&str]| assert_eq!(fields(line).unwrap(), expected, "{line}");
    cut("a,b,c", &["a", "b", "c"]);
    cut(",", &["", ""]);
    cut("\"a,b\",c", &["a,b", "c"]);
    cut("\"a\"\"b\"", &["a\"b"]);
    cut("\"\",\"\"", &["", ""]);
    cut("a,\"b\"", &["a", "b"]);
    for wrong in ["\"a", "\"a\"b", "a\"b\"", "\"a\"\"", "a,\"b"] {
        assert_eq!(fields(wrong), Err(RowError::Quote), "{wrong}");
    }
}

#[test]
fn a_line_that_is_too_long_or_no_text_costs_itself_and_no_other() {
    let mut bytes = b"id,colour\nA0001,red\n".to_vec();
    let fill = |length: usize| [b"A".repeat(length - 4), b",red".to_vec()].concat();
    for line in [
        fill(MAX_LINE),
        fill(MAX_LINE + 1),
        fill(MAX_LINE + 2),
        fill(100_000),
    ] {
        bytes.extend(line);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"\xff\xfe,red\n\nA0002,red");
    let number = Err(RowError::Number(IdNumberError::Length));
    let expected = [
        (2, Ok(())),
        (3, number),
        (4, Err(RowError::Long)),
        (5, Err(RowError::Long)),
        (6, Err(RowError::Long)),
        (7, Err(RowError::Encoding)),
        (9, Ok(())),
    ];
    assert_eq!(read(&bytes), expected);
}

#[test]
fn json_lines_take_objects_of_texts_and_nothing_else() {
    let good = r#"{"id":"A0001","colour":"red","since":"","until":"2026-12-01T00:00:00Z"}"#;
    let escaped = r#" {"colour":"red","id":"\u0041\u0030001"}"#;
    for line in [good, escaped] {
        assert_eq!(read(line.as_bytes()), [(1, Ok(()))]);
    }
    for wrong in [
        r#"{"id":110105194912310021,"colour":"red"}"#,
        r#"{"id":"A0001","colour":"red","untill":""}"#,
        r#"{"id":"A0001","colour":"red"} {}"#,
        r#"{"id":"A0001","id":"A0001","colour":"red"}"#,
        r#"["A0001","red"]"#,
        r#"{"id":"#,
    ] {
        let lines = format!("{good}\n{wrong}\n{good}");
        let [first, (2, Err(RowError::Json(_))), last] = read(lines.as_bytes())[..] else {
            panic!("{wrong}: {:?}", read(lines.as_bytes()));
        };
        assert_eq!((first, last), ((1, Ok(())), (3, Ok(()))));
    }
}

#[test]
fn no_bytes_make_the_reader_panic_or_lose_count() {
    let seeds: [&[u8]; 2] = [
        b"id,tag,colour,since,until\n\"A0001\",,red,2026-11-02T00:00:00Z,\n",
        br#"{"id":"A0001","colour":"red"}"#,
    ];
    for seed in seeds {
        for at in 0..seed.len() {
            for byte in [0, b'\n', b'"', b',', b'{', 0xff] {
                let mut bytes = seed.to_vec();
                bytes[at] = byte;
                if RowReader::new(&bytes[..], NOW).is_ok() {
                    read(&bytes);
                }
            }
        }
    }
}
