//! Orders to wipe a device: who gives them, and how long they stay orders.

use gatepost_pass::{
    DocumentError, KeyId, Kind, SecretKey, Signer, Timestamp, TrustList,
    fixture::{self, DAY, NOW, SIGNED},
    trust::KeyEntry,
};

use crate::{OrderError, Revoked, WipeOrder, device::device_id};

/// The region's trust list with this entry instead of its wipe key's.
fn with(change: impl FnOnce(&mut Vec<KeyEntry>)) -> TrustList {
    fixture::trust_with(|issuers| fixture::change_keys(&mut issuers[0], change))
}

fn wipe_key_ends(until: Timestamp) -> TrustList {
    with(|keys| {
        let old = keys.iter_mut().find(|key| key.id == fixture::wipe().key);
        old.unwrap().until = until;
    })
}

fn order(at: Timestamp) -> WipeOrder {
    let device = device_id(&SecretKey::from_seed(&[42; 32]).public());
    WipeOrder { device, at }
}

#[test]
fn an_order_outlives_the_end_and_the_change_of_its_key() {
    let given = order(NOW);
    let bytes = given.sign(&fixture::wipe());
    assert_eq!(WipeOrder::verify(&bytes, &fixture::trust()), Ok(given));
    // The key ended a minute later, years ago; another one has taken over since.
    let next = Signer {
        key: KeyId(50),
        secret: SecretKey::from_seed(&[50; 32]),
        ..fixture::wipe()
    };
    let mut later = wipe_key_ends(NOW.plus(60));
    assert_eq!(WipeOrder::verify(&bytes, &later), Ok(given));
    later = with(|keys| {
        for key in keys.iter_mut().filter(|key| key.id == fixture::wipe().key) {
            key.until = NOW.plus(60);
        }
        keys.push(fixture::key_entry(&next, &[Kind::WipeOrder]));
    });
    assert_eq!(WipeOrder::verify(&bytes, &later), Ok(given));
}

#[test]
fn a_key_gives_no_order_before_its_first_or_from_its_last_second_on() {
    let trust = wipe_key_ends(NOW);
    let at = |time| WipeOrder::verify(&order(time).sign(&fixture::wipe()), &trust);
    assert!(at(NOW.minus(1)).is_ok());
    for outside in [NOW, SIGNED.minus(DAY).minus(1), Timestamp(0)] {
        let refused = at(outside);
        assert!(
            matches!(
                refused,
                Err(OrderError::Document(
                    DocumentError::KeyOutsideValidity { .. } | DocumentError::NotRecognisedNow(_)
                ))
            ),
            "{refused:?}"
        );
    }
}

#[test]
fn an_order_by_a_key_that_the_roots_dropped_or_by_another_region_is_none() {
    let bytes = order(NOW).sign(&fixture::wipe());
    let dropped = with(|keys| keys.retain(|key| key.id != fixture::wipe().key));
    assert!(matches!(
        WipeOrder::verify(&bytes, &dropped),
        Err(OrderError::Document(DocumentError::UnknownKey { .. }))
    ));
    let foreign = order(NOW).sign(&fixture::foreign("CN-JS"));
    assert!(matches!(
        WipeOrder::verify(&foreign, &fixture::trust()),
        Err(OrderError::Document(DocumentError::ForeignAuthority { .. }))
    ));
}

#[test]
fn a_list_keeps_one_order_a_device_and_takes_nothing_but_orders() {
    let mut list = Revoked::default();
    list.add(order(SIGNED).sign(&fixture::wipe())).unwrap();
    list.add(order(NOW).sign(&fixture::wipe())).unwrap();
    assert_eq!(list.devices().collect::<Vec<_>>(), [order(NOW).device]);
    let found = list.order_for(order(NOW).device, &fixture::trust());
    assert_eq!(found, Ok(Some(order(NOW))));
    let pass = fixture::documents().sign(Kind::Pass, &fixture::paper_pass(1));
    assert!(list.add(pass).is_err() && list.add(vec![7; 30]).is_err());
    assert_eq!(Revoked::from_bytes(&list.to_bytes()), Ok(list));
}
