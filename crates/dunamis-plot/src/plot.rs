//! What every plot can do: say which values it colors, draw itself, become a figure or a scene.

use crate::color::{ColorScale, Extent};
use crate::scene::{Frame, Node, Scene};
use crate::{Figure, PlotError};

/// Paper around a figure, in pixels.
const MARGIN: f64 = 16.0;

/// A plot drawn with its top left corner at the origin and no paper around it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawing {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// The rectangle that holds the data; titles are centered over it and neighbors aligned to it.
    pub frame: Frame,
    /// Font size in pixels that suits the drawing's size, for titles and captions around it.
    pub text_size: f64,
    /// Short name, for screen readers.
    pub title: String,
    /// What there is to see, for screen readers.
    pub description: String,
    /// What is drawn, back to front.
    pub nodes: Vec<Node>,
}

impl Drawing {
    /// The drawing on white paper with an even margin.
    pub fn into_scene(self) -> Scene {
        Scene {
            width: (self.width + 2.0 * MARGIN).ceil(),
            height: (self.height + 2.0 * MARGIN).ceil(),
            title: self.title,
            description: self.description,
            nodes: vec![Node::group((MARGIN, MARGIN), self.nodes)],
        }
    }
}

/// Anything that can be drawn alone, as the body of a [`Figure`], or beside others in [`Panels`](crate::Panels).
pub trait Plot {
    /// The extent of the values that the plot shows in color, or `None` where it shows none.
    ///
    /// # Errors
    ///
    /// Those of [`draw`](Self::draw).
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        Ok(None)
    }

    /// Draws the plot.
    ///
    /// With `shared`, colors are read from that scale and no color bar is drawn: whoever shares the scale draws the bar.
    ///
    /// # Errors
    ///
    /// A [`PlotError`] that names what cannot be drawn.
    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError>;

    /// The plot as a picture of its own.
    ///
    /// # Errors
    ///
    /// Those of [`draw`](Self::draw).
    fn scene(&self) -> Result<Scene, PlotError> {
        Ok(self.draw(None)?.into_scene())
    }

    /// The plot as the body of a figure, ready for a title and a caption.
    fn figure(self) -> Figure
    where
        Self: Sized + 'static,
    {
        Figure::new(self)
    }
}

/// Font size for the ticks and titles of a picture `width` pixels wide, which will be shown shrunk to a page.
pub(crate) fn text_size_for(width: f64) -> f64 {
    (12.0 * width / 900.0).clamp(12.0, 30.0).round()
}

/// `1 row`, `2 rows`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
