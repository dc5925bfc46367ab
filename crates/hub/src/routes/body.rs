//! Uploads: permission, pace, memory, size limit, decompression.

use std::{future::poll_fn, io::Read as _, net::IpAddr, pin::Pin, sync::Arc, time::Duration};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use gatepost_protocol::BatchError;
use gatepost_protocol::batch::MAX_BYTES;
use gatepost_protocol::padding::{self, Unpadder};
use gatepost_protocol::routes::ZSTD;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};

use crate::hub::Hub;
use crate::pace::Leeway;
use crate::refusal::Refusal;
use crate::upload_memory::{Arriving, START, UploadMemory};

/// How often a body that sends nothing is compared with the pace, which may change meanwhile.
const TICK: Duration = Duration::from_secs(1);
/// How much of a body is read in all. What exceeds [`MAX_BYTES`] is discarded; reading it lets a
/// sender that is only a little over the limit finish, and see the answer.
const MAX_READ: usize = 4 * MAX_BYTES;
/// Largest window of a compressed body, as a power of two: the 8 MiB that RFC 8878 recommends for
/// every decoder.
const MAX_WINDOW: u32 = 23;

/// The address that a request comes from, as the router found it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// An upload without compression, and the permit to hold it in memory until the answer.
pub(crate) struct Upload(pub(super) Vec<u8>, pub(super) OwnedSemaphorePermit);

/// A batch without its padding, or filler, which is empty; and its permit.
pub(crate) struct PaddedBatch(pub(super) Vec<u8>, pub(super) OwnedSemaphorePermit);

/// A status without its padding, and its permit.
pub(crate) struct PaddedStatus(pub(super) Vec<u8>, pub(super) OwnedSemaphorePermit);

impl FromRequest<Arc<Hub>> for Upload {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let (bytes, permit) = receive(request, hub, None).await?;
        Ok(Self(bytes, permit))
    }
}

impl FromRequest<Arc<Hub>> for PaddedBatch {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let (bytes, permit) = receive(request, hub, Some(&padding::UPLOAD)).await?;
        Ok(Self(bytes, permit))
    }
}

impl FromRequest<Arc<Hub>> for PaddedStatus {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let (bytes, permit) = receive(request, hub, Some(&padding::STATUS)).await?;
        Ok(Self(bytes, permit))
    }
}

/// Receives a body: as it is, or padded to one of some sizes.
async fn receive(
    request: Request,
    hub: &Hub,
    sizes: Option<&'static [usize]>,
) -> Result<(Vec<u8>, OwnedSemaphorePermit), Refusal> {
    let (head, body) = request.into_parts();
    let address = head.extensions.get().copied();
    let share = hub.may_upload(address.map(|ClientAddress(address)| address))?;
    let uploaded = async {
        let mut arriving = Arriving::new(share);
        let body = read(&head.headers, body, sizes, hub.uploads(), &mut arriving).await?;
        let held = match body.is_compressed {
            true => MAX_BYTES,
            false => body.bytes.len(),
        };
        let permit = hub.uploads().complete(held).await?;
        drop(arriving);
        let bytes = hub.on_a_core(move || body.decompress()).await??;
        Ok((bytes, permit))
    };
    uploaded.await.inspect_err(|why| hub.upload_failed(why))
}

/// A body as it was sent.
struct SentBody {
    bytes: Vec<u8>,
    is_compressed: bool,
}

async fn read(
    headers: &HeaderMap,
    body: Body,
    sizes: Option<&'static [usize]>,
    memory: &UploadMemory,
    arriving: &mut Arriving,
) -> Result<SentBody, Refusal> {
    let is_compressed = is_compressed(headers)?;
    let bytes = match sizes {
        None => collect(body, memory, arriving).await?,
        // Compressed, padding would show what it hides.
        Some(_) if is_compressed => return Err(Refusal::Encoding),
        Some(sizes) => collect_padded(body, sizes, memory, arriving).await?,
    };
    Ok(SentBody {
        bytes,
        is_compressed,
    })
}

impl SentBody {
    /// The body without compression. It takes no more memory than a window and a batch, whatever
    /// the compressed bytes announce.
    fn decompress(self) -> Result<Vec<u8>, Refusal> {
        if !self.is_compressed {
            return Ok(self.bytes);
        }
        let mut decoder =
            zstd::Decoder::with_buffer(self.bytes.as_slice()).map_err(|_| Refusal::Packed)?;
        decoder
            .window_log_max(MAX_WINDOW)
            .map_err(|_| Refusal::Packed)?;
        let mut bytes = Vec::new();
        let mut limited = decoder.take(MAX_BYTES as u64 + 1);
        let read = limited.read_to_end(&mut bytes);
        read.map_err(|_| Refusal::Packed)?;
        if bytes.len() > MAX_BYTES {
            return Err(Refusal::TooLarge);
        }
        Ok(bytes)
    }
}

fn is_compressed(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).into_iter();
    match (
        codings.next().map(|coding| coding.as_bytes()),
        codings.next(),
    ) {
        (None, _) => Ok(false),
        (Some(coding), None) if coding.eq_ignore_ascii_case(ZSTD.as_bytes()) => Ok(true),
        (Some(b"identity"), None) => Ok(false),
        _ => Err(Refusal::Encoding),
    }
}

async fn collect(
    body: Body,
    memory: &UploadMemory,
    arriving: &mut Arriving,
) -> Result<Vec<u8>, Refusal> {
    let expected = body.size_hint().exact();
    let expected = expected.map_or(START, |bytes| bytes as usize);
    let mut pieces = Pieces::of(body, memory)?;
    let mut bytes = Vec::new();
    while let Some(data) = pieces.next().await? {
        if pieces.total <= MAX_BYTES {
            memory.hold(arriving, pieces.total, expected).await?;
            bytes.extend_from_slice(&data);
        }
    }
    if pieces.total > MAX_BYTES {
        return Err(Refusal::TooLarge);
    }
    Ok(bytes)
}

/// Takes padding off as it arrives, so that it needs no memory.
async fn collect_padded(
    body: Body,
    sizes: &[usize],
    memory: &UploadMemory,
    arriving: &mut Arriving,
) -> Result<Vec<u8>, Refusal> {
    let most = sizes.last().copied().unwrap_or(0);
    let mut pieces = Pieces::of(body, memory)?;
    let mut content = Unpadder::default();
    while let Some(data) = pieces.next().await? {
        let announced = content.announced().unwrap_or(data.len());
        if pieces.total <= most && announced <= MAX_BYTES {
            let held = announced.min(content.held() + data.len());
            memory.hold(arriving, held, START).await?;
            content.read(&data).map_err(BatchError::from)?;
        }
    }
    if pieces.total > most {
        return Err(Refusal::TooLarge);
    }
    Ok(content.finish(sizes).map_err(BatchError::from)?)
}

/// A body as it arrives.
struct Pieces<'a> {
    body: Body,
    memory: &'a UploadMemory,
    leeway: Leeway,
    /// How many bytes have arrived.
    total: usize,
}

impl<'a> Pieces<'a> {
    /// Refuses a body that announces more than is read of any.
    fn of(body: Body, memory: &'a UploadMemory) -> Result<Self, Refusal> {
        if body.size_hint().lower() > MAX_READ as u64 {
            return Err(Refusal::TooLarge);
        }
        Ok(Self {
            body,
            memory,
            leeway: Leeway::new(memory.pace()),
            total: 0,
        })
    }

    /// The next bytes, if they come before their sender's leeway ends. Ends at [`MAX_READ`].
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let Some(data) = self.arrive().await? else {
            return Ok(None);
        };
        self.total += data.len();
        Ok((self.total <= MAX_READ).then_some(data))
    }

    async fn arrive(&mut self) -> Result<Option<Bytes>, Refusal> {
        let Self { body, leeway, .. } = self;
        loop {
            let begun = Instant::now();
            let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
            let frame = timeout(TICK.min(leeway.left()), frame).await;
            let moved = match &frame {
                Ok(Some(Ok(frame))) => frame.data_ref().map_or(0, Bytes::len),
                _ => 0,
            };
            leeway.moved(self.memory.pace(), begun.elapsed(), moved);
            match frame {
                Ok(None) => return Ok(None),
                Ok(Some(frame)) => {
                    if let Ok(data) = frame.map_err(|_| Refusal::CutShort)?.into_data() {
                        return Ok(Some(data));
                    }
                }
                Err(_) if leeway.left().is_zero() => return Err(Refusal::Timeout),
                Err(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let sent = SentBody {
            bytes,
            is_compressed: true,
        };
        sent.decompress()
    }

    #[test]
    fn what_unpacks_to_more_than_a_batch_is_too_large() {
        let packed = |len| zstd::encode_all(&vec![0; len][..], 0).unwrap();
        assert_eq!(unpack(packed(MAX_BYTES)).unwrap().len(), MAX_BYTES);
        assert!(matches!(
            unpack(packed(MAX_BYTES + 1)),
            Err(Refusal::TooLarge)
        ));
        // 64 MiB from 2 KiB.
        assert!(packed(64 << 20).len() < 8192);
        assert!(matches!(unpack(packed(64 << 20)), Err(Refusal::TooLarge)));
    }

    #[test]
    fn a_window_that_wants_much_memory_is_refused() {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(27).unwrap();
        std::io::Write::write_all(&mut encoder, &vec![0; 300_000]).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(matches!(unpack(packed), Err(Refusal::Packed)));
    }

    #[test]
    fn rubbish_and_cut_bytes_are_malformed() {
        let packed = zstd::encode_all(&[7; 1000][..], 0).unwrap();
        assert!(matches!(unpack(b"rubbish".to_vec()), Err(Refusal::Packed)));
        for end in 1..packed.len() {
            assert!(matches!(
                unpack(packed[..end].to_vec()),
                Err(Refusal::Packed)
            ));
        }
    }
}
