//! Places in a picture.

/// x and y, in pixels of the picture that a look works at.
pub(crate) type Point = (f64, f64);

/// The vector from one place to another.
pub(crate) fn vector(from: Point, to: Point) -> Point {
    (to.0 - from.0, to.1 - from.1)
}

/// The length of a vector. A square root is rounded the same on all machines, `hypot` is not.
pub(crate) fn length((x, y): Point) -> f64 {
    (x * x + y * y).sqrt()
}
