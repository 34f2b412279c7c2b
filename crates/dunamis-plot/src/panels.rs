//! Several figures side by side, lettered, with one color bar where they share a scale.

use crate::color::{ColorMap, ColorScale, Extent};
use crate::color_bar::ColorBar;
use crate::plot::{Drawing, text_size_for};
use crate::scene::{Frame, Node};
use crate::{Figure, Label, Plot, PlotError};

/// Several figures side by side, lettered (a), (b), …, with one color bar where they share a scale.
#[must_use]
pub struct Panels {
    figures: Vec<Figure>,
    columns: usize,
    shared: Option<(ColorMap, Option<ColorScale>, Label)>,
}

impl Panels {
    /// Lettered panels in one row.
    pub fn new(figures: impl IntoIterator<Item = Figure>) -> Self {
        let lettered = |(index, figure): (usize, Figure)| figure.lettered(Some(letter(index)));
        let figures: Vec<_> = figures.into_iter().enumerate().map(lettered).collect();
        Self { columns: figures.len().max(1), figures, shared: None }
    }

    /// Breaks the panels into rows of at most so many.
    pub fn columns(self, columns: usize) -> Self {
        Self { columns: columns.max(1), ..self }
    }

    /// Leaves the letters out.
    pub fn without_letters(self) -> Self {
        Self { figures: self.figures.into_iter().map(|figure| figure.lettered(None)).collect(), ..self }
    }

    /// Draws all panels over one color scale with one titled bar.
    pub fn shared_colors(self, colors: ColorMap, title: impl Into<Label>) -> Self {
        Self { shared: Some((colors, None, title.into())), ..self }
    }

    /// Draws all panels over a fixed color scale with one titled bar.
    pub fn shared_scale(self, scale: ColorScale, title: impl Into<Label>) -> Self {
        Self { shared: Some((scale.map(), Some(scale), title.into())), ..self }
    }
}

/// `(a)`, `(b)`, …, `(z)`, `(aa)`, …
fn letter(index: usize) -> String {
    let mut letters = String::new();
    let mut rest = index + 1;
    while rest > 0 {
        letters.insert(0, char::from(b'a' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("({letters})")
}

impl Plot for Panels {
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        let mut union: Option<Extent> = None;
        for panel in &self.figures {
            let extent = panel.color_extent()?;
            union = match (union, extent) {
                (Some(a), Some(b)) => Some(a.union(b)?),
                (a, b) => a.or(b),
            };
        }
        Ok(union)
    }

    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        if self.figures.is_empty() {
            return Err(PlotError::Empty { plot: "panels", what: "figures" });
        }
        let own = match &self.shared {
            Some((map, scale, title)) => {
                let scale = match scale {
                    Some(scale) => Some(*scale),
                    None => self.color_extent()?.map(|extent| ColorScale::new(*map, extent)),
                };
                scale.map(|scale| (scale, title.clone()))
            }
            None => None,
        };
        let scale = shared.or(own.as_ref().map(|(scale, _)| *scale));
        let drawings = self.figures.iter().map(|panel| panel.draw(scale)).collect::<Result<Vec<_>, _>>()?;
        // What stands left and right of the frames' left edges, which line up within a column.
        let mut columns = vec![(0.0_f64, 0.0_f64); self.columns.min(drawings.len())];
        for (index, drawing) in drawings.iter().enumerate() {
            let (left, right) = &mut columns[index % self.columns];
            *left = left.max(drawing.frame.x.ceil());
            *right = right.max((drawing.width - drawing.frame.x).ceil());
        }
        let widest = columns.iter().map(|(left, right)| left + right).sum();
        let text_size = drawings.iter().map(|d| d.text_size).fold(text_size_for(widest), f64::max);
        let gap = (2.2 * text_size).round();

        let mut nodes = Vec::new();
        let mut frame: Option<Frame> = None;
        let (mut width, mut top) = (0.0_f64, 0.0);
        let descriptions: Vec<String> = drawings
            .iter()
            .enumerate()
            .map(|(index, drawing)| format!("{} {}: {}", letter(index), drawing.title, drawing.description))
            .collect();
        for row in drawings.chunks(self.columns) {
            // The frames of a row begin at one height, whatever stands above them.
            let above = row.iter().map(|d| d.frame.y).fold(0.0, f64::max);
            let below = row.iter().map(|d| d.height - d.frame.y).fold(0.0, f64::max);
            let mut x = 0.0;
            for (drawing, (left, right)) in row.iter().zip(&columns) {
                let by = (x + left - drawing.frame.x, top + above - drawing.frame.y);
                let placed = drawing.frame.moved(by);
                frame = Some(frame.map_or(placed, |all| {
                    let (left, top) = (all.x.min(placed.x), all.y.min(placed.y));
                    let (right, bottom) = (all.right().max(placed.right()), all.bottom().max(placed.bottom()));
                    Frame { x: left, y: top, width: right - left, height: bottom - top }
                }));
                nodes.push(Node::group(by, drawing.nodes.clone()));
                x += left + right + gap;
            }
            width = width.max(x - gap);
            top += (above + below).ceil() + gap;
        }
        let frame = frame.unwrap_or_default();
        if let (None, Some((scale, title))) = (shared, own) {
            let bar = ColorBar { scale, title: Some(title).filter(|title| !title.is_empty()), text_size };
            let x = width + (1.2 * text_size).round();
            nodes.extend(bar.nodes(x, frame.y, frame.height));
            width = x + bar.width(frame.height);
        }
        Ok(Drawing {
            width,
            height: top - gap,
            frame,
            text_size,
            title: "panels".to_owned(),
            description: descriptions.join(" "),
            nodes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grid, HeatMap};

    fn map(value: f64) -> Figure {
        HeatMap::new(Grid::from_fn(1, 1, |_, _| Some(value)).unwrap()).figure().title("cell")
    }

    #[test]
    fn letters_run_past_the_alphabet() {
        assert_eq!([0, 1, 25, 26, 52].map(letter), ["(a)", "(b)", "(z)", "(aa)", "(ba)"]);
    }

    #[test]
    fn a_shared_scale_has_one_bar_and_spans_all_panels() {
        let svg = Panels::new([map(0.0), map(1.0)]).shared_colors(ColorMap::Viridis, "POWER").scene().unwrap().to_svg();
        assert_eq!(svg.matches("url(#").count(), 1);
        assert!(
            svg.contains(&ColorMap::Viridis.at(0.0).to_string())
                && svg.contains(&ColorMap::Viridis.at(1.0).to_string())
        );
        let apart = Panels::new([map(0.0), map(1.0)]).scene().unwrap().to_svg();
        assert_eq!(apart.matches("url(#").count(), 2);
    }

    #[test]
    fn frames_of_a_row_begin_at_one_height() {
        let tall = map(0.5).legend("a sentence between title and plot that takes more than a line");
        insta::assert_snapshot!(
            Panels::new([tall, map(0.25)]).shared_colors(ColorMap::Grays, "").scene().unwrap().to_svg()
        );
    }

    #[test]
    fn no_panels_is_an_error() {
        insta::assert_snapshot!(Panels::new([]).scene().unwrap_err(), @"panels has no figures; give at least one");
    }
}
