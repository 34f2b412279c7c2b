//! What stands in the cells of a grid: lettered disks, and arrows to other cells.

use crate::axis::fixed;
use crate::color::Color;
use crate::scene::{Anchor, Baseline, Frame, Node, Point, Step, Stroke, Style, Text};
use crate::{Label, PlotError};

/// A lettered disk in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marker {
    pub(crate) cell: (usize, usize),
    pub(crate) letter: Label,
    pub(crate) color: Color,
}

/// The disks, side by side where they share a cell.
pub(crate) fn markers(markers: &[Marker], square: impl Fn((usize, usize)) -> Frame) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (index, marker) in markers.iter().enumerate() {
        let before = markers[..index].iter().filter(|other| other.cell == marker.cell).count();
        let count = markers.iter().filter(|other| other.cell == marker.cell).count();
        let side = square(marker.cell).width;
        let slot = side * 0.92 / count as f64;
        let (x, y) = square(marker.cell).center();
        let center = (x + (before as f64 - (count as f64 - 1.0) / 2.0) * slot, y);
        let radius = (side * 0.34).min(slot * 0.47);
        let style = Style::fill(marker.color).with_stroke(Color::INK, 1.0);
        nodes.push(Node::Circle { center, radius, style });
        let size = (radius * 1.15).min(1.6 * radius / marker.letter.width(1.0).max(0.1));
        let text = Text::new(center, size, marker.letter.clone().bold()).colored(marker.color.ink());
        nodes.push(text.aligned(Anchor::Middle, Baseline::Middle).into());
    }
    nodes
}

/// An arrow out of a cell towards another one, with a weight from 0 to 1; to the cell itself it is a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellArrow {
    pub(crate) from: (usize, usize),
    pub(crate) to: (usize, usize),
    /// The weight in parts of a million, so that equal plots compare equal.
    weight: u32,
}

impl CellArrow {
    pub(crate) fn new(from: (usize, usize), to: (usize, usize), weight: f64) -> Result<Self, PlotError> {
        if !(0.0..=1.0).contains(&weight) {
            return Err(PlotError::Weight { row: from.0, column: from.1, weight });
        }
        Ok(Self { from, to, weight: (weight * 1e6).round() as u32 })
    }

    /// The arrow in some color, with its weight beside the head where it is not 1.
    pub(crate) fn nodes(self, square: Frame, ink: Color) -> Vec<Node> {
        let weight = f64::from(self.weight) / 1e6;
        if weight < 0.005 {
            return Vec::new();
        }
        let side = square.width;
        let (x, y) = square.center();
        let width = side * (0.016 + 0.034 * weight);
        let mut nodes = Vec::new();
        let down = self.to.0 as f64 - self.from.0 as f64;
        let right = self.to.1 as f64 - self.from.1 as f64;
        let length = right.hypot(down);
        let text_at: Point = if length == 0.0 {
            let style = Style::stroke(ink, width).with_opacity(0.35 + 0.65 * weight);
            nodes.push(Node::Circle { center: (x, y), radius: side * 0.09, style });
            (x - side * 0.2, y + side * 0.17)
        } else {
            let (right, down) = (right / length, down / length);
            let at = |along: f64, aside: f64| {
                (x + side * (along * right - aside * down), y + side * (along * down + aside * right))
            };
            let stroke = Stroke::new(ink, width);
            // An arrow alone stands in the middle of its cell; several leave room there.
            let back = if weight > 0.995 { 0.14 } else { 0.0 };
            let (neck, tip) = (0.33 - back, 0.45 - back);
            let half = 0.045 + 0.03 * weight;
            let line = vec![Step::Move(at(0.13 - 3.0 * back, 0.0)), Step::Line(at(neck, 0.0))];
            let opacity = 0.35 + 0.65 * weight;
            let style = Style { fill: None, stroke: Some(stroke), opacity };
            nodes.push(Node::Path { steps: line, style });
            let head =
                vec![Step::Move(at(tip, 0.0)), Step::Line(at(neck, half)), Step::Line(at(neck, -half)), Step::Close];
            nodes.push(Node::Path { steps: head, style: Style::fill(ink).with_opacity(opacity) });
            at(0.32, if down == 0.0 { -0.13 * right.signum() } else { -0.2 * down.signum() })
        };
        if self.weight < 995_000 {
            let label = Label::plain(fixed(weight, 2).trim_start_matches('0').to_owned());
            let text = Text::new(text_at, side * 0.14, label).colored(ink);
            nodes.push(text.aligned(Anchor::Middle, Baseline::Middle).into());
        }
        nodes
    }
}
