//! Regions of a graph: rounded outlines around some of its vertices.

use std::f64::consts::{FRAC_PI_2, TAU};

use crate::Label;
use crate::arrow::{RADIUS, along, toward};
use crate::color::Color;
use crate::scene::{Anchor, Baseline, Frame, Node, Point, Step, Style, Text};

/// Distance of the outline from the middles of the vertices.
const REACH: f64 = RADIUS + 13.0;
const TEXT_SIZE: f64 = 13.0;

/// A rounded outline around some vertices of a [`Digraph`](crate::Digraph), given by their positions in the list.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Region {
    pub(crate) members: Vec<usize>,
    color: Color,
    label: Option<Label>,
    below: bool,
}

impl Region {
    /// The convex hull of the vertices with room around them, lightly painted.
    pub fn new(members: impl IntoIterator<Item = usize>, color: Color) -> Self {
        Self { members: members.into_iter().collect(), color, label: None, below: false }
    }

    /// Writes a label above the region.
    pub fn label(self, label: impl Into<Label>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// Writes the label below the region.
    pub fn below(self) -> Self {
        Self { below: true, ..self }
    }

    /// Its shape, its label and its extent, where the vertices stand at `places`.
    pub(crate) fn drawn(&self, places: &[Point]) -> (Node, Option<Text>, Frame) {
        let corners = hull(self.members.iter().filter_map(|&member| places.get(member)).copied().collect());
        let (mut low, mut high) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        for &(x, y) in &corners {
            (low, high) = ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)));
        }
        let frame = Frame { x: low.0, y: low.1, width: high.0 - low.0, height: high.1 - low.1 }.inset(-REACH);
        let pale = |channel: u8| (f64::from(channel) * 0.14 + 255.0 * 0.86).round() as u8;
        let fill = Color { red: pale(self.color.red), green: pale(self.color.green), blue: pale(self.color.blue) };
        let style = Style::fill(fill).with_stroke(self.color, 1.5);
        let shape = Node::Path { steps: outline(&corners), style };
        let text = self.label.as_ref().map(|label| {
            let middle = frame.center().0;
            let (y, baseline) =
                if self.below { (frame.bottom() + 7.0, Baseline::Top) } else { (frame.y - 7.0, Baseline::Alphabetic) };
            Text::new((middle, y), TEXT_SIZE, label).aligned(Anchor::Middle, baseline).colored(self.color)
        });
        (shape, text, frame)
    }
}

/// The corners of the convex hull, each turning the same way; those on a straight side are left out.
fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let turn = |a: Point, b: Point, c: Point| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let chain = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for point in points {
            while chain.len() >= 2 && turn(chain[chain.len() - 2], chain[chain.len() - 1], point) <= 0.0 {
                chain.pop();
            }
            chain.push(point);
        }
        chain.pop();
        chain
    };
    let mut corners = chain(&mut points.iter().copied());
    corners.extend(chain(&mut points.iter().rev().copied()));
    corners
}

/// The curve at [`REACH`] around the hull: an arc at every corner.
fn outline(corners: &[Point]) -> Vec<Step> {
    let count = corners.len();
    let heading = |from: Point, to: Point| (to.1 - from.1).atan2(to.0 - from.0);
    let mut steps = Vec::new();
    for (index, &corner) in corners.iter().enumerate() {
        let (before, after) = (corners[(index + count - 1) % count], corners[(index + 1) % count]);
        // The outward normal of a side is a quarter turn back from its heading.
        let (from, sweep) = if count == 1 {
            (0.0, TAU)
        } else {
            let from = heading(before, corner) - FRAC_PI_2;
            (from, (heading(corner, after) - FRAC_PI_2 - from).rem_euclid(TAU))
        };
        let start = along(corner, toward(from), REACH);
        steps.push(if index == 0 { Step::Move(start) } else { Step::Line(start) });
        let pieces = (sweep / FRAC_PI_2).ceil().max(1.0);
        let piece = sweep / pieces;
        // The cubic nearest to an arc.
        let handle = REACH * 4.0 / 3.0 * (piece / 4.0).tan();
        for number in 0..pieces as usize {
            let (a, b) = (from + number as f64 * piece, from + (number + 1) as f64 * piece);
            let (begin, end) = (along(corner, toward(a), REACH), along(corner, toward(b), REACH));
            let (first, second) =
                (along(begin, toward(a + FRAC_PI_2), handle), along(end, toward(b - FRAC_PI_2), handle));
            steps.push(Step::Curve(first, second, end));
        }
    }
    steps.push(Step::Close);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hulls_leave_out_what_is_inside_or_on_a_side() {
        let corners = hull(vec![(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (2.0, 2.0), (0.0, 2.0), (1.0, 1.0)]);
        assert_eq!(corners, [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]);
        assert_eq!(hull(vec![(1.0, 0.0), (0.0, 0.0), (2.0, 0.0)]).len(), 2);
    }

    #[test]
    fn outlines_keep_their_distance() {
        for corners in [vec![(5.0, 5.0)], vec![(0.0, 0.0), (100.0, 30.0)], vec![(0.0, 0.0), (90.0, 0.0), (40.0, 80.0)]]
        {
            let steps = outline(&corners);
            let nearest =
                |(x, y): Point| corners.iter().map(|&(a, b)| (a - x).hypot(b - y)).fold(f64::INFINITY, f64::min);
            for step in steps {
                let (Step::Move(at) | Step::Line(at) | Step::Curve(_, _, at)) = step else { continue };
                assert!((nearest(at) - REACH).abs() < 1e-6, "{at:?}");
            }
        }
    }
}
