//! Orders to wipe a device, and lists of them.

use std::sync::LazyLock;

use gatepost_pass::{
    Kind, Timestamp, encode,
    fixture::{NOW, SIGNED, devices, wipe},
};
use gatepost_protocol::{Revoked, WipeOrder, device::device_id};

use crate::{
    batch::DEVICE,
    document::TRUST,
    feed::{Feed, Raw, seed},
};

static ORDER: LazyLock<WipeOrder> = LazyLock::new(|| WipeOrder {
    device: device_id(&DEVICE.public()),
    at: NOW,
});

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 4 {
        // As it came: nothing but what the wipe key has signed.
        0 => {
            if WipeOrder::verify(feed.0, &TRUST).is_ok() {
                assert_eq!(feed.0, ORDER.sign(&wipe()), "forged");
            }
        }
        // Any claims by the wipe key, and by the everyday key that once gave such orders.
        1 => {
            if let Ok(order) =
                WipeOrder::verify(&wipe().sign(Kind::WipeOrder, &Raw(feed.0)), &TRUST)
            {
                assert_eq!(encode(&order), feed.0);
                assert!(order.at >= SIGNED.minus(24 * 3600));
            }
            let everyday = devices().sign(Kind::WipeOrder, &Raw(feed.0));
            assert!(WipeOrder::verify(&everyday, &TRUST).is_err());
        }
        // Any list.
        2 => list(feed.0),
        // A list of honest entries among hostile ones: the honest one is found.
        _ => {
            let at = Timestamp(feed.number());
            let hostile = WipeOrder { at, ..*ORDER }.sign(&devices());
            let entries = vec![feed.0.to_vec(), hostile, ORDER.sign(&wipe())];
            let list = Revoked::from_bytes(&encode(&entries)).unwrap();
            let found = list.order_for(ORDER.device, &TRUST);
            assert!(found.unwrap().is_some(), "hidden");
        }
    }
}

fn list(bytes: &[u8]) {
    let Ok(mut list) = Revoked::from_bytes(bytes) else {
        return;
    };
    assert_eq!(list.to_bytes(), bytes);
    if let Ok(Some(order)) = list.order_for(ORDER.device, &TRUST) {
        assert_eq!(order, *ORDER, "forged");
    }
    list.add(ORDER.sign(&wipe())).unwrap();
    assert_eq!(list.order_for(ORDER.device, &TRUST), Ok(Some(*ORDER)));
    let named = list.devices().filter(|device| *device == ORDER.device);
    assert_eq!(named.count(), 1);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let signed = ORDER.sign(&wipe());
    let list = encode(&vec![signed.clone()]);
    vec![
        seed(0, &[&signed]),
        seed(1, &[&encode(&*ORDER)]),
        seed(2, &[&list]),
        seed(3, &[&NOW.0.to_le_bytes(), &signed]),
    ]
}
