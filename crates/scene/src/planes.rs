//! Light as the camera gathers it, before the sensor makes grey levels of it.

/// `N` planes of light, row by row.
pub(crate) type Planes<const N: usize> = [Vec<f32>; N];
