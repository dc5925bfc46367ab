//! `GET /v1/bundle/…`: the manifest, and the files that it names by digest; what lies beside it, of
//! which the release of a program names a file too.

use std::{fs::File, io, path::PathBuf, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use gatepost_pass::{Digest, KebabName, ProgramRelease, envelope::MAX_FILE};
use gatepost_system::files::{self, Action, FileError};

use super::file_body::FileBody;
use crate::{blocking::blocking, hub::Hub, refusal::Refusal};

const BYTES: &str = "application/octet-stream";

/// The manifest of the bundle in use.
pub(crate) async fn manifest(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let serving = hub.clone();
    let bundle = blocking(move || hub.bundle()).await?;
    let bundle = bundle.ok_or(Refusal::NoBundle)?;
    // Devices get their bundle whatever becomes of the store.
    let _ = blocking(move || serving.serving(serving.now())).await;
    let common = [
        (header::ETAG, etag(&bundle.digest)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if client_has(&headers, &bundle.digest) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let bytes = bundle.manifest.clone();
    Ok((common, [(header::CONTENT_TYPE, BYTES)], bytes).into_response())
}

/// A file, or a range of it. Its name is its digest: it never changes.
pub(crate) async fn file(
    State(hub): State<Arc<Hub>>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Path(name) = name.map_err(|_| Refusal::Address)?;
    // Only the canonical form of a digest reaches the file system: no name from outside does.
    let digest: Digest = name.parse().map_err(|_| Refusal::NotFound)?;
    let memory = hub.files().clone();
    let opened = blocking(move || {
        let opened = open(&hub.bundles().file(&digest));
        opened.map_err(|why| hub.file_failed(&why))
    });
    let (file, length) = opened.await??;
    let common = [
        (header::ETAG, etag(&digest)),
        (
            header::CACHE_CONTROL,
            "public, max-age=31536000, immutable".to_owned(),
        ),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    if client_has(&headers, &digest) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let range = headers.get(header::RANGE).map(|range| range.as_bytes());
    let range = match range.and_then(|range| range.strip_prefix(b"bytes=")) {
        Some(range) => Some(parse_range(range, length).ok_or(Refusal::BadRange(length))?),
        None => None,
    };
    let (at, end) = range.unwrap_or((0, length));
    let body = Body::new(FileBody::new(file, at, end, memory));
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

/// The authority's signed list of revoked devices, as it is in the directory: devices verify it.
pub(crate) async fn revoked(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let path = hub.bundles().revoked();
    signed(hub, path, MAX_FILE, &headers).await
}

/// The newest release of the program for a target, as it is in the directory: devices verify it.
pub(crate) async fn release(
    State(hub): State<Arc<Hub>>,
    target: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Path(target) = target.map_err(|_| Refusal::Address)?;
    // Only such a name reaches the file system: nothing else from outside does.
    let target: KebabName = target.parse().map_err(|_| Refusal::NotFound)?;
    let path = hub.bundles().release(&target);
    signed(hub, path, ProgramRelease::MAX, &headers).await
}

/// A small signed file that is replaced from time to time.
async fn signed(
    hub: Arc<Hub>,
    path: PathBuf,
    limit: usize,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let bytes = blocking(move || {
        let bytes = files::read(&path, limit);
        bytes.map_err(|why| hub.file_failed(&why))
    });
    let bytes = bytes.await??;
    let digest = Digest::of(&bytes);
    let common = [
        (header::ETAG, etag(&digest)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if client_has(headers, &digest) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Ok((common, [(header::CONTENT_TYPE, BYTES)], bytes).into_response())
}

fn open(path: &std::path::Path) -> Result<(File, u64), FileError> {
    let open = || {
        let file = File::open(path)?;
        let data = file.metadata()?;
        match data.is_file() {
            true => Ok((file, data.len())),
            false => Err(io::ErrorKind::NotFound.into()),
        }
    };
    open().map_err(FileError::at(Action::Read, path))
}

fn etag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Whether the client has this already, by its `If-None-Match`.
fn client_has(headers: &HeaderMap, digest: &Digest) -> bool {
    let digest = digest.to_string();
    let tags = headers.get_all(header::IF_NONE_MATCH).into_iter();
    tags.filter_map(|tags| tags.to_str().ok())
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
