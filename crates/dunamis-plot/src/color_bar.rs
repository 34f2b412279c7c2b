//! The bar that says which color stands for which value.

use crate::Label;
use crate::axis::{Axis, Side};
use crate::color::{Color, ColorScale};
use crate::scene::{Frame, Node, Paint, Style};

/// A vertical bar of a color scale with round ticks and a title.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorBar {
    /// The scale it explains.
    pub scale: ColorScale,
    /// What the values are.
    pub title: Option<Label>,
    /// Font size of the ticks in pixels.
    pub text_size: f64,
}

impl ColorBar {
    /// Width of the bar, its ticks and its title, at a height of `height` pixels.
    pub fn width(&self, height: f64) -> f64 {
        self.thickness() + self.axis(height).reach()
    }

    /// The bar with its top left corner at `(x, y)`.
    pub fn nodes(&self, x: f64, y: f64, height: f64) -> Vec<Node> {
        let frame = Frame { x, y, width: self.thickness(), height };
        // Sixty-five stops keep a linear gradient within half a step of the maps' own eight-bit colors.
        let colors = (0..=64).map(|i| self.scale.map().at(f64::from(i) / 64.0)).collect();
        let style = Style { fill: Some(Paint::Upwards(colors)), stroke: None, opacity: 1.0 };
        let mut nodes = vec![frame.drawn(style.with_stroke(Color::INK, 1.0))];
        nodes.extend(self.axis(height).nodes(frame));
        nodes
    }

    fn thickness(&self) -> f64 {
        (1.3 * self.text_size).round()
    }

    fn axis(&self, height: f64) -> Axis {
        Axis::of_numbers(Side::Right, self.text_size, self.scale.extent(), height, self.title.as_ref())
    }
}
