//! Marks each answer to a device for the request that it is to, so that the device knows it from
//! that of another server at this address.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use gatepost_protocol::{
    HubAnswer, RefusalReason, RequestNonce,
    hub_answer::{MARK, NONCE},
};

/// Adds the mark to the answer of a request that has a nonce.
pub(crate) async fn add(request: Request, next: Next) -> Response {
    let nonce = request.headers().get(NONCE);
    let nonce = nonce.and_then(|nonce| RequestNonce::parse(nonce.to_str().ok()?));
    let mut answer = next.run(request).await;
    let Some(nonce) = nonce else {
        return answer;
    };
    let said = match answer.extensions().get::<RefusalReason>() {
        Some(reason) => HubAnswer::Refused(*reason),
        None => HubAnswer::Done,
    };
    let mark = nonce.mark(answer.status().as_u16(), said);
    if let Ok(mark) = HeaderValue::try_from(mark) {
        answer.headers_mut().insert(MARK, mark);
    }
    // A cache on the way must not give it to another request. What may be cached says so itself,
    // and is signed or named by its digest.
    let caching = answer.headers_mut().entry(header::CACHE_CONTROL);
    caching.or_insert(HeaderValue::from_static("no-store"));
    answer
}
