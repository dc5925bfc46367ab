//! The least pace of a client. Whoever sends or reads more slowly is dropped, so that nobody holds
//! memory or a connection by doing nothing.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How slow a client may be. It may pause for some time in all; each byte that it moves gives a
/// little of that time back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The longest pause.
    pub(crate) pause: Duration,
    /// Bytes that give a second back: the least rate in the long run.
    pub(crate) bytes_per_second: u32,
}

/// How long a client may still pause.
#[derive(Debug)]
pub(crate) struct Leeway(Duration);

impl Leeway {
    /// All of a pace's pause.
    pub(crate) fn new(pace: Pace) -> Self {
        Self(pace.pause)
    }

    /// The client was waited for, and then moved so many bytes.
    pub(crate) fn moved(&mut self, pace: Pace, waited: Duration, bytes: usize) {
        let back = bytes as f64 / f64::from(pace.bytes_per_second.max(1));
        let left = self.0.saturating_sub(waited);
        self.0 = (left + Duration::from_secs_f64(back)).min(pace.pause);
    }

    /// How much longer to wait for its next bytes; zero when it was too slow.
    pub(crate) const fn left(&self) -> Duration {
        self.0
    }
}

/// The pace of a client that reads an answer. The slowest mobile connection is faster.
const READER: Pace = Pace {
    pause: Duration::from_secs(30),
    bytes_per_second: 2048,
};

/// A connection that fails when its client reads an answer more slowly than [`READER`]. Reading
/// from it has no pace of its own: heads and bodies have theirs.
#[derive(Debug)]
pub(crate) struct PacedStream<S> {
    stream: S,
    leeway: Leeway,
    /// Since when the client has not taken what is there for it.
    stalled: Option<Instant>,
    end: Option<Pin<Box<Sleep>>>,
}

impl<S> PacedStream<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            leeway: Leeway::new(READER),
            stalled: None,
            end: None,
        }
    }

    /// Notes what a write did, and ends one that waits for too long.
    fn paced<T>(
        &mut self,
        cx: &mut Context<'_>,
        wrote: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        let now = Instant::now();
        match wrote {
            Poll::Ready(done) => {
                let waited = self
                    .stalled
                    .take()
                    .map_or(Duration::ZERO, |since| now - since);
                if let Ok(wrote) = &done {
                    self.leeway.moved(READER, waited, bytes(wrote));
                }
                Poll::Ready(done)
            }
            Poll::Pending => {
                let is_new = self.stalled.is_none();
                let until = *self.stalled.get_or_insert(now) + self.leeway.left();
                let end = self.end.get_or_insert_with(|| Box::pin(sleep_until(until)));
                if is_new {
                    end.as_mut().reset(until);
                }
                match end.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PacedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PacedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.paced(cx, wrote, |wrote| *wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.paced(cx, wrote, |wrote| *wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.paced(cx, flushed, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.paced(cx, shut, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    /// How long a reader that takes so many bytes every so many seconds is served, at most an hour.
    async fn served(bytes: usize, every: u64) -> Duration {
        let (mut reader, stream) = duplex(4096);
        let begun = Instant::now();
        let reading = tokio::spawn(async move {
            let mut taken = vec![0; bytes];
            loop {
                tokio::time::sleep(Duration::from_secs(every)).await;
                if reader.read_exact(&mut taken).await.is_err() {
                    return;
                }
            }
        });
        let mut stream = PacedStream::new(stream);
        let hour = Duration::from_secs(3600);
        let why = loop {
            match stream.write_all(&[0; 1024]).await {
                Ok(()) if begun.elapsed() < hour => {}
                Ok(()) => break None,
                Err(why) => break Some(why.kind()),
            }
        };
        reading.abort();
        assert!(
            matches!(why, None | Some(io::ErrorKind::TimedOut)),
            "{why:?}"
        );
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_a_byte_now_and_then_is_dropped_like_one_that_stops() {
        assert!(served(4096, 1_000_000).await <= READER.pause);
        for every in [1, 20] {
            let took = served(1, every).await;
            assert!(took < READER.pause * 2, "a byte each {every} s: {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_on_a_slow_line_is_served_as_long_as_it_takes() {
        // 3 KB a second, in steady and in large portions.
        for (bytes, every) in [(3_000, 1), (60_000, 20)] {
            assert!(served(bytes, every).await >= Duration::from_secs(3600));
        }
    }
}
