//! How often numbers fall into bins of equal width, one histogram alone or many laid out on a grid.

use crate::axis::{Axis, Side};
use crate::color::{Color, ColorScale, Extent, finite};
use crate::plot::{Drawing, counted, text_size_for};
use crate::scene::{Anchor, Baseline, Frame, Node, Stroke, Style, Text};
use crate::{Label, Plot, PlotError};

/// Counts in bins of equal width.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Bins {
    extent: Extent,
    counts: Vec<u64>,
    mean: Option<f64>,
}

impl Bins {
    /// Counts `values` in `number` bins over `extent`; the last bin holds its upper end.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without bins, [`PlotError::NotFinite`], [`PlotError::OutsideBins`].
    pub fn count(values: &[f64], extent: Extent, number: usize) -> Result<Self, PlotError> {
        if number == 0 {
            return Err(PlotError::Empty { plot: "histogram", what: "bins" });
        }
        let extent = extent.widened();
        let mut counts = vec![0; number];
        let mut sum = 0.0;
        for (index, &value) in values.iter().enumerate() {
            finite(value, || format!("value {index}"))?;
            counts[bin(extent, number, value)?] += 1;
            sum += value;
        }
        let mean = (!values.is_empty()).then(|| sum / values.len() as f64);
        Ok(Self { extent, counts, mean })
    }

    /// The values from the first bin to the last.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// How many values fell into each bin.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    fn greatest(&self) -> u64 {
        self.counts.iter().copied().max().unwrap_or(0)
    }
}

/// The bin of a value.
pub(crate) fn bin(extent: Extent, number: usize, value: f64) -> Result<usize, PlotError> {
    if !extent.contains(value) {
        return Err(PlotError::OutsideBins { value, low: extent.low(), high: extent.high() });
    }
    Ok(((extent.position(value) * number as f64) as usize).min(number - 1))
}

/// How counts become heights: in proportion, or by their logarithm.
#[derive(Debug, Clone, Copy)]
struct Heights {
    greatest: u64,
    log: bool,
}

impl Heights {
    /// Part of the full height, 0 to 1.
    fn of(self, count: u64) -> f64 {
        let top = self.greatest.max(1) as f64;
        match (count, self.log) {
            (0, _) => 0.0,
            (count, false) => count as f64 / top,
            // Half a count stands at the foot, so that a single one can be seen.
            (count, true) => (2.0 * count as f64).ln() / (2.0 * top).ln(),
        }
    }

    fn axis(self, size: f64, height: f64, title: Option<&Label>) -> Axis {
        let top = self.greatest.max(1);
        if self.log {
            let decades = (0..20).map(|power| 10_u64.pow(power)).take_while(|&count| count <= top);
            let every = (decades.clone().count() as f64 * 1.6 * size / height).ceil().max(1.0) as usize;
            let ticks = decades.enumerate().step_by(every).map(|(power, count)| {
                let label =
                    if count < 10_000 { Label::plain(count.to_string()) } else { format!("10^{{{power}}}").into() };
                (height * (1.0 - self.of(count)), label)
            });
            return Axis::of_places(Side::Left, size, ticks.collect(), title);
        }
        Axis::of_numbers(Side::Left, size, Extent::zero_to(top as f64), height, title)
    }
}

/// The bars of a histogram in a frame, with a line at the mean.
fn bars(bins: &Bins, heights: Heights, frame: Frame, color: Color, line: f64) -> Vec<Node> {
    let width = frame.width / bins.counts.len() as f64;
    let bar = |(index, &count): (usize, &u64)| {
        let height = heights.of(count) * frame.height;
        let bar = Frame { x: frame.x + index as f64 * width, y: frame.bottom() - height, width, height };
        bar.drawn(Style::fill(color))
    };
    let full = bins.counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut nodes = vec![Node::crisp(full.map(bar).collect())];
    if let Some(mean) = bins.mean {
        let x = frame.x + frame.width * bins.extent.position(mean);
        for (color, width) in [(Color::WHITE, 2.2 * line), (Color::RED, line)] {
            nodes.push(Node::Line { from: (x, frame.y), to: (x, frame.bottom()), stroke: Stroke::new(color, width) });
        }
    }
    nodes
}

/// How often numbers fall into bins of equal width; a red line stands at their mean.
///
/// ```
/// use dunamis_plot::{Bins, Extent, Histogram, Plot};
///
/// let bins = Bins::count(&[0.1, 0.15, 0.7], Extent::new(0.0, 1.0)?, 10)?;
/// let scene = Histogram::new(bins).axis_titles("POWER", "samples").scene()?;
/// assert!(scene.to_svg().starts_with("<svg"));
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Histogram {
    bins: Bins,
    log: bool,
    x_title: Option<Label>,
    y_title: Option<Label>,
    size: (f64, f64),
}

const TEXT_SIZE: f64 = 12.0;

impl Histogram {
    /// A histogram of some counts.
    pub fn new(bins: Bins) -> Self {
        Self { bins, log: false, x_title: None, y_title: None, size: (440.0, 280.0) }
    }

    /// Draws the logarithms of the counts.
    pub fn log_counts(self) -> Self {
        Self { log: true, ..self }
    }

    /// Titles the axes.
    pub fn axis_titles(self, x: impl Into<Label>, y: impl Into<Label>) -> Self {
        Self { x_title: Some(x.into()), y_title: Some(y.into()), ..self }
    }

    /// Width and height of the frame in pixels, 80 at least.
    pub fn frame_size(self, width: f64, height: f64) -> Self {
        let side = |side: f64| if side.is_finite() { side.max(80.0) } else { 80.0 };
        Self { size: (side(width), side(height)), ..self }
    }
}

impl Plot for Histogram {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let (width, height) = self.size;
        let heights = Heights { greatest: self.bins.greatest(), log: self.log };
        let left = heights.axis(TEXT_SIZE, height, self.y_title.as_ref());
        let bottom = Axis::of_numbers(Side::Bottom, TEXT_SIZE, self.bins.extent, width, self.x_title.as_ref());
        let x = left.reach().max(bottom.overhang(width).0.ceil());
        let frame = Frame { x, y: left.overhang(height).0.ceil().max(1.0), width, height };
        let mut nodes = bars(&self.bins, heights, frame, Color::BLUE, 2.0);
        nodes.push(frame.drawn(Style::stroke(Color::INK, 1.0)));
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        let total: u64 = self.bins.counts.iter().sum();
        Ok(Drawing {
            width: frame.right() + bottom.overhang(width).1.ceil().max(1.0),
            height: frame.bottom() + bottom.reach(),
            frame,
            text_size: TEXT_SIZE,
            title: "histogram".to_owned(),
            description: format!(
                "Histogram of {} in {}.",
                counted(total as usize, "value"),
                counted(self.bins.counts.len(), "bin")
            ),
            nodes,
        })
    }
}

/// Histograms on common axes, laid out on a grid; absent ones are left as paper.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct HistogramGrid {
    places: Vec<Vec<Option<(Label, Bins)>>>,
    columns: usize,
    extent: Extent,
    greatest: u64,
    log: bool,
    x_title: Option<Label>,
    y_title: Option<Label>,
}

impl HistogramGrid {
    /// Labelled histograms by row, top to bottom.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without histograms, [`PlotError::Ragged`] for rows of different lengths,
    /// [`PlotError::BinsDiffer`] for histograms over different bins.
    pub fn new(places: Vec<Vec<Option<(Label, Bins)>>>) -> Result<Self, PlotError> {
        let columns = places.first().map_or(0, Vec::len);
        if let Some((row, found)) = places.iter().map(Vec::len).enumerate().find(|(_, found)| *found != columns) {
            return Err(PlotError::Ragged { row, found, expected: columns });
        }
        let present = || places.iter().flatten().flatten().map(|(_, bins)| bins);
        let Some(first) = present().next() else {
            return Err(PlotError::Empty { plot: "histogram grid", what: "histograms" });
        };
        let same = |bins: &Bins| bins.extent == first.extent && bins.counts.len() == first.counts.len();
        if let Some(index) = present().position(|bins| !same(bins)) {
            return Err(PlotError::BinsDiffer { index });
        }
        let (extent, greatest) = (first.extent, present().map(Bins::greatest).max().unwrap_or(0));
        Ok(Self { places, columns, extent, greatest, log: false, x_title: None, y_title: None })
    }

    /// Draws the logarithms of the counts.
    pub fn log_counts(self) -> Self {
        Self { log: true, ..self }
    }

    /// Titles the axes.
    pub fn axis_titles(self, x: impl Into<Label>, y: impl Into<Label>) -> Self {
        Self { x_title: Some(x.into()), y_title: Some(y.into()), ..self }
    }
}

impl Plot for HistogramGrid {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        // Many histograms shrink, so that a large grid remains a picture.
        let width = (900.0 / self.columns as f64 - 10.0).clamp(44.0, 130.0);
        let height = (width * 0.62).round();
        let size = (width / 9.0).clamp(7.0, 12.0);
        let strip = (1.5 * size).round();
        let heights = Heights { greatest: self.greatest, log: self.log };
        // Titles belong to the whole, so the axes of single histograms have none.
        let left = heights.axis(size, height, None);
        let bottom = Axis::of_numbers(Side::Bottom, size, self.extent, width, None);
        let rows = self.places.len();
        // Ticks at the ends of neighboring axes keep apart.
        let (before, after) = bottom.overhang(width);
        let gap = (before + after + 0.7 * size).ceil().max(10.0);
        let all_width = self.columns as f64 * (width + gap) - gap;
        let below = 10.0 + strip;
        let all_height = rows as f64 * (height + below) - below;
        let text_size = text_size_for(all_width);
        let title_room = |title: &Option<Label>| if title.is_some() { 2.2 * text_size } else { 0.0 };
        let x = left.reach() + title_room(&self.y_title) + before.ceil();
        let frame = Frame { x, y: strip + 1.0, width: all_width, height: all_height };
        let place = |row: usize, column: usize| Frame {
            x: frame.x + column as f64 * (width + gap),
            y: frame.y + row as f64 * (height + below),
            width,
            height,
        };
        let mut nodes = Vec::new();
        for (row, places) in self.places.iter().enumerate() {
            for (column, (label, bins)) in places.iter().enumerate().filter_map(|(c, p)| Some((c, p.as_ref()?))) {
                let frame = place(row, column);
                nodes.extend(bars(bins, heights, frame, Color::BLUE, 1.2));
                nodes.push(frame.drawn(Style::stroke(Color::GRAY, 1.0)));
                let fitted = (width / label.width(1.0).max(1.0)).min(size);
                let text = Text::new((frame.center().0, frame.y - 0.35 * size), fitted, label);
                nodes.push(text.aligned(Anchor::Middle, Baseline::Alphabetic).colored(Color::SOFT_INK).into());
                // Ticks stand where a row begins and where a column ends.
                if places[..column].iter().all(Option::is_none) {
                    nodes.extend(left.nodes(frame));
                }
                if self.places[row + 1..].iter().all(|row| row[column].is_none()) {
                    nodes.extend(bottom.nodes(frame));
                }
            }
        }
        let (middle_x, middle_y) = frame.center();
        let foot = frame.bottom() + bottom.reach();
        if let Some(title) = &self.x_title {
            let text = Text::new((middle_x, foot + 0.9 * text_size), 1.1 * text_size, title);
            nodes.push(text.aligned(Anchor::Middle, Baseline::Top).into());
        }
        if let Some(title) = &self.y_title {
            let text = Text::new((1.1 * text_size, middle_y), 1.1 * text_size, title).rotated(-90.0);
            nodes.push(text.aligned(Anchor::Middle, Baseline::Alphabetic).into());
        }
        let count = self.places.iter().flatten().flatten().count();
        Ok(Drawing {
            width: frame.right() + bottom.overhang(width).1.ceil().max(1.0),
            height: (foot + title_room(&self.x_title)).ceil(),
            frame,
            text_size,
            title: "histograms".to_owned(),
            description: format!("{} on common axes.", counted(count, "histogram")),
            nodes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit() -> Extent {
        Extent::new(0.0, 1.0).unwrap()
    }

    #[test]
    fn a_small_histogram() {
        let bins = Bins::count(&[0.0, 0.1, 0.3, 0.35, 1.0], unit(), 4).unwrap();
        assert_eq!(bins.counts(), [2, 2, 0, 1]);
        let plot = Histogram::new(bins).axis_titles("_x_", "samples").frame_size(120.0, 90.0);
        insta::assert_snapshot!(plot.scene().unwrap().to_svg());
    }

    #[test]
    fn logarithms_keep_single_counts_visible() {
        let heights = Heights { greatest: 1_000, log: true };
        assert!(heights.of(1) > 0.05 && heights.of(0) == 0.0 && heights.of(1_000) == 1.0);
        let bins = Bins::count(&[[0.05; 1_000].as_slice(), &[0.9]].concat(), unit(), 10).unwrap();
        let svg = Histogram::new(bins).log_counts().scene().unwrap().to_svg();
        for tick in [">1<", ">10<", ">100<", ">1000<"] {
            assert!(svg.contains(tick), "{tick}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        insta::assert_snapshot!(Bins::count(&[1.5], unit(), 4).unwrap_err(), @"value `1.5` is outside the bins from `0` to `1`; choose bins that hold all values");
        insta::assert_snapshot!(Bins::count(&[0.5], unit(), 0).unwrap_err(), @"histogram has no bins; give at least one");
        insta::assert_snapshot!(Bins::count(&[f64::NAN], unit(), 4).unwrap_err(), @"value 0 is `NaN`; leave out what has no finite value");
        let place = |number| Some((Label::plain("s"), Bins::count(&[0.5], unit(), number).unwrap()));
        insta::assert_snapshot!(HistogramGrid::new(vec![vec![place(3), place(4)]]).unwrap_err(), @"histogram 1 has other bins than histogram 0; count all values in the same bins");
        insta::assert_snapshot!(HistogramGrid::new(vec![vec![None]]).unwrap_err(), @"histogram grid has no histograms; give at least one");
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once_and_in_its_bin(values in prop::collection::vec(-3.0..7.0_f64, 0..50), number in 1..40_usize) {
            let extent = Extent::new(-3.0, 7.0).unwrap();
            let bins = Bins::count(&values, extent, number).unwrap();
            prop_assert_eq!(bins.counts().iter().sum::<u64>(), values.len() as u64);
            for (index, &count) in bins.counts().iter().enumerate() {
                let edge = |index: usize| -3.0 + 10.0 * index as f64 / number as f64;
                let inside = values.iter().filter(|v| **v > edge(index) + 1e-9 && **v < edge(index + 1) - 1e-9).count();
                let around = values.iter().filter(|v| **v > edge(index) - 1e-9 && **v < edge(index + 1) + 1e-9).count();
                prop_assert!((inside as u64..=around as u64).contains(&count));
            }
        }
    }
}
