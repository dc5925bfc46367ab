//! Bad input at every address: a 4xx with a reason that programs can read.

use gatepost_pass::{OneTimeSecret, SecretKey, fixture::NOW};
use gatepost_protocol::{
    DeviceRequest, HubAnswer, RefusalReason, RequestNonce, TimeAnswer, TimeNonce, batch::MAX_BYTES,
    hub_answer, routes,
};

use crate::{
    fleet::{PASSWORD, fleet, log_in},
    support::{Answer, Device, Site, request, trust},
};

/// Method, path, headers, body, and the answer: status and code.
type Case<'a> = (&'a str, &'a str, &'a str, &'a [u8], u16, &'a str);

#[test]
fn bad_input_at_every_device_route_has_its_reason() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = site.hub();
    let batch = device.batch(0..2);
    let status = crate::limits::status(&device, 0);
    let (packed, large) = (
        zstd::encode_all(&batch[..], 0).unwrap(),
        vec![0; MAX_BYTES + 1],
    );
    let too_long = vec![0; (1 << 20) + 1];
    let bomb = zstd::encode_all(&vec![0; 32 << 20][..], 0).unwrap();
    let file = |name: &str| format!("{}{name}", routes::FILES);
    let (bad, dots, none) = (file("%ff"), file("..%2froot"), file(&"0".repeat(64)));
    let (zstd, gzip) = ("content-encoding: zstd\r\n", "content-encoding: gzip\r\n");
    let twice = "content-encoding: zstd\r\ncontent-encoding: zstd\r\n";
    let mut cases: Vec<Case> = vec![
        ("GET", &bad, "", b"", 400, "malformed"),
        ("GET", &dots, "", b"", 404, "not_found"),
        ("GET", &none, "", b"", 404, "not_found"),
        ("GET", routes::REVOKED, "", b"", 404, "not_found"),
        ("GET", "/v1/program/aarch64", "", b"", 404, "not_found"),
        ("GET", "/v1/program/..%2frevoked", "", b"", 404, "not_found"),
        ("GET", "/v1/program/%ff", "", b"", 400, "malformed"),
        ("GET", "/fleet", "", b"", 404, "not_found"),
        ("GET", "/metrics", "", b"", 404, "not_found"),
        ("GET", "/%00%ff", "", b"", 404, "not_found"),
        ("POST", routes::STATUS, "", &batch, 400, "malformed"),
        ("POST", routes::BATCHES, "", &status, 400, "malformed"),
    ];
    for padded in [routes::UPLOADS, routes::STATUS] {
        cases.extend([
            ("POST", padded, "", &b""[..], 400, "malformed"),
            ("POST", padded, "", &[0xff; 4096], 400, "malformed"),
            ("POST", padded, "", &batch, 400, "malformed"),
            ("POST", padded, "", &too_long, 413, "too_large"),
            ("POST", padded, gzip, &packed, 415, "encoding"),
            ("POST", padded, zstd, &packed, 415, "encoding"),
        ]);
    }
    {
        let upload = routes::BATCHES;
        cases.extend([
            ("POST", upload, "", &b""[..], 400, "malformed"),
            (
                "POST",
                upload,
                "",
                b"\xff\xff\xff\xff\xff\xff",
                400,
                "malformed",
            ),
            ("POST", upload, "", &large, 413, "too_large"),
            ("POST", upload, gzip, &packed, 415, "encoding"),
            ("POST", upload, twice, &packed, 415, "encoding"),
            ("POST", upload, zstd, &batch, 400, "malformed"),
            (
                "POST",
                upload,
                zstd,
                &packed[..packed.len() / 2],
                400,
                "malformed",
            ),
            ("POST", upload, zstd, &bomb, 413, "too_large"),
            ("POST", upload, "", &packed, 400, "malformed"),
        ]);
    }
    for path in [routes::MANIFEST, routes::HEALTH, routes::REVOKED, &none] {
        cases.push(("POST", path, "", b"x", 405, "method"));
        cases.push(("DELETE", path, "", b"", 405, "method"));
    }
    for question in [&b""[..], &[7; 31], &[7; 33], &large] {
        cases.push(("POST", routes::TIME, "", question, 400, "malformed"));
    }
    for path in [
        routes::UPLOADS,
        routes::BATCHES,
        routes::STATUS,
        routes::TIME,
    ] {
        cases.push(("GET", path, "", b"", 405, "method"));
        cases.push(("PUT", path, "", &batch, 405, "method"));
    }
    for (method, path, headers, body, status, code) in cases {
        let answer = request(hub.address, method, path, headers, body).unwrap();
        let (size, said) = (body.len(), answer.refusal());
        assert_eq!(
            said,
            (status, code.to_owned()),
            "{method} {path} {headers} {size} bytes"
        );
    }
    assert_eq!(site.summary(), "0 passages from 0 devices, 0 findings");
    assert_eq!(hub.post_with(zstd, &packed).receipt().next_seq, 2);
}

#[test]
fn the_time_is_signed_for_the_question_that_was_asked_and_kept_by_nobody() {
    let site = Site::new();
    let hub = site.hub();
    for nonce in [[1; 32], [2; 32]] {
        let answer = request(hub.address, "POST", routes::TIME, "", &nonce).unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let verified = |nonce| TimeAnswer::verify(&answer.body, &trust(), &TimeNonce(nonce));
        assert_eq!(verified(nonce), Ok(NOW));
        assert!(verified([3; 32]).is_err());
    }
}

#[test]
fn every_answer_to_a_device_has_a_mark_for_its_own_request() {
    let (site, device) = (Site::new(), Device::new(1, 2));
    let hub = site.hub();
    let refused = HubAnswer::Refused;
    let cases = [
        ("GET", routes::MANIFEST, &b""[..], HubAnswer::Done),
        ("GET", routes::HEALTH, b"", HubAnswer::Done),
        (
            "POST",
            routes::BATCHES,
            &device.batch(0..2),
            HubAnswer::Done,
        ),
        (
            "POST",
            routes::BATCHES,
            b"x",
            refused(RefusalReason::Malformed),
        ),
        ("GET", routes::BATCHES, b"", refused(RefusalReason::Method)),
        ("GET", "/", b"", refused(RefusalReason::NotFound)),
    ];
    for (n, (method, path, body, said)) in (0..).zip(cases) {
        let nonce = RequestNonce([n; 16]);
        let header = format!("{}: {nonce}\r\n", hub_answer::NONCE);
        let answer = request(hub.address, method, path, &header, body).unwrap();
        let mark = answer.header(hub_answer::MARK).unwrap();
        let read = nonce.read_mark(answer.status, mark);
        assert_eq!(read, Some(said), "{method} {path}: {mark}");
        // No cache on the way gives it to the next request without asking.
        let caching = answer.header("cache-control").unwrap();
        assert!(["no-store", "no-cache"].contains(&caching), "{caching}");
        for header in ["", "gatepost-nonce: 07\r\n", "gatepost-nonce: \u{ff}\r\n"] {
            let answer = request(hub.address, method, path, header, body).unwrap();
            assert_eq!(answer.header(hub_answer::MARK), None, "{method} {path}");
        }
    }
}

#[test]
fn bad_input_at_the_routes_of_enrolment_has_its_reason() {
    let site = Site::new();
    let key = SecretKey::from_seed(&[1; 32]);
    let name = || "gate".try_into().unwrap();
    let good = DeviceRequest::sign_by(name(), &key, &OneTimeSecret([1; 16]));
    let vouched = DeviceRequest::sign(name(), &key);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let large = vec![0; DeviceRequest::MAX + 1];
    let ask = routes::ENROLMENTS;
    let of = |device: &str| format!("{ask}/{device}");
    let (bytes, dots, none) = (of("%ff"), of("..%2frequests"), of(&"0".repeat(32)));
    let cases: Vec<Case> = vec![
        ("POST", ask, "", b"", 400, "malformed"),
        ("POST", ask, "", &good[1..], 400, "malformed"),
        ("POST", ask, "", &forged, 403, "signature"),
        ("POST", ask, "", &vouched, 403, "code"),
        ("POST", ask, "", &large, 413, "too_large"),
        (
            "POST",
            ask,
            "content-encoding: gzip\r\n",
            &good,
            415,
            "encoding",
        ),
        ("GET", ask, "", b"", 405, "method"),
        ("GET", &bytes, "", b"", 400, "malformed"),
        ("GET", &dots, "", b"", 404, "not_found"),
        ("GET", &none, "", b"", 404, "not_found"),
        ("POST", &none, "", &good, 405, "method"),
    ];
    let hub = site.hub_that_enrols();
    for (method, path, headers, body, status, code) in cases {
        let answer = request(hub.address, method, path, headers, body).unwrap();
        let said = answer.refusal();
        assert_eq!(said, (status, code.to_owned()), "{method} {path} {headers}");
    }
    let waiting = || {
        std::fs::read_dir(site.path("enrol/requests"))
            .unwrap()
            .count()
    };
    assert_eq!(waiting(), 0);
    let taken = request(hub.address, "POST", ask, "", &good).unwrap();
    assert_eq!((taken.status, waiting()), (204, 1));
    drop(hub);
    // A hub that enrols nobody has no such address.
    let answer = request(site.hub().address, "POST", ask, "", &good).unwrap();
    assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
}

#[test]
fn bad_input_at_every_operator_route_has_its_reason() {
    let site = Site::new();
    let hub = site.hub_with(
        site.location.open().unwrap(),
        crate::limits::wide(),
        Some(fleet()),
    );
    let session = log_in(&hub);
    let cookie = session.header();
    let form = |body: &str| {
        (
            format!("{cookie}content-type: application/x-www-form-urlencoded\r\n"),
            body.to_owned(),
        )
    };
    let (plain, long) = (form(""), "a".repeat(9000));
    let token = &session.form_token;
    let device = "00".repeat(16);
    let forms: [(&str, &str, (String, String)); 16] = [
        ("GET", "/fleet?page=-1", form("")),
        ("GET", "/fleet?page=x", form("")),
        ("GET", "/fleet/findings?page=99999999", form("")),
        ("GET", "/fleet/revoke", form("")),
        ("GET", "/fleet/revoke?device=%ff", form("")),
        ("GET", "/fleet/revoke?device=%3Cscript%3E", form("")),
        ("POST", "/fleet/revoke", form("")),
        (
            "POST",
            "/fleet/revoke",
            form(&format!("token=0&device={device}")),
        ),
        (
            "POST",
            "/fleet/revoke",
            form(&format!("token={token}&device=zz")),
        ),
        (
            "POST",
            "/fleet/revoke",
            (cookie.clone(), format!("token={token}&device={device}")),
        ),
        ("POST", "/fleet/pause", form("minutes=15")),
        ("POST", "/fleet/pause", form("token=&minutes=15")),
        (
            "POST",
            "/fleet/pause",
            form(&format!("token={token}&minutes=999")),
        ),
        ("POST", "/fleet/logout", form("token=x")),
        ("POST", "/fleet/login", form("name=ada")),
        (
            "POST",
            "/fleet/login",
            form(&format!("name=ada&password={long}")),
        ),
    ];
    let logins = [
        form("name=ada&password=wrong"),
        form(&format!("name=eve&password={PASSWORD}")),
    ];
    let logins = logins.map(|form| ("POST", "/fleet/login", form, (403, "login")));
    let forms = forms.map(|(method, path, form)| (method, path, form, (400, "form")));
    for (method, path, (headers, body), (status, code)) in forms.into_iter().chain(logins) {
        let answer = hub.operator(method, path, &headers, &body);
        let said = (
            answer.status,
            answer.header("gatepost-error").unwrap_or("none").to_owned(),
        );
        assert_eq!(
            said,
            (status, code.to_owned()),
            "{method} {path} {body:.60}"
        );
    }
    for (method, path) in [
        ("GET", "/nothing"),
        ("GET", "/fleet/../x"),
        ("GET", "/v1/batches"),
    ] {
        let answer = hub.operator(method, path, &plain.0, "");
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{path}");
    }
    let answer: Answer = hub.operator("DELETE", "/fleet", &plain.0, "");
    assert_eq!(answer.refusal(), (405, "method".to_owned()));
    // Still logged in, and nothing was done.
    let page = hub.operator("GET", "/fleet", &cookie, "");
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("paused"));
}
