//! Batches and receipts by USB stick.

use super::*;

#[test]
fn batches_go_by_stick_and_receipts_come_back() {
    let (hub, mut device) = passed(3);
    device.restart();
    device.pass(2);
    let folder = tempfile::tempdir().unwrap();
    let carry = || stick::carry(&device.data, &device.identity, &device.clock, folder.path());
    let out = carry().unwrap();
    assert_eq!((out.acknowledged, out.written), (0, 2));
    // A second look writes the same files, not more.
    assert_eq!(carry().unwrap().written, 2);
    let batches = files_in(folder.path(), "batch");
    assert_eq!(batches.len(), 2);

    // Someone carries the stick to the hub: only one batch gets there.
    let receipt = hub.take(&fs::read(&batches[1]).unwrap());
    fs::write(batches[1].with_extension("receipt"), receipt).unwrap();
    let back = carry().unwrap();
    assert_eq!((back.acknowledged, back.written), (2, 1));
    assert_eq!(files_in(folder.path(), "batch"), batches[..1]);
    assert!(files_in(folder.path(), "receipt").is_empty());
    device.nothing_is_lost(&hub);
    device.all_arrive(&hub);
}

#[test]
fn an_old_receipt_on_a_stick_takes_nothing_back() {
    let (hub, device) = passed(gatepost_protocol::batch::MAX_RECORDS as u64 + 5);
    let folder = tempfile::tempdir().unwrap();
    let carry = || stick::carry(&device.data, &device.identity, &device.clock, folder.path());
    carry().unwrap();
    // The later batch reaches the hub first: its receipt covers nothing yet.
    for batch in files_in(folder.path(), "batch").iter().rev() {
        let receipt = hub.take(&fs::read(batch).unwrap());
        fs::write(batch.with_extension("receipt"), receipt).unwrap();
    }
    let back = carry().unwrap();
    assert_eq!((back.acknowledged, back.written), (device.logged, 0));
    assert_eq!(device.waiting(), 0);
}

#[test]
fn receipts_that_are_foreign_or_forged_stay_where_they_are_and_acknowledge_nothing() {
    let hub = ModelHub::new();
    let mut device = Device::new(42, &hub.address, Vec::new());
    let mut other = Device::new(43, &hub.address, Vec::new());
    device.pass(2);
    other.pass(2);
    let folder = tempfile::tempdir().unwrap();
    stick::carry(&other.data, &other.identity, &other.clock, folder.path()).unwrap();
    let batch = files_in(folder.path(), "batch").remove(0);
    let receipt = hub.take(&fs::read(&batch).unwrap());
    fs::write(batch.with_extension("receipt"), &receipt).unwrap();
    let mut forged = receipt;
    let last = forged.len() - 1;
    forged[last] ^= 1;
    fs::write(folder.path().join("forged.receipt"), &forged).unwrap();
    fs::write(folder.path().join("empty.receipt"), []).unwrap();
    fs::write(folder.path().join("huge.receipt"), vec![0; 1 << 20]).unwrap();
    fs::create_dir(folder.path().join("folder.receipt")).unwrap();

    let carried = stick::carry(&device.data, &device.identity, &device.clock, folder.path());
    assert_eq!(carried.unwrap().acknowledged, 0);
    assert_eq!(device.waiting(), 2);
    assert_eq!(files_in(folder.path(), "receipt").len(), 5);
    let carried = stick::carry(&other.data, &other.identity, &other.clock, folder.path());
    assert_eq!(carried.unwrap().acknowledged, 2);
}

#[test]
fn links_and_fifos_on_a_stick_lead_to_nothing_of_the_device() {
    let (hub, device) = passed(3);
    let folder = tempfile::tempdir().unwrap();
    let carry = || stick::carry(&device.data, &device.identity, &device.clock, folder.path());
    carry().unwrap();
    let batch = files_in(folder.path(), "batch").remove(0);
    let genuine = fs::read(&batch).unwrap();
    let key = fs::read(device.data.key_path()).unwrap();
    fs::remove_file(&batch).unwrap();
    // Everything that the device will write or once wrote, as a link to its key.
    for ending in ["batch", "batch.part", "receipt"] {
        std::os::unix::fs::symlink(device.data.key_path(), batch.with_extension(ending)).unwrap();
    }
    let fifo = folder.path().join("a.receipt");
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from(0o666));
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, mode, 0).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(carry().unwrap().written, 1);
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(fs::read(device.data.key_path()).unwrap(), key);
    assert!(fs::symlink_metadata(&batch).unwrap().is_file());
    assert_eq!(fs::read(&batch).unwrap(), genuine);
    device.nothing_is_lost(&hub);
}

#[test]
fn a_receipt_behind_more_entries_than_were_ever_looked_at_is_found() {
    let (hub, device) = passed(3);
    let folder = tempfile::tempdir().unwrap();
    for n in 0..21_000 {
        fs::write(folder.path().join(format!("{n:06}")), "").unwrap();
    }
    let carry = || stick::carry(&device.data, &device.identity, &device.clock, folder.path());
    carry().unwrap();
    let batch = files_in(folder.path(), "batch").remove(0);
    let receipt = hub.take(&fs::read(&batch).unwrap());
    fs::write(batch.with_extension("receipt"), receipt).unwrap();
    assert_eq!(carry().unwrap().acknowledged, 3);
}

#[test]
fn batches_are_written_to_a_stick_without_a_lock() {
    let (_hub, device) = passed(3);
    let folder = tempfile::tempdir().unwrap();
    let to = StickDir::open(folder.path()).unwrap();
    // As the exchange with the hub takes it meanwhile.
    let _lock = device.data.lock("outbox").unwrap();
    let written = stick::write_unsent(&device.outbox(), &device.identity, None, &to);
    assert_eq!(written.unwrap(), 1);
}

#[test]
fn a_stick_that_is_a_link_is_not_written_to() {
    let (_hub, device) = passed(1);
    let folder = tempfile::tempdir().unwrap();
    let (link, there) = (folder.path().join("link"), folder.path().join("there"));
    fs::create_dir(&there).unwrap();
    std::os::unix::fs::symlink(&there, &link).unwrap();
    assert!(stick::carry(&device.data, &device.identity, &device.clock, &link).is_err());
    assert_eq!(fs::read_dir(&there).unwrap().count(), 0);
}
