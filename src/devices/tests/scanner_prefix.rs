//! Marks of scanners before a code.

use crate::devices::{MAX_TEXT, SCANNER_PREFIXES, without_prefix};

#[test]
fn what_a_scanner_puts_before_a_code_is_taken_off() {
    for prefix in SCANNER_PREFIXES {
        assert_eq!(without_prefix(&format!("{prefix}GP1:OK")), "GP1:OK");
    }
    for text in [
        "GP1:OK",
        "]Q0GP1:OK",
        "]Q6GP1:OK",
        "]Q2\\000026GP1:OK",
        "#]Q1GP1:OK",
        "]Q1#GP1:OK",
    ] {
        assert_eq!(without_prefix(text), "GP1:OK", "{text}");
    }
    assert_eq!(without_prefix("]Q1GP1:]Q1#"), "GP1:]Q1#");
}

#[test]
fn what_is_no_code_or_no_known_mark_stays_as_it_came() {
    for text in [
        "",
        "#",
        "]Q1",
        "]Q7GP1:OK",
        "]C1GP1:OK",
        "]QGP1:OK",
        "\\00026GP1:OK",
        "\\00002健GP1:OK",
        "\\+00026GP1:OK",
        "]Q1https://example.org/menu",
        "#1",
        " GP1:OK",
        "gp1:ok",
        "#####GP1:OK",
    ] {
        assert_eq!(without_prefix(text), text);
    }
    let long = "#".repeat(MAX_TEXT) + "GP1:OK";
    assert_eq!(without_prefix(&long), long);
}
