//! What an export hands out: the very bytes that came, all that was asked for and nothing else,
//! however often it broke off.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use gatepost_hub::{
    HubStore,
    export::{ExportError, Exported, export},
    store::{ArrivalFilter, Location},
};
use gatepost_pass::{Digest, Timestamp, fixture::NOW};
use gatepost_protocol::{Receipt, VerifiedBatch};

use crate::support::{Device, Site, file_names, trust};

on_every_store! {
    an_export_is_every_batch_byte_for_byte_also_where_they_contradict_each_other
    an_export_that_broke_off_goes_on_and_mends_what_was_cut
    a_device_and_a_time_of_arrival_can_be_asked_for
}

fn read(directory: &Path) -> BTreeSet<Vec<u8>> {
    let names = file_names(directory).into_iter();
    let batches = names.filter(|name| name.ends_with(".batch"));
    batches
        .map(|name| fs::read(directory.join(name)).unwrap())
        .collect()
}

fn opened(site: &Site) -> Box<dyn HubStore> {
    site.location.open_to_read().unwrap()
}

fn an_export_is_every_batch_byte_for_byte_also_where_they_contradict_each_other(site: &Site) {
    let hub = site.hub();
    let (first, second) = (Device::new(1, 700), Device::new(2, 3));
    let mut fork = first.cut(5);
    fork.pass(2);
    let batches = [
        first.batch(0..500),
        first.batch(500..700),
        second.batch(0..3),
        fork.batch(5..7),
    ];
    for batch in &batches {
        assert_eq!(hub.post(batch).status, 200);
    }
    // A batch that brought nothing new is not kept, and not handed out.
    hub.acknowledged(&first.batch(0..3));
    let to = site.path("export");
    let exported = export(&*opened(site), &ArrivalFilter::ALL, &to).unwrap();
    assert_eq!(
        exported,
        Exported {
            written: 4,
            there: 0
        }
    );
    assert_eq!(read(&to), batches.iter().cloned().collect());
    for name in file_names(&to) {
        let Some(stem) = name.strip_suffix(".batch") else {
            assert!(name.ends_with(".receipt"), "{name}");
            continue;
        };
        let bytes = fs::read(to.join(&name)).unwrap();
        let batch = VerifiedBatch::verify(&bytes, &trust(), NOW).unwrap();
        assert!(name.starts_with(&format!("{}-{}-", batch.device(), batch.epoch())));
        // The hub's word on when it came, and on what it served then; also for a fork.
        let receipt = fs::read(to.join(format!("{stem}.receipt"))).unwrap();
        let receipt = Receipt::verify_at_its_time(&receipt, &trust()).unwrap();
        assert_eq!(receipt.batch, Digest::of(&bytes));
        assert_eq!((receipt.at, receipt.manifest), (NOW, site.serves()));
        assert_eq!(
            (receipt.device, receipt.epoch),
            (batch.device(), batch.epoch())
        );
    }
}

fn an_export_that_broke_off_goes_on_and_mends_what_was_cut(site: &Site) {
    let (hub, device) = (site.hub(), Device::new(1, 9));
    for seq in 0..8 {
        hub.acknowledged(&device.batch(seq..seq + 1));
    }
    let (store, to) = (opened(site), site.path("export"));
    export(&*store, &ArrivalFilter::ALL, &to).unwrap();
    let all = read(&to);
    let mut names = file_names(&to);
    names.retain(|name| name.ends_with(".batch"));
    names.sort();
    fs::remove_file(to.join(&names[0])).unwrap();
    fs::write(to.join(&names[1]), "").unwrap();
    fs::write(to.join(&names[2]), [0; 100]).unwrap();
    // Left behind by one that was killed.
    fs::write(to.join("rest.part"), "rest").unwrap();
    hub.acknowledged(&device.batch(8..9));
    let again = export(&*store, &ArrivalFilter::ALL, &to).unwrap();
    assert_eq!(
        again,
        Exported {
            written: 4,
            there: 5
        }
    );
    fs::remove_file(to.join("rest.part")).unwrap();
    let mended = read(&to);
    assert!(mended.is_superset(&all));
    assert_eq!(mended.len(), 9);
    // A place that cannot be written is named.
    fs::write(site.path("file"), "").unwrap();
    let refused = export(&*store, &ArrivalFilter::ALL, &site.path("file")).unwrap_err();
    assert!(matches!(refused, ExportError::File { .. }), "{refused}");
}

fn a_device_and_a_time_of_arrival_can_be_asked_for(site: &Site) {
    let (hub, devices) = (site.hub(), [Device::new(1, 3), Device::new(2, 3)]);
    for device in &devices {
        hub.acknowledged(&device.batch(0..3));
    }
    let store = opened(site);
    let count = |which: ArrivalFilter| {
        let to = site.path("some");
        let _ = fs::remove_dir_all(&to);
        export(&*store, &which, &to).unwrap().written
    };
    let of = |n: usize| Some(devices[n].id());
    // Of an arrival only the hour is known: half of it is all of it.
    let later = NOW.plus(3600);
    let (all, none) = (ArrivalFilter::ALL, Timestamp(0));
    assert_eq!(
        count(ArrivalFilter {
            device: of(1),
            ..all
        }),
        1
    );
    assert_eq!(
        count(ArrivalFilter {
            device: Some(Device::new(3, 1).id()),
            ..all
        }),
        0
    );
    assert_eq!(
        count(ArrivalFilter {
            from: NOW,
            until: later,
            ..all
        }),
        2
    );
    assert_eq!(
        count(ArrivalFilter {
            from: NOW.plus(1800),
            until: NOW.plus(1900),
            ..all
        }),
        2
    );
    assert_eq!(count(ArrivalFilter { from: later, ..all }), 0);
    assert_eq!(count(ArrivalFilter { until: NOW, ..all }), 0);
    assert_eq!(
        count(ArrivalFilter {
            device: of(0),
            from: NOW,
            until: later
        }),
        1
    );
    assert_eq!(count(ArrivalFilter { until: none, ..all }), 0);
}

#[test]
fn the_command_says_how_many_and_refuses_what_it_does_not_understand() {
    let site = Site::new();
    let device = Device::new(1, 3);
    site.hub().acknowledged(&device.batch(0..3));
    let Location::File(_) = &site.location else {
        unreachable!()
    };
    let run = |more: &[&str]| {
        let mut hub = Command::new(env!("CARGO_BIN_EXE_gatepost-hub"));
        hub.arg("passages").args(&site.data).args(more);
        hub.output().unwrap()
    };
    let to = site.path("export").to_str().unwrap().to_owned();
    let said = |more: &[&str]| {
        let output = run(&[&["--export", &to], more].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let (id, stranger) = (device.id().to_string(), "0".repeat(32));
    assert_eq!(
        said(&["--device", &stranger]),
        "0 batches written, 0 existed already\n"
    );
    let day = [
        "--arrived-from",
        "2020-01-01T00:00:00Z",
        "--arrived-until",
        "2100-01-01T00:00:00Z",
    ];
    assert_eq!(
        said(&[&["--device", &id], &day[..]].concat()),
        "1 batches written, 0 existed already\n"
    );
    assert_eq!(said(&[]), "0 batches written, 1 existed already\n");
    for bad in [
        &["--device", &id][..],
        &["--export", &to, "--json"],
        &["--export", &to, "--device", "none"],
        &["--export", &to, "--arrived-from", "yesterday"],
    ] {
        assert_eq!(run(bad).status.code(), Some(2), "{bad:?}");
    }
}
