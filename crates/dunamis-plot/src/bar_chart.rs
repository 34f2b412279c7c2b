//! Named numbers with their errors, as bars.

use crate::axis::{Axis, Side, fixed};
use crate::color::{Color, ColorScale, Extent, finite};
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Frame, Node, Stroke, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;
/// Height of a bar, and of a bar with the room about it.
const BAR: (f64, f64) = (13.0, 21.0);

/// A named number with its error.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Bar {
    label: Label,
    value: f64,
    error: f64,
}

impl Bar {
    /// A number without an error.
    pub fn new(label: impl Into<Label>, value: f64) -> Self {
        Self { label: label.into(), value, error: 0.0 }
    }

    /// Draws whiskers of this length to both sides; none where it is not finite.
    pub fn error(self, error: f64) -> Self {
        Self { error: if error.is_finite() { error.abs() } else { 0.0 }, ..self }
    }
}

/// Named numbers with their errors, one bar below the other, beginning at zero.
///
/// ```
/// use dunamis_plot::{Bar, BarChart, Plot};
///
/// let chart = BarChart::new(vec![Bar::new("start", 0.75).error(0.002), Bar::new("end", 0.5).error(0.003)]);
/// assert!(chart.value_title("POWER").scene()?.to_svg().contains("0.750"));
/// # Ok::<(), dunamis_plot::PlotError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct BarChart {
    bars: Vec<Bar>,
    title: Option<Label>,
    extent: Option<Extent>,
    decimals: usize,
    width: f64,
}

impl BarChart {
    /// Bars from top to bottom.
    pub fn new(bars: Vec<Bar>) -> Self {
        Self { bars, title: None, extent: None, decimals: 3, width: 360.0 }
    }

    /// Titles the axis of the values.
    pub fn value_title(self, title: impl Into<Label>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Fixes the range of the values, which is widened to hold zero.
    pub fn range(self, extent: Extent) -> Self {
        Self { extent: Some(extent), ..self }
    }

    /// Writes the values with so many decimals.
    pub fn decimals(self, decimals: usize) -> Self {
        Self { decimals, ..self }
    }
}

impl Plot for BarChart {
    fn draw(&self, _shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        for (index, bar) in self.bars.iter().enumerate() {
            finite(bar.value, || format!("value of bar {index}"))?;
        }
        let reached = self.bars.iter().flat_map(|bar| [bar.value - bar.error, bar.value + bar.error]);
        let reached = Extent::of(reached)?.ok_or(PlotError::Empty { plot: "bar chart", what: "bars" })?;
        let extent = self.extent.unwrap_or(reached);
        let (low, high) = (extent.low().min(0.0), extent.high().max(0.0));
        // Whiskers end short of the frame.
        let room = if self.extent.is_some() { 0.0 } else { 0.03 };
        let extent = Extent::new(low * (1.0 + room), high * (1.0 + room))?.widened();
        let labels: Vec<Label> = self.bars.iter().map(|bar| bar.label.clone()).collect();
        let height = self.bars.len() as f64 * BAR.1;
        let left = Axis::of_cells(Side::Left, TEXT_SIZE, &labels, BAR.1, 0.0, None).unmarked();
        let bottom = Axis::of_numbers(Side::Bottom, TEXT_SIZE, extent, self.width, self.title.as_ref());
        let x = left.reach().max(bottom.overhang(self.width).0.ceil());
        let frame = Frame { x, y: 1.0, width: self.width, height };
        let place = |value: f64| frame.x + frame.width * extent.position(value).clamp(0.0, 1.0);
        let stroke = Stroke::new(Color::INK, 1.3);
        let mut nodes = Vec::new();
        let mut reach = bottom.overhang(self.width).1.max(1.0);
        for (index, bar) in self.bars.iter().enumerate() {
            let y = frame.y + (index as f64 + 0.5) * BAR.1;
            let (from, to) = (place(bar.value.min(0.0)), place(bar.value.max(0.0)));
            let shape = Frame { x: from, y: y - BAR.0 / 2.0, width: to - from, height: BAR.0 };
            nodes.push(Node::crisp(vec![shape.drawn(Style::fill(Color::BLUE))]));
            if bar.error > 0.0 {
                let (low, high) = (place(bar.value - bar.error), place(bar.value + bar.error));
                nodes.push(Node::Line { from: (low, y), to: (high, y), stroke });
                for end in [low, high] {
                    nodes.push(Node::Line { from: (end, y - 3.5), to: (end, y + 3.5), stroke });
                }
            }
            let text = Label::plain(fixed(bar.value, self.decimals));
            reach = reach.max(8.0 + text.width(TEXT_SIZE));
            let text = Text::new((frame.right() + 8.0, y), TEXT_SIZE, text);
            nodes.push(text.aligned(Anchor::Start, Baseline::Middle).into());
        }
        let zero = place(0.0);
        nodes.push(Node::Line {
            from: (zero, frame.y),
            to: (zero, frame.bottom()),
            stroke: Stroke::new(Color::INK, 1.0),
        });
        nodes.push(frame.drawn(Style::stroke(Color::GRAY, 1.0)));
        nodes.extend(left.nodes(frame));
        nodes.extend(bottom.nodes(frame));
        Ok(Drawing {
            width: frame.right() + reach.ceil(),
            height: frame.bottom() + bottom.reach(),
            frame,
            text_size: TEXT_SIZE,
            title: "bar chart".to_owned(),
            description: format!("Bar chart of {}.", counted(self.bars.len(), "value")),
            nodes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_chart() {
        let chart =
            BarChart::new(vec![Bar::new("_s_{0}", 0.75).error(0.1), Bar::new("low", -0.25)]).value_title("POWER");
        insta::assert_snapshot!(chart.scene().unwrap().to_svg());
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        insta::assert_snapshot!(BarChart::new(vec![]).scene().unwrap_err(), @"bar chart has no bars; give at least one");
        let nan = BarChart::new(vec![Bar::new("s", f64::NAN)]).scene();
        insta::assert_snapshot!(nan.unwrap_err(), @"value of bar 0 is `NaN`; leave out what has no finite value");
    }
}
