//! Devices with chains of random passages.

use gatepost_pass::{
    SecretKey,
    fixture::{self, DAY, Dice},
};
use gatepost_protocol::{
    Body, Epoch, Head, Outcome, Record, Sealed, batch::sign_batch, device::device_id,
    fixture::certificate,
};

/// Passages in each batch: the most that fit.
const BATCH: usize = 500;

/// Signed batches of devices that each have so many passages, in the order of their chain.
pub(crate) fn devices(count: usize, passages: usize, run: u64) -> Vec<Vec<Vec<u8>>> {
    (0..count)
        .map(|n| device_in(run * 1_000_000 + n as u64, passages, BATCH))
        .collect()
}

/// Signed batches of one device, so many records in each.
pub(crate) fn device_in(number: u64, passages: usize, size: usize) -> Vec<Vec<u8>> {
    chain(number, passages, size, Dice(number)).collect()
}

/// Batches of a device that begin and end alike and contradict each other in between, without end.
pub(crate) fn forks(number: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..).flat_map(move |branch| chain(number, 40, BATCH, Dice(branch)))
}

fn chain(
    number: u64,
    passages: usize,
    size: usize,
    mut dice: Dice,
) -> impl Iterator<Item = Vec<u8>> {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let secret = SecretKey::from_seed(&seed);
    let id = device_id(&secret.public());
    let now = gatepost_system::clock::now();
    let valid = now.minus(DAY)..now.plus(DAY);
    let certificate = certificate(&fixture::devices(), &secret, valid);
    let mut epoch = [7; 16];
    epoch[..8].copy_from_slice(&number.to_le_bytes());
    let epoch = Epoch(epoch);
    let hour = (now.0 / 3600) as u32;
    let mut head = Head::START;
    let mut batches = Vec::new();
    let records: Vec<Vec<u8>> = (0..=passages as u64)
        .map(|seq| record(seq, hour, &mut dice).to_bytes())
        .collect();
    for records in records.chunks(size) {
        let signed =
            sign_batch(&certificate, &secret, None, epoch, head, records.to_vec()).unwrap();
        batches.push(signed);
        head = records
            .iter()
            .fold(head, |head, record| head.after(id, epoch, record));
    }
    batches.into_iter()
}

pub(crate) fn record(seq: u64, hour: u32, dice: &mut Dice) -> Record {
    let mut byte = || dice.throw() as u8;
    let body = match seq {
        0 => Body::EpochStart(None),
        _ => Body::Passage(Sealed {
            class: Outcome::Admit,
            tracing_key: 1,
            encapped: std::array::from_fn(|_| byte()),
            ciphertext: (0..gatepost_protocol::sealed::CIPHERTEXT)
                .map(|_| byte())
                .collect::<Vec<_>>()
                .try_into()
                .unwrap(),
        }),
    };
    Record { seq, hour, body }
}
