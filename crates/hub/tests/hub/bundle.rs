//! The bundle as devices fetch it.

use std::fs;

use gatepost_pass::{Digest, FileRole, bundle::files_named};
use gatepost_protocol::routes;

use crate::support::{Device, Site, file_names};

#[test]
fn the_manifest_comes_with_its_digest_as_etag() {
    let (site, hub);
    site = Site::without_bundle();
    let manifest = site.publish(3);
    hub = site.hub();
    let answer = hub.get(routes::MANIFEST, "");
    assert_eq!((answer.status, &answer.body), (200, &manifest));
    let etag = format!("\"{}\"", Digest::of(&manifest));
    assert_eq!(answer.header("etag"), Some(etag.as_str()));
    let health = hub.get(routes::HEALTH, "");
    assert_eq!(health.body, br#"{"bundle":3,"status":"ok"}"#);
}

#[test]
fn a_manifest_that_is_held_is_not_sent_again() {
    let site = Site::without_bundle();
    let digest = Digest::of(&site.publish(1));
    let hub = site.hub();
    for tag in [
        format!("\"{digest}\""),
        digest.to_string(),
        format!("\"other\", W/\"{digest}\""),
    ] {
        let answer = hub.get(routes::MANIFEST, &format!("if-none-match: {tag}\r\n"));
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{tag}");
    }
    let answer = hub.get(routes::MANIFEST, "if-none-match: \"other\"\r\n");
    assert_eq!(answer.status, 200);
}

#[test]
fn every_file_of_the_manifest_comes_under_its_digest() {
    let site = Site::without_bundle();
    let manifest = site.publish(1);
    let hub = site.hub();
    let files = files_named(&manifest).unwrap();
    assert!(files.iter().any(|file| file.role == FileRole::TrustList));
    for file in files {
        let answer = hub.get(&format!("{}{}", routes::FILES, file.digest), "");
        assert_eq!(answer.status, 200);
        assert_eq!(Digest::of(&answer.body), file.digest);
        let length = file.length.to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
    }
}

/// Puts a file of several chunks into the directory.
fn large(site: &Site) -> (Vec<u8>, String) {
    let bytes: Vec<u8> = (0..700_001_u32).map(|n| (n % 251) as u8).collect();
    let name = Digest::of(&bytes).to_string();
    fs::write(site.path("bundle").join(&name), &bytes).unwrap();
    (bytes, format!("{}{name}", routes::FILES))
}

#[test]
fn a_file_of_many_chunks_comes_whole_and_in_parts() {
    let site = Site::new();
    let (bytes, path) = large(&site);
    let hub = site.hub();
    assert_eq!(hub.get(&path, "").body, bytes);
    for from in [0, 1, 131_071, 131_072, 500_000, 700_000] {
        let answer = hub.get(&path, &format!("range: bytes={from}-\r\n"));
        assert_eq!((answer.status, &answer.body[..]), (206, &bytes[from..]));
        let range = format!("bytes {from}-700000/700001");
        assert_eq!(answer.header("content-range"), Some(range.as_str()));
    }
    let answer = hub.get(&path, "range: bytes=10-19\r\n");
    assert_eq!((answer.status, &answer.body[..]), (206, &bytes[10..20]));
}

#[test]
fn a_range_outside_the_file_is_refused() {
    let site = Site::new();
    let (_, path) = large(&site);
    let hub = site.hub();
    for range in ["700001-", "9-8", "-5", "0-1,4-5", "x-"] {
        let answer = hub.get(&path, &format!("range: bytes={range}\r\n"));
        assert_eq!(answer.refusal(), (416, "bad_range".to_owned()), "{range}");
        assert_eq!(answer.header("content-range"), Some("bytes */700001"));
    }
}

#[test]
fn a_question_without_a_body_is_answered_without_one() {
    let site = Site::new();
    let (bytes, path) = large(&site);
    let answer = site.hub().send("HEAD", &path);
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let length = bytes.len().to_string();
    assert_eq!(answer.header("content-length"), Some(length.as_str()));
}

#[test]
fn nothing_but_a_digest_reaches_the_file_system() {
    let site = Site::new();
    fs::create_dir(site.path("bundle").join("ab".repeat(32))).unwrap();
    let hub = site.hub();
    for name in [
        "../hub.key",
        "..%2fhub.key",
        "%2e%2e%2fhub.key",
        "....//hub.key",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "manifest",
        "",
        "%00",
        "%ff",
        &"0".repeat(63),
        &"0".repeat(65),
        &"0".repeat(64),
        &"ab".repeat(32),
        &format!("{}/..", "0".repeat(61)),
        &"+0".repeat(32),
    ] {
        let answer = hub.get(&format!("{}{name}", routes::FILES), "");
        assert!(
            matches!(answer.status, 400 | 404),
            "{name}: {}",
            answer.status
        );
        assert!(!answer.body.starts_with(b"gatepost secret"), "{name}");
    }
    let answer = hub.get(&format!("{}..%2fhub.key", routes::FILES), "");
    assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
}

#[test]
fn a_new_bundle_is_in_use_with_the_next_request() {
    let site = Site::new();
    let hub = site.hub();
    hub.get(routes::MANIFEST, "");
    let second = site.publish(2);
    assert_eq!(hub.get(routes::MANIFEST, "").body, second);
}

#[test]
fn a_broken_bundle_leaves_the_one_before_in_use() {
    let (site, device) = (Site::without_bundle(), Device::new(1, 2));
    let good = site.publish(1);
    let hub = site.hub();
    assert_eq!(hub.get(routes::MANIFEST, "").body, good);
    let mut broken = site.publish(2);
    let last = broken.len() - 1;
    broken[last] ^= 1;
    for manifest in [&broken[..], b"", &vec![0; 2 << 20]] {
        site.announce(manifest);
        assert_eq!(hub.get(routes::MANIFEST, "").body, good);
        assert_eq!(hub.acknowledged(&device.batch(0..2)).next_seq, 2);
    }
    fs::remove_file(site.path("bundle/manifest")).unwrap();
    assert_eq!(hub.get(routes::MANIFEST, "").body, good);
    let third = site.publish(3);
    assert_eq!(hub.get(routes::MANIFEST, "").body, third);
}

#[test]
fn a_bundle_that_lacks_a_file_is_not_announced() {
    let site = Site::new();
    for name in file_names(&site.path("bundle")) {
        if name != "manifest" {
            fs::write(site.path("bundle").join(name), b"other bytes").unwrap();
        }
    }
    assert_eq!(site.hub().get(routes::MANIFEST, "").status, 503);
}

#[test]
fn the_release_of_a_program_lies_beside_the_bundle_and_its_image_is_a_file_like_others() {
    let site = Site::new();
    let hub = site.hub();
    let image = Digest::of(b"image");
    std::fs::write(site.path("bundle/release-aarch64"), b"signed").unwrap();
    std::fs::write(site.path(&format!("bundle/{image}")), b"image").unwrap();
    let path = format!("{}aarch64", routes::PROGRAM);
    let answer = hub.get(&path, "");
    assert_eq!((answer.status, &answer.body[..]), (200, &b"signed"[..]));
    let tag = format!("if-none-match: {}\r\n", answer.header("etag").unwrap());
    assert_eq!(hub.get(&path, &tag).status, 304);
    assert_eq!(hub.get("/v1/program/armv7", "").status, 404);
    let rest = hub.get(&format!("{}{image}", routes::FILES), "range: bytes=2-\r\n");
    assert_eq!((rest.status, &rest.body[..]), (206, &b"age"[..]));
}
