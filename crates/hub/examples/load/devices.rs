//! Devices with chains of random passages.

use gatepost_pass::{
    SecretKey,
    fixture::{self, DAY},
};
use gatepost_protocol::{
    Body, DeviceRequest, Epoch, Head, Outcome, Record, batch::sign_batch, device::device_id,
    record::Sealed,
};

/// Passages in each batch: the most that fit.
const BATCH: usize = 500;

/// Signed batches of devices that each have so many passages, in the order of their chain.
pub(crate) fn devices(count: usize, passages: usize, run: u64) -> Vec<Vec<Vec<u8>>> {
    (0..count)
        .map(|n| device(run * 1_000_000 + n as u64, passages))
        .collect()
}

pub(crate) fn device(number: u64, passages: usize) -> Vec<Vec<u8>> {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    let secret = SecretKey::from_seed(&seed);
    let id = device_id(&secret.public());
    let request = DeviceRequest::sign("load".try_into().unwrap(), &secret);
    let request = DeviceRequest::verify(&request).unwrap();
    let now = gatepost_hub::clock::now();
    let certificate = request.certify(&fixture::devices(), now.minus(DAY), now.plus(DAY));
    let mut epoch = [7; 16];
    epoch[..8].copy_from_slice(&number.to_le_bytes());
    let epoch = Epoch(epoch);
    let hour = (now.0 / 3600) as u32;
    let mut noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut head = Head::START;
    let mut batches = Vec::new();
    let records: Vec<Vec<u8>> = (0..=passages as u64)
        .map(|seq| record(seq, hour, &mut noise).to_bytes())
        .collect();
    for records in records.chunks(BATCH) {
        let signed = sign_batch(&certificate, &secret, epoch, head, records.to_vec()).unwrap();
        batches.push(signed);
        head = records
            .iter()
            .fold(head, |head, record| head.after(id, epoch, record));
    }
    batches
}

pub(crate) fn record(seq: u64, hour: u32, noise: &mut u64) -> Record {
    let mut byte = || {
        // xorshift64 (Marsaglia 2003).
        *noise ^= *noise << 13;
        *noise ^= *noise >> 7;
        *noise ^= *noise << 17;
        *noise as u8
    };
    let body = match seq {
        0 => Body::EpochStart(None),
        _ => Body::Passage(Sealed {
            class: Outcome::Admit,
            tracing_key: 1,
            encapped: std::array::from_fn(|_| byte()),
            ciphertext: (0..gatepost_protocol::seal::CIPHERTEXT)
                .map(|_| byte())
                .collect::<Vec<_>>()
                .try_into()
                .unwrap(),
        }),
    };
    Record { seq, hour, body }
}
