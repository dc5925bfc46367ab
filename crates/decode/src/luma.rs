//! The grey picture that is read, as a view of somebody else's pixels.

/// Shortest side, in pixels, that can hold a QR code: its smallest version has 21 modules.
pub(crate) const MIN_SIDE: usize = 21;

/// A view of a grey picture: rows from the top, one byte per pixel, 0 is black.
#[derive(Clone, Copy, Debug)]
pub struct Luma<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: &'a [u8],
}

impl<'a> Luma<'a> {
    /// A view of `width` x `height` pixels; `None` if a side is 0 or `pixels` are too few.
    pub fn new(width: u32, height: u32, pixels: &'a [u8]) -> Option<Self> {
        let (width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
        let pixels = pixels.get(..width.checked_mul(height)?)?;
        (!pixels.is_empty()).then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// A view of as many whole rows of `width` pixels as `pixels` holds. It may be empty, and an
    /// empty picture has no codes.
    pub fn from_rows(width: usize, pixels: &'a [u8]) -> Self {
        let height = pixels.len().checked_div(width).unwrap_or(0);
        Self {
            width,
            height,
            pixels: &pixels[..width * height],
        }
    }

    /// Whether not even the smallest code fits into the picture.
    pub(crate) fn is_too_small(self) -> bool {
        self.width.min(self.height) < MIN_SIDE
    }
}
