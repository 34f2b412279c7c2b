//! How often pairs of numbers fall into rectangles of equal size.

use crate::axis::{Axis, Side};
use crate::color::{Color, ColorMap, ColorScale, Extent, finite};
use crate::color_bar::ColorBar;
use crate::histogram::bin;
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Frame, Node, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;

/// How often pairs of numbers fall into squares of equal size, in color; empty squares are left as paper.
///
/// ```
/// use dunamis_plot::{Extent, Histogram2d, Plot};
///
/// let unit = Extent::new(0.0, 1.0)?;
/// let plot = Histogram2d::count(&[(0.1, 0.2), (0.15, 0.2), (0.9, 0.8)], (unit, unit), 10)?;
/// assert!(plot.correlation().is_some_and(|correlation| correlation > 0.9));
/// let scene = plot.axis_titles("POWER at (0, 0)", "POWER at (0, 1)").scene()?;
/// # let _ = scene;
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Histogram2d {
    extents: (Extent, Extent),
    number: usize,
    /// Row by row from below.
    counts: Vec<u64>,
    correlation: Option<f64>,
    x_title: Option<Label>,
    y_title: Option<Label>,
    note: bool,
    log: bool,
    side: f64,
}

impl Histogram2d {
    /// Counts pairs in `number` by `number` rectangles over both extents.
    ///
    /// # Errors
    ///
    /// As for [`Bins::count`](crate::Bins::count).
    pub fn count(pairs: &[(f64, f64)], extents: (Extent, Extent), number: usize) -> Result<Self, PlotError> {
        if number == 0 {
            return Err(PlotError::Empty { plot: "histogram", what: "bins" });
        }
        let extents = (extents.0.widened(), extents.1.widened());
        let mut counts = vec![0; number * number];
        for (index, &(x, y)) in pairs.iter().enumerate() {
            finite(x, || format!("x of pair {index}"))?;
            finite(y, || format!("y of pair {index}"))?;
            counts[bin(extents.1, number, y)? * number + bin(extents.0, number, x)?] += 1;
        }
        let correlation = correlation(pairs);
        Ok(Self {
            extents,
            number,
            counts,
            correlation,
            x_title: None,
            y_title: None,
            note: true,
            log: false,
            side: 320.0,
        })
    }

    /// Titles the axes.
    pub fn axis_titles(self, x: impl Into<Label>, y: impl Into<Label>) -> Self {
        Self { x_title: Some(x.into()), y_title: Some(y.into()), ..self }
    }

    /// Colors by the logarithms of the counts.
    pub fn log_counts(self) -> Self {
        Self { log: true, ..self }
    }

    fn shade(&self, count: u64) -> f64 {
        if self.log { (count.max(1) as f64).log10() } else { count as f64 }
    }

    /// Leaves out the correlation above the frame, for plots that have it in their title.
    pub fn without_note(self) -> Self {
        Self { note: false, ..self }
    }

    /// The side of the frame in pixels, 80 at least.
    pub fn frame_side(self, side: f64) -> Self {
        Self { side: if side.is_finite() { side.max(80.0) } else { self.side }, ..self }
    }

    /// Pearson's correlation of the pairs, which is written above the frame; `None` where either number is constant.
    pub fn correlation(&self) -> Option<f64> {
        self.correlation
    }
}

fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0 / n, y + pair.1 / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for &(x, y) in pairs {
        let (x, y) = (x - mean.0, y - mean.1);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    // What is left of a constant after subtracting its mean is rounding.
    let rounding = |mean: f64| n * (mean * 1e-14).powi(2);
    (xx > rounding(mean.0) && yy > rounding(mean.1)).then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

impl Plot for Histogram2d {
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        let greatest = self.counts.iter().copied().max().unwrap_or(0);
        Ok((greatest > 0).then(|| Extent::zero_to(self.shade(greatest))))
    }

    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let scale = shared.or(self.color_extent()?.map(|extent| ColorScale::new(ColorMap::default(), extent)));
        let side = self.side;
        let left = Axis::of_numbers(Side::Left, TEXT_SIZE, self.extents.1, side, self.y_title.as_ref());
        let bottom = Axis::of_numbers(Side::Bottom, TEXT_SIZE, self.extents.0, side, self.x_title.as_ref());
        let strip = if self.note { 1.8 * TEXT_SIZE } else { 0.0 };
        let y = strip.max(left.overhang(side).0).ceil().max(1.0);
        let frame = Frame { x: left.reach().max(bottom.overhang(side).0.ceil()), y, width: side, height: side };
        let cell = side / self.number as f64;
        let mut squares = Vec::new();
        for (index, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let Some(scale) = scale else { continue };
            let (row, column) = (index / self.number, index % self.number);
            let at = (frame.x + column as f64 * cell, frame.bottom() - (row as f64 + 1.0) * cell);
            let square = Frame { x: at.0, y: at.1, width: cell, height: cell };
            squares.push(square.drawn(Style::fill(scale.color(self.shade(count))?)));
        }
        let mut nodes = vec![Node::crisp(squares), frame.drawn(Style::stroke(Color::INK, 1.0))];
        let said = match self.correlation {
            Some(correlation) => format!("correlation {}", crate::fixed(correlation, 3)),
            None => "correlation not defined".to_owned(),
        };
        if self.note {
            let text = Text::new((frame.right(), frame.y - 0.5 * TEXT_SIZE), TEXT_SIZE, Label::plain(said.clone()));
            nodes.push(text.aligned(Anchor::End, Baseline::Alphabetic).into());
        }
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let total: u64 = self.counts.iter().sum();
        let mut drawing = Drawing {
            width: frame.right() + bottom.overhang(side).1.ceil().max(1.0),
            height: frame.bottom() + bottom.reach(),
            frame,
            text_size: TEXT_SIZE,
            title: "two-dimensional histogram".to_owned(),
            description: format!("Histogram of {}; {said}.", counted(total as usize, "pair")),
            nodes,
        };
        if let (None, Some(scale)) = (shared, scale) {
            let bar = ColorBar {
                scale,
                title: Some(if self.log { "log_{10} samples" } else { "samples" }.into()),
                text_size: TEXT_SIZE,
            };
            let x = drawing.width.max(frame.right() + 18.0);
            drawing.nodes.extend(bar.nodes(x, frame.y, frame.height));
            drawing.width = x + bar.width(frame.height);
        }
        Ok(drawing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_histogram() {
        let unit = Extent::new(0.0, 1.0).unwrap();
        let plot = Histogram2d::count(&[(0.0, 0.0), (0.1, 0.2), (1.0, 1.0), (0.6, 0.4)], (unit, unit), 3).unwrap();
        let plot = plot.axis_titles("_x_", "_y_").frame_side(90.0);
        insta::assert_snapshot!(plot.scene().unwrap().to_svg());
    }

    #[test]
    fn logarithms_keep_single_counts_on_the_scale() {
        let unit = Extent::new(0.0, 1.0).unwrap();
        let plot =
            Histogram2d::count(&[[(0.1, 0.1); 100].as_slice(), &[(0.9, 0.9)]].concat(), (unit, unit), 2).unwrap();
        assert_eq!(plot.clone().log_counts().color_extent().unwrap().unwrap().high(), 2.0);
        assert!(plot.log_counts().scene().unwrap().to_svg().contains("samples"));
        let one = Histogram2d::count(&[(0.1, 0.1)], (unit, unit), 2).unwrap().log_counts();
        assert!(one.scene().is_ok());
    }

    #[test]
    fn constants_have_no_correlation() {
        let unit = Extent::new(0.0, 1.0).unwrap();
        let of = |pairs: &[(f64, f64)]| Histogram2d::count(pairs, (unit, unit), 3).unwrap().correlation();
        assert_eq!(of(&[(0.1, 0.5), (0.1, 0.7), (0.1, 0.2)]), None);
        assert_eq!(of(&[]), None);
        assert!((of(&[(0.1, 0.9), (0.2, 0.8), (0.4, 0.6)]).unwrap() + 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn correlation_ignores_scale(pairs in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 3..20), scale in 0.1..0.9_f64) {
            let unit = Extent::new(0.0, 1.0).unwrap();
            let of = |pairs: &[(f64, f64)]| Histogram2d::count(pairs, (unit, unit), 5).unwrap().correlation().unwrap();
            let shrunk: Vec<_> = pairs.iter().map(|&(x, y)| (x * scale, 1.0 - y)).collect();
            prop_assert!((of(&pairs) + of(&shrunk)).abs() < 1e-9);
        }
    }
}
