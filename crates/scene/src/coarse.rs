//! Something soft over the whole picture: worked out on a coarse grid, blended in between.

/// `N` soft values at each pixel, worked out at every `STEP`th column and row.
pub(crate) struct Coarse<const N: usize, const STEP: usize> {
    columns: usize,
    points: Vec<[f32; N]>,
}

impl<const N: usize, const STEP: usize> Coarse<N, STEP> {
    /// `value` gives the values at a pixel of a picture of this size.
    pub(crate) fn new([width, height]: [u32; 2], value: impl Fn(usize, usize) -> [f32; N]) -> Self {
        let columns = width as usize / STEP + 2;
        let rows = height as usize / STEP + 2;
        let points = (0..columns * rows)
            .map(|index| value(index % columns * STEP, index / columns * STEP))
            .collect();
        Self { columns, points }
    }

    /// The values at each pixel of a row, and at a few beyond its end.
    pub(crate) fn row(&self, y: usize) -> Vec<[f32; N]> {
        let down = (y % STEP) as f32 / STEP as f32;
        let lines = self.points.get(y / STEP * self.columns..).unwrap_or(&[]);
        let (above, below) = lines.split_at(self.columns.min(lines.len()));
        let ends: Vec<[f32; N]> = above
            .iter()
            .zip(below)
            .map(|(above, below)| blend(above, below, down))
            .collect();
        ends.windows(2)
            .flat_map(|ends| {
                std::array::from_fn::<_, STEP, _>(|x| {
                    blend(&ends[0], &ends[1], x as f32 / STEP as f32)
                })
            })
            .collect()
    }
}

fn blend<const N: usize>(from: &[f32; N], to: &[f32; N], share: f32) -> [f32; N] {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}
