//! A plot with a title and a legend sentence above and a caption below.

use crate::color::{Color, ColorScale, Extent};
use crate::font::{CAP_HEIGHT, DESCENT};
use crate::plot::Drawing;
use crate::scene::{Anchor, Baseline, Node, Text};
use crate::slider::Slider;
use crate::{Label, Plot, PlotError};

/// Narrowest a figure of many words gets, so that captions of small plots have room.
const MIN_WIDTH: f64 = 240.0;
/// Distance of two lines of text, in units of the font size.
const LEADING: f64 = 1.45;

/// A plot with a title and a legend sentence above and a caption below, all wrapped to its width.
#[must_use]
pub struct Figure {
    body: Box<dyn Plot>,
    title: Option<Label>,
    legend: Option<Label>,
    caption: Option<Label>,
    letter: Option<Label>,
    slider: Option<Slider>,
}

impl Figure {
    /// A figure of `body` without words around it.
    pub fn new(body: impl Plot + 'static) -> Self {
        Self { body: Box::new(body), title: None, legend: None, caption: None, letter: None, slider: None }
    }

    /// Puts a title above the plot.
    pub fn title(self, title: impl Into<Label>) -> Self {
        Self { title: Some(title.into()), ..self }
    }

    /// Puts a sentence under the title that says how to read the plot.
    pub fn legend(self, legend: impl Into<Label>) -> Self {
        Self { legend: Some(legend.into()), ..self }
    }

    /// Puts a caption below the plot.
    pub fn caption(self, caption: impl Into<Label>) -> Self {
        Self { caption: Some(caption.into()), ..self }
    }

    /// Puts a slider between plot and caption, for a frame of an [`Animation`](crate::Animation).
    pub fn slider(self, slider: Slider) -> Self {
        Self { slider: Some(slider), ..self }
    }

    /// Puts a bold letter such as `(a)` before the title, which then begins at the plot's left edge; or takes it away.
    pub(crate) fn lettered(self, letter: Option<String>) -> Self {
        Self { letter: letter.map(|letter| Label::plain(letter).bold()), ..self }
    }

    fn heading(&self) -> Option<Label> {
        match (&self.letter, &self.title) {
            (Some(letter), Some(title)) => Some(letter.clone().followed_by(&Label::plain("  ")).followed_by(title)),
            (letter, title) => letter.clone().or_else(|| title.clone()),
        }
    }
}

impl Plot for Figure {
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        self.body.color_extent()
    }

    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let body = self.body.draw(shared)?;
        let size = body.text_size;
        let widest = [self.heading(), self.legend.clone(), self.caption.clone()];
        let widest = widest.iter().flatten().map(|label| label.width(size * 1.3)).fold(0.0, f64::max);
        // A word cannot be broken: a title that is one long name makes room for itself.
        let words = self.heading().map_or(Vec::new(), |heading| heading.wrap((size * 1.3).round(), 0.0));
        let longest = words.iter().map(|word| word.width((size * 1.3).round())).fold(0.0, f64::max);
        let width = body.width.max(widest.min(MIN_WIDTH)).max(longest).ceil();
        let shift = ((width - body.width) / 2.0).floor();
        let frame = body.frame.moved((shift, 0.0));
        let (anchor, x) =
            if self.letter.is_some() { (Anchor::Start, frame.x) } else { (Anchor::Middle, frame.center().0) };
        let mut nodes = Vec::new();
        let mut y = 0.0;
        let above = [(self.heading(), (size * 1.3).round(), Color::INK), (self.legend.clone(), size, Color::SOFT_INK)];
        for (label, size, color) in above {
            let Some(label) = label else { continue };
            for line in label.wrap(size, width) {
                // A line too long for its place over the frame moves just far enough to stay on the paper.
                let length = line.width(size);
                let x = match anchor {
                    Anchor::Middle => x.clamp(length / 2.0, (width - length / 2.0).max(length / 2.0)),
                    _ => x.min(width - length).max(0.0),
                };
                let text = Text::new((x, y), size, line).aligned(anchor, Baseline::Top).colored(color);
                nodes.push(Node::from(text));
                y += size * LEADING;
            }
        }
        if y > 0.0 {
            y = (y + size * 0.4).ceil();
        }
        nodes.push(Node::group((shift, y), body.nodes));
        let frame = frame.moved((0.0, y));
        let mut bottom = y + body.height;
        if let Some(slider) = &self.slider {
            bottom += (size * 0.8).round();
            // A track along a narrow plot would be too short to read.
            let track = if frame.width > 24.0 * size { (frame.x, frame.right()) } else { (0.0, width) };
            nodes.extend(slider.nodes(track, bottom, size));
            bottom += Slider::height(size);
        }
        if let Some(caption) = &self.caption {
            bottom += (size * 1.4).round();
            let lines = caption.wrap(size, width);
            for (index, line) in lines.into_iter().enumerate() {
                let at = (0.0, bottom + index as f64 * size * LEADING);
                nodes.push(Text::new(at, size, line).aligned(Anchor::Start, Baseline::Top).into());
            }
            let lines = caption.wrap(size, width).len();
            bottom += (lines - 1) as f64 * size * LEADING + size * (CAP_HEIGHT + DESCENT);
        }
        let said = [self.legend.as_ref(), self.caption.as_ref()].into_iter().flatten().map(Label::plain_text);
        let said = said.chain(self.slider.iter().map(Slider::said));
        Ok(Drawing {
            width,
            height: bottom.ceil(),
            frame,
            text_size: size,
            title: self.title.as_ref().map_or(body.title, Label::plain_text),
            description: std::iter::once(body.description).chain(said).collect::<Vec<_>>().join(" "),
            nodes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grid, HeatMap};

    #[test]
    fn words_surround_the_plot() {
        let grid = Grid::from_fn(1, 2, |_, c| Some(c as f64)).unwrap();
        let long = "A caption that is much longer than the plot is wide, and therefore stands on several lines.";
        let figure = HeatMap::new(grid).figure().title("POWER(_s_)").legend("One cell is one state.").caption(long);
        insta::assert_snapshot!(figure.scene().unwrap().to_svg());
    }
}
