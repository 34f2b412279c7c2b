//! Where a frame of an animation stands among the values that are swept over.

use crate::color::{Color, Extent};
use crate::scene::{Anchor, Baseline, Node, Stroke, Style, Text};
use crate::{Label, PlotError};

/// A track with a knob: which of several values a frame shows.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Slider {
    texts: Vec<Label>,
    /// From 0 to 1.
    places: Vec<f64>,
    at: usize,
}

impl Slider {
    /// A slider at one of several numbers in ascending order; each comes with what is written for it, such as `_γ_ = 0.35`.
    ///
    /// Numbers stand on the track in proportion.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without numbers, or when there is none at `at`; [`PlotError::NotFinite`];
    /// [`PlotError::Backwards`] for numbers that do not ascend.
    pub fn new<L: Into<Label>>(values: impl IntoIterator<Item = (f64, L)>, at: usize) -> Result<Self, PlotError> {
        let (numbers, texts): (Vec<f64>, Vec<Label>) = values.into_iter().map(|(v, text)| (v, text.into())).unzip();
        if let Some(pair) = numbers.windows(2).find(|pair| pair[0] > pair[1]) {
            return Err(PlotError::Backwards { low: pair[0], high: pair[1] });
        }
        let extent = Extent::of(numbers.iter().copied())?;
        let Some(extent) = extent.filter(|_| at < numbers.len()) else {
            return Err(PlotError::Empty { plot: "slider", what: "value at its knob" });
        };
        Ok(Self { texts, places: numbers.into_iter().map(|number| extent.position(number)).collect(), at })
    }

    /// A slider over things that are no numbers, at equal distances.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without things, or when there is none at `at`.
    pub fn of_names<L: Into<Label>>(names: impl IntoIterator<Item = L>, at: usize) -> Result<Self, PlotError> {
        Self::new(names.into_iter().enumerate().map(|(index, name)| (index as f64, name)), at)
    }

    /// Height of a line with the slider.
    pub(crate) fn height(size: f64) -> f64 {
        (2.4 * size).ceil()
    }

    /// What is written, for screen readers.
    pub(crate) fn said(&self) -> String {
        format!("{}, frame {} of {}.", self.texts[self.at].plain_text(), self.at + 1, self.texts.len())
    }

    /// The slider in a line of its own between two places: the value at the left, the track, the number at the right.
    pub(crate) fn nodes(&self, (from, to): (f64, f64), top: f64, size: f64) -> Vec<Node> {
        let y = top + Self::height(size) / 2.0;
        let value_size = 1.15 * size;
        // As much room as the widest value needs, so that the track stands still.
        let room = self.texts.iter().map(|text| text.width(value_size)).fold(0.0, f64::max);
        let count = |at: usize| Label::plain(format!("{at} / {}", self.texts.len()));
        let count_room = count(self.texts.len()).width(0.9 * size);
        let (low, high) = (from + room + 1.4 * size, to - count_room - 1.2 * size);
        let mut nodes = Vec::new();
        let text = Text::new((from, y), value_size, &self.texts[self.at]);
        nodes.push(text.aligned(Anchor::Start, Baseline::Middle).into());
        if high - low > 2.0 * size {
            let place = |share: f64| low + share * (high - low);
            nodes.push(Node::Line { from: (low, y), to: (high, y), stroke: Stroke::new(Color::GRAY, 0.25 * size) });
            for &share in &self.places {
                let (x, half) = (place(share), 0.3 * size);
                nodes.push(Node::Line {
                    from: (x, y - half),
                    to: (x, y + half),
                    stroke: Stroke::new(Color::GRAY, 1.2),
                });
            }
            let center = (place(self.places[self.at]), y);
            let style = Style::fill(Color::BLUE).with_stroke(Color::WHITE, 1.5);
            nodes.push(Node::Circle { center, radius: 0.55 * size, style });
        }
        let text = Text::new((to, y), 0.9 * size, count(self.at + 1)).colored(Color::SOFT_INK);
        nodes.push(text.aligned(Anchor::End, Baseline::Middle).into());
        nodes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_named() {
        insta::assert_snapshot!(Slider::of_names(["a", "b"], 2).unwrap_err(), @"slider has no value at its knob; give at least one");
        insta::assert_snapshot!(Slider::new([(0.5, "a"), (0.25, "b")], 0).unwrap_err(), @"interval from `0.5` to `0.25` runs backwards; swap its ends");
    }

    #[test]
    fn the_track_stands_still_and_the_knob_moves_in_proportion() {
        let knob = |at: usize| {
            let slider = Slider::new([(0.0, "_γ_ = 0"), (0.25, "_γ_ = 0.25"), (1.0, "_γ_ = 1")], at).unwrap();
            let nodes = slider.nodes((0.0, 400.0), 0.0, 12.0);
            nodes.iter().find_map(|node| if let Node::Circle { center, .. } = node { Some(center.0) } else { None })
        };
        let [a, b, c] = [0, 1, 2].map(|at| knob(at).unwrap());
        assert!((b - a - 0.25 * (c - a)).abs() < 1e-9 && a < b && b < c);
    }
}
