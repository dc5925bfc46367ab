//! Several codes on one page.

use super::*;
use crate::{MAX_GROUP, OpenQuestion, VerdictGroup};

fn group(gate: &Gate, codes: &[Vec<u8>]) -> VerdictGroup {
    let mut judged = codes.iter().map(|bytes| gate.judge(&to_text(bytes)));
    let mut group = VerdictGroup::new(judged.next().unwrap());
    for judged in judged {
        group.join(judged).unwrap();
    }
    group
}

#[test]
fn the_worst_of_a_group_is_its_outcome_so_one_refusal_keeps_the_gate_closed() {
    let gate = Gate::new();
    for (codes, outcome, worst) in [
        (vec![paper(1), paper(2)], Outcome::Admit, 0),
        (vec![paper(1), paper(101), paper(2)], Outcome::Check, 1),
        (vec![paper(1), paper(101), paper(102)], Outcome::Refuse, 2),
    ] {
        let group = group(&gate, &codes);
        assert_eq!((group.outcome(), group.worst()), (outcome, worst));
    }
}

#[test]
fn each_of_a_group_is_asked_by_itself_one_after_the_other() {
    let gate = Gate::with(|rules| rules.temperature = true);
    let mut group = group(&gate, &[paper(102), paper(1), paper(2)]);
    assert_eq!(group.asked(), Some((1, OpenQuestion::Temperature)));
    group.decide_again(1, |_| Gate::new().judge(&to_text(&paper(1))));
    assert_eq!(group.asked(), Some((2, OpenQuestion::Temperature)));
    group.decide_again(2, |_| Gate::new().judge(&to_text(&paper(2))));
    assert_eq!((group.asked(), group.worst()), (None, 0));
}

#[test]
fn a_page_holds_so_many_codes_and_the_next_needs_another() {
    let gate = Gate::new();
    let codes: Vec<_> = (0..MAX_GROUP as u8).map(paper).collect();
    let mut group = group(&gate, &codes);
    let more = gate.judge(&to_text(&paper(50)));
    assert_eq!(group.join(more.clone()).unwrap_err().0, more);
    assert_eq!(group.members().len(), MAX_GROUP);
}
