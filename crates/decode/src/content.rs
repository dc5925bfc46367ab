//! What is read from a picture: the contents of codes, and where the codes are.

use serde::{Serialize, Serializer};

/// Longest content, in bytes, that is handed on. The largest QR code holds 2,953 bytes, each of
/// which may become three as UTF-8, or 7,089 digits, or less of all else.
pub const MAX_CONTENT_BYTES: usize = 3 * 2_953;
/// Most codes that are read from one picture.
pub const MAX_CODES: usize = 32;

/// What a code carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeContent {
    /// Text: in the character sets that the symbol announces, else by what the bytes are.
    Text(String),
    /// Anything else, as it stands in the symbol: no text, in a character set that is not known, or
    /// not valid in the one that is announced.
    Bytes(Vec<u8>),
}

impl CodeContent {
    /// The content, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Bytes(_) => None,
        }
    }

    /// The content as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// `{"text":"…"}` or `{"hex":"…"}`.
impl Serialize for CodeContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Text(text) => map.serialize_entry("text", text)?,
            Self::Bytes(bytes) => {
                map.serialize_entry("hex", &data_encoding::HEXLOWER.encode(bytes))?;
            }
        }
        map.end()
    }
}

/// One code in a picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecodedCode {
    /// What it carries.
    #[serde(flatten)]
    pub content: CodeContent,
    /// Where it is, in pixels of the picture (x, y): the code's own top left corner, then its top
    /// right, bottom right and bottom left; in a mirrored one the second and the last change
    /// places. May lie a little outside the picture.
    pub corners: [(f32, f32); 4],
}

impl DecodedCode {
    /// Whether a place in the picture lies in the code, mirrored or not.
    pub(crate) fn covers(&self, (x, y): (f32, f32)) -> bool {
        let side = |i: usize| {
            let ((ax, ay), (bx, by)) = (self.corners[i], self.corners[(i + 1) % 4]);
            (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        };
        let sides = [0, 1, 2, 3].map(side);
        sides.iter().all(|&side| side >= 0.0) || sides.iter().all(|&side| side <= 0.0)
    }
}

/// Each content once, from top to bottom.
pub(crate) fn once_each(codes: Vec<DecodedCode>) -> Vec<DecodedCode> {
    let mut once: Vec<DecodedCode> = Vec::new();
    for code in codes {
        if once.len() < MAX_CODES && once.iter().all(|known| known.content != code.content) {
            once.push(code);
        }
    }
    once.sort_by(|a, b| {
        let place = |c: &DecodedCode| c.corners[0];
        (place(a).1.total_cmp(&place(b).1)).then(place(a).0.total_cmp(&place(b).0))
    });
    once
}
