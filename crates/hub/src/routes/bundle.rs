//! `GET /v1/bundle/…`: the manifest, and the files that it names by digest.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use gatepost_pass::{Digest, envelope::MAX_FILE};
use hyper::body::{Frame, SizeHint};
use tokio::task::JoinHandle;

use super::blocking;
use crate::{answer::Refusal, hub::Hub};

/// Bytes that are read from disk at once.
const CHUNK: u64 = 128 * 1024;
const BYTES: &str = "application/octet-stream";

/// The manifest of the bundle in use.
pub(crate) async fn manifest(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let announced = blocking(move || hub.announced()).await?;
    let announced = announced.ok_or(Refusal::NoBundle)?;
    let common = [
        (header::ETAG, etag(&announced.digest)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if is_held(&headers, &announced.digest) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let bytes = announced.manifest.clone();
    Ok((common, [(header::CONTENT_TYPE, BYTES)], bytes).into_response())
}

/// A file, whole or from somewhere on. Its name is its digest: it never changes.
pub(crate) async fn file(
    State(hub): State<Arc<Hub>>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Path(name) = name.map_err(|_| Refusal::Address)?;
    // Only a digest's own writing reaches the file system: no name from outside does.
    let digest: Digest = name.parse().map_err(|_| Refusal::NotFound)?;
    let path = hub.bundle().file(&digest);
    let (file, length) = blocking(move || open(&path)).await??;
    let common = [
        (header::ETAG, etag(&digest)),
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    if is_held(&headers, &digest) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let range = headers.get(header::RANGE).map(|range| range.as_bytes());
    let range = match range.and_then(|range| range.strip_prefix(b"bytes=")) {
        Some(range) => Some(parse_range(range, length).ok_or(Refusal::BadRange(length))?),
        None => None,
    };
    let (at, end) = range.unwrap_or((0, length));
    let body = Body::new(FileBody {
        file: Arc::new(file),
        at,
        end,
        reading: None,
    });
    let answer = (common, [(header::CONTENT_TYPE, BYTES)], body);
    Ok(match range {
        None => answer.into_response(),
        Some(_) => {
            let part = format!("bytes {at}-{}/{length}", end.saturating_sub(1));
            let part = [(header::CONTENT_RANGE, part)];
            (StatusCode::PARTIAL_CONTENT, part, answer).into_response()
        }
    })
}

/// The authority's signed list of revoked devices, as it lies there: devices check it.
pub(crate) async fn revoked(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let path = hub.bundle().revoked();
    let read = blocking(move || -> Result<Vec<u8>, Refusal> {
        let (file, length) = open(&path)?;
        if length > MAX_FILE as u64 {
            return Err(Refusal::Storage);
        }
        let mut bytes = vec![0; length as usize];
        let read = file.read_exact_at(&mut bytes, 0);
        read.map_err(|_| Refusal::Storage).map(|()| bytes)
    });
    let bytes = read.await??;
    let digest = Digest::of(&bytes);
    let common = [
        (header::ETAG, etag(&digest)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if is_held(&headers, &digest) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Ok((common, [(header::CONTENT_TYPE, BYTES)], bytes).into_response())
}

fn open(path: &std::path::Path) -> Result<(File, u64), Refusal> {
    let absent = |why: io::Error| match why.kind() {
        io::ErrorKind::NotFound => Refusal::NotFound,
        _ => Refusal::Storage,
    };
    let file = File::open(path).map_err(absent)?;
    let data = file.metadata().map_err(absent)?;
    if data.is_file() {
        Ok((file, data.len()))
    } else {
        Err(Refusal::NotFound)
    }
}

fn etag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Whether the asker says that it holds this already.
fn is_held(headers: &HeaderMap, digest: &Digest) -> bool {
    let digest = digest.to_string();
    let held = headers.get_all(header::IF_NONE_MATCH).into_iter();
    held.filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .any(|tag| tag == digest || tag == "*")
}

/// `N-` or `N-M` as a start and an end (exclusive) within `length` bytes.
fn parse_range(range: &[u8], length: u64) -> Option<(u64, u64)> {
    let (first, last) = std::str::from_utf8(range).ok()?.split_once('-')?;
    let number = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let first = number(first)?;
    let last = match last {
        "" => u64::MAX,
        last => number(last)?,
    };
    (first < length && first <= last).then(|| (first, last.saturating_add(1).min(length)))
}

/// Reads a file piece by piece, as fast as the other side takes it.
struct FileBody {
    file: Arc<File>,
    at: u64,
    end: u64,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl hyper::body::Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let (at, left) = (self.at, self.end.saturating_sub(self.at));
        if left == 0 {
            return Poll::Ready(None);
        }
        let file = self.file.clone();
        let reading = self.reading.get_or_insert_with(|| {
            tokio::task::spawn_blocking(move || {
                let mut bytes = vec![0; left.min(CHUNK) as usize];
                file.read_exact_at(&mut bytes, at)?;
                Ok(bytes)
            })
        });
        let read =
            ready!(Pin::new(reading).poll(cx)).unwrap_or_else(|why| Err(io::Error::other(why)));
        self.reading = None;
        match &read {
            Ok(bytes) => self.at += bytes.len() as u64,
            // The answer breaks off short of its announced length.
            Err(_) => self.at = self.end,
        }
        Poll::Ready(Some(read.map(|bytes| Frame::data(bytes.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end.saturating_sub(self.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_one_part_inside_the_file() {
        assert_eq!(parse_range(b"0-", 10), Some((0, 10)));
        assert_eq!(parse_range(b"9-", 10), Some((9, 10)));
        assert_eq!(parse_range(b"2-4", 10), Some((2, 5)));
        assert_eq!(parse_range(b"2-99", 10), Some((2, 10)));
        for bad in [
            "10-",
            "5-4",
            "-5",
            "",
            "-",
            "+1-",
            "1-2,4-5",
            "18446744073709551616-",
            "a-",
            "1-b",
        ] {
            assert_eq!(parse_range(bad.as_bytes(), 10), None, "{bad}");
        }
        assert_eq!(parse_range(b"0-", 0), None);
    }
}
