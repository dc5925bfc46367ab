//! The authority's order that a device wipes itself, and the list of all such orders.

use gatepost_pass::{
    DeviceId, DocumentError, FormatError, Kind, Signer, Timestamp, TrustList,
    envelope::{Envelope, EnvelopeError, MAX_CODE, MAX_FILE},
    verify::{Claims, verify_envelope},
};
use serde::{Deserialize, Serialize};

/// Claims of an order to wipe. Signed by a key that signs nothing else and is kept offline, so that
/// nobody who gets hold of an everyday key can wipe a fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeOrder {
    /// The device that shall wipe itself.
    pub device: DeviceId,
    /// When the order was given. The key is judged at this time: an order stays one when its key
    /// has run out or was replaced, as long as the trust list still names the key.
    pub at: Timestamp,
}

impl Claims for WipeOrder {
    const KINDS: &'static [Kind] = &[Kind::WipeOrder];
}

impl WipeOrder {
    /// Signs the order.
    pub fn sign(&self, signer: &Signer) -> Vec<u8> {
        signer.sign(Kind::WipeOrder, self)
    }

    /// Checks an order.
    pub fn verify(bytes: &[u8], trust: &TrustList) -> Result<Self, OrderError> {
        let envelope = Envelope::parse_kind(Kind::WipeOrder, bytes, MAX_CODE)?;
        let claimed: Self = envelope.peek()?;
        Ok(*verify_envelope::<Self>(&envelope, trust, claimed.at)?.claims())
    }
}

/// Reads what an order claims, before anyone has checked it.
fn peek(bytes: &[u8]) -> Result<WipeOrder, OrderError> {
    let envelope = Envelope::parse_kind(Kind::WipeOrder, bytes, MAX_CODE)?;
    Ok(envelope.peek()?)
}

/// The devices that the authority has given up: a signed order for each. The file `revoked` beside
/// a bundle's manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revoked(Vec<Vec<u8>>);

impl Revoked {
    /// Largest file, in bytes.
    pub const MAX: usize = MAX_FILE;

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        gatepost_pass::encode(self)
    }

    /// Reads [`Self::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        gatepost_pass::decode_within("list of revoked devices", bytes, Self::MAX)
    }

    /// Adds an order, in place of an earlier one for the same device.
    pub fn add(&mut self, order: Vec<u8>) -> Result<(), OrderError> {
        let device = peek(&order)?.device;
        self.0
            .retain(|held| peek(held).is_ok_and(|held| held.device != device));
        self.0.push(order);
        Ok(())
    }

    /// The devices that it names, whoever has signed that.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> {
        let orders = self.0.iter().filter_map(|order| peek(order).ok());
        orders.map(|order| order.device)
    }

    /// The order for a device; nothing when there is none. What is not an order, or one for another
    /// device, is passed over: it must not hide the one that counts.
    ///
    /// # Errors
    /// There are orders for this device, and its authority has signed none of them.
    pub fn order_for(
        &self,
        device: DeviceId,
        trust: &TrustList,
    ) -> Result<Option<WipeOrder>, OrderError> {
        let mut refused = None;
        let own = |entry: &&Vec<u8>| peek(entry).is_ok_and(|claimed| claimed.device == device);
        for entry in self.0.iter().filter(own) {
            match WipeOrder::verify(entry, trust) {
                Ok(order) => return Ok(Some(order)),
                Err(why) => refused = Some(why),
            }
        }
        refused.map_or(Ok(None), Err)
    }
}

/// Why an order to wipe is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// The bytes break the format.
    #[error("it is not an order to wipe")]
    Envelope(#[from] EnvelopeError),
    /// It is not validly signed.
    #[error("it is not signed by a key that may give such an order")]
    Document(#[from] DocumentError),
    /// The list or the claims of an order break the format.
    #[error(transparent)]
    Format(#[from] FormatError),
}
