//! Places in a picture.

/// x and y, in pixels of the picture that a look works at.
pub(crate) type Point = (f64, f64);

/// The length of a vector. A square root is rounded the same on all machines, `hypot` is not.
pub(crate) fn length((x, y): Point) -> f64 {
    (x * x + y * y).sqrt()
}
