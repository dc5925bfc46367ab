//! What crosses the network padded: it comes off whole, however it arrives, or not at all.

use gatepost_protocol::padding::{ANSWER, STATUS, UPLOAD, Unpadder, pad, unpad};

use crate::feed::{Feed, seed};

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    let sizes: &[usize] = match feed.byte() % 3 {
        0 => &UPLOAD,
        1 => &ANSWER,
        _ => &STATUS,
    };
    let pieces = usize::from(feed.byte()) + 1;
    let bytes = match feed.byte() % 2 {
        // As it came: what is accepted is the one way to pad it.
        0 => feed.0.to_vec(),
        // The same, filled up to a size: the length in it is anything.
        _ => {
            let mut bytes = feed.0.to_vec();
            let size = sizes.iter().find(|size| **size >= bytes.len());
            bytes.resize(size.copied().unwrap_or(0), 0);
            bytes
        }
    };
    let whole = unpad(&bytes, sizes);
    let mut reader = Unpadder::default();
    let read = bytes
        .chunks(pieces)
        .try_for_each(|piece| reader.read(piece));
    assert_eq!(read.and_then(|()| reader.finish(sizes)), whole);
    if let Ok(content) = whole {
        // It may have been padded to a larger size than it needs.
        let again = pad(&content, sizes).unwrap();
        let same = bytes
            .get(..again.len())
            .is_some_and(|start| *start == again);
        assert!(same, "another way to pad it");
    }
    if let Ok(padded) = pad(feed.0, sizes) {
        assert_eq!(unpad(&padded, sizes).as_deref(), Ok(feed.0));
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let padded = |content: &[u8]| seed(1, &[&[3, 0], &pad(content, &ANSWER).unwrap()]);
    let filled = seed(1, &[&[3, 1, 7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]]);
    vec![padded(b""), padded(b"content"), filled]
}
