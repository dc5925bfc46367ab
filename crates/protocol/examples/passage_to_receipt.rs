//! A passage on its way: sealed at the checkpoint, chained, sent as a batch, acknowledged by the
//! hub, and opened by whoever may trace.
//!
//! ```sh
//! cargo run -p gatepost-protocol --features fixture --example passage_to_receipt
//! ```
//!
//! Everything is signed with the published keys of `keys/test`: nothing of it is valid anywhere.

use std::error::Error;

use gatepost_pass::{
    Digest, SecretKey,
    fixture::{self as region, DAY, NOW, SIGNED},
};
use gatepost_protocol::{
    Body, Clear, Epoch, Head, Receipt, Record, VerifiedBatch, batch::sign_batch, device::device_id,
    fixture, open, seal, seal::tracing_key,
};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let (authority, trust) = (region::devices(), region::trust());
    let hour = (NOW.0 / 3600) as u32;

    // The device has a key of its own, and the authority's certificate for it.
    let key = SecretKey::from_seed(&[42; 32]);
    let certificate = fixture::certificate(&authority, &key, SIGNED..NOW.plus(DAY));
    let (device, epoch) = (device_id(&key.public()), Epoch([7; 16]));

    // Each start of the device opens a chain. Record 0 says where the chain before stood; then
    // come passages, each sealed to the tracing key of the policy before it is written anywhere.
    let passage = fixture::passage(NOW);
    let clear = Clear {
        device,
        epoch,
        seq: 1,
        hour,
        class: passage.outcome,
    };
    let sealed = seal(
        &passage,
        &clear,
        &fixture::tracing(),
        &mut fixture::random(),
    )?;
    let records = vec![
        Record {
            seq: 0,
            hour,
            body: Body::EpochStart(None),
        }
        .to_bytes(),
        Record {
            seq: 1,
            hour,
            body: Body::Passage(sealed),
        }
        .to_bytes(),
    ];

    // On their way to the hub records are signed together.
    let bundle = Some(fixture::manifest_id(1));
    let signed = sign_batch(&certificate, &key, bundle, epoch, Head::START, records)?;
    println!("a batch of {} bytes", signed.len());

    // The hub checks certificate, signature, order and chain. It can read none of the passages.
    let batch = VerifiedBatch::verify(&signed, &trust, NOW)?;
    let (last, _, head) = batch.records().last().ok_or("a batch is never empty")?;
    println!("from {} ({})", batch.device_name(), batch.device());
    let receipt = Receipt {
        device,
        epoch,
        next_seq: last.seq + 1,
        head: *head,
        batch: Digest::of(&signed),
        manifest: fixture::manifest_id(1),
        at: NOW,
    };
    let receipt = receipt.sign(&region::hub());

    // Only a receipt with the device's own chain hash lets it forget what the hub holds.
    let receipt = Receipt::verify(&receipt, &trust, NOW)?;
    println!("the hub holds {} records", receipt.next_seq);

    // Whoever has the secret tracing key reads the passage.
    let Body::Passage(sealed) = &last.body else {
        return Err("record 1 is a passage".into());
    };
    let (secret, _) = tracing_key(&fixture::TRACING_SEED);
    let opened = open(sealed, &clear, sealed.tracing_key, &secret)?;
    println!(
        "{} at {}: {}",
        opened.place,
        opened.at,
        opened.outcome.name()
    );
    Ok(())
}
