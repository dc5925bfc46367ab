//! Lists answer exactly, or not at all.

use super::*;

#[test]
fn lists_answer_exactly_for_ten_thousand_persons() {
    let tag = |n: u32| SubjectTag(std::array::from_fn(|i| n.to_le_bytes()[i % 4]));
    let colour = |n: u32| {
        if n.is_multiple_of(3) {
            Colour::Red
        } else {
            Colour::Yellow
        }
    };
    let plan = crate::list::ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [8; 16],
    };
    let listed = (0..10_000).map(|n| (tag(n), colour(n)));
    let enrolled = (10_000..20_000).map(tag);
    let file = crate::list::write_status(&fixture::lists(), plan, listed, enrolled).unwrap();
    let list = List::open(file, &fixture::trust(), NOW).unwrap();
    for n in 0..10_000 {
        assert_eq!(list.status(&tag(n)).unwrap(), Listing::Listed(colour(n)));
    }
    for n in 10_000..20_000 {
        assert_eq!(list.status(&tag(n)).unwrap(), Listing::NotListed);
    }
}

#[test]
fn a_list_that_rots_after_it_was_opened_is_an_error_and_never_an_all_clear() {
    struct Card(std::cell::RefCell<Vec<u8>>);
    impl crate::ReadAt for &Card {
        fn length(&self) -> std::io::Result<u64> {
            self.0.borrow().length()
        }
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
            self.0.borrow().read_at(buffer, offset)
        }
    }
    let numbers = (0..=255).map(|n| PassNumber([n; 5]));
    let plan = crate::list::ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [0; 16],
    };
    let file = crate::list::write_revocation(&fixture::lists(), plan, numbers).unwrap();
    let card = Card(file.into());
    let list = List::open(&card, &fixture::trust(), NOW).unwrap();
    assert_eq!(
        list.revocation(&PassNumber([9; 5])).unwrap(),
        Revocation::Revoked
    );
    card.0.borrow_mut()[2 * 4096 - 1] ^= 1;
    assert!(matches!(
        list.revocation(&PassNumber([9; 5])),
        Err(ListError::Chunk(0))
    ));
}

#[test]
fn an_empty_list_lists_nobody() {
    let plan = crate::list::ListPlan {
        version: 1,
        as_of: SIGNED,
        salt: [0; 16],
    };
    let file = crate::list::write_status(&fixture::lists(), plan, [], []).unwrap();
    let list = List::open(file, &fixture::trust(), NOW).unwrap();
    assert_eq!(
        list.status(&SubjectTag([1; 16])).unwrap(),
        Listing::NotListed
    );
    let wrong_kind = list.revocation(&PassNumber([0; 5]));
    assert!(matches!(
        wrong_kind,
        Err(ListError::OtherKind(ListKind::Status))
    ));
}
