//! A directed graph with its vertices at authored places, colored by value.

use std::f64::consts::{PI, TAU};

use crate::axis::fixed;
use crate::color::{Color, ColorMap, ColorScale, Extent, finite};
use crate::color_bar::ColorBar;
use crate::plot::{Drawing, counted};
use crate::scene::{Anchor, Baseline, Frame, Node, Point, Step, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;
/// Radius of a vertex.
const RADIUS: f64 = 27.0;
/// Length and half width of an arrowhead.
const HEAD: (f64, f64) = (10.0, 4.2);
/// Half the angle between the ends of a loop.
const LOOP: f64 = 0.42;

/// A vertex at a place of its author's choice.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Vertex {
    place: Point,
    label: Label,
    value: Option<f64>,
}

impl Vertex {
    /// A labelled vertex `x` units to the right and `y` units up.
    pub fn new(x: f64, y: f64, label: impl Into<Label>) -> Self {
        Self { place: (x, y), label: label.into(), value: None }
    }

    /// Colors the vertex by a value, which is written under its label.
    pub fn value(self, value: f64) -> Self {
        Self { value: Some(value), ..self }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Edge {
    from: usize,
    to: usize,
    label: Option<Label>,
}

/// A directed graph with its vertices at authored places: arrows bend where they have a partner or a vertex is in the way.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Digraph {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    unit: f64,
    colors: ColorMap,
    scale: Option<ColorScale>,
    color_title: Option<Label>,
    decimals: usize,
    bar: bool,
}

impl Digraph {
    /// A graph of vertices without edges, 110 pixels to the unit.
    ///
    /// # Errors
    ///
    /// [`PlotError::Empty`] without vertices, [`PlotError::NotFinite`] for a place or value that is not finite,
    /// [`PlotError::SamePlace`] for two vertices at one place.
    pub fn new(vertices: Vec<Vertex>) -> Result<Self, PlotError> {
        if vertices.is_empty() {
            return Err(PlotError::Empty { plot: "graph", what: "vertices" });
        }
        for (index, vertex) in vertices.iter().enumerate() {
            let (x, y) = vertex.place;
            finite(x, || format!("x of vertex {index}"))?;
            finite(y, || format!("y of vertex {index}"))?;
            finite(vertex.value.unwrap_or(0.0), || format!("value of vertex {index}"))?;
            if let Some(first) = vertices[..index].iter().position(|other| other.place == vertex.place) {
                return Err(PlotError::SamePlace { first, second: index, x, y });
            }
        }
        let (edges, colors) = (Vec::new(), ColorMap::default());
        Ok(Self { vertices, edges, unit: 110.0, colors, scale: None, color_title: None, decimals: 2, bar: false })
    }

    /// Adds arrows between vertices, given by their positions in the list.
    ///
    /// # Errors
    ///
    /// [`PlotError::UnknownVertex`].
    pub fn edges(mut self, edges: impl IntoIterator<Item = (usize, usize)>) -> Result<Self, PlotError> {
        for (from, to) in edges {
            self = self.push(from, to, None)?;
        }
        Ok(self)
    }

    /// Adds an arrow with a label beside its middle.
    ///
    /// # Errors
    ///
    /// [`PlotError::UnknownVertex`].
    pub fn labelled_edge(self, from: usize, to: usize, label: impl Into<Label>) -> Result<Self, PlotError> {
        self.push(from, to, Some(label.into()))
    }

    fn push(mut self, from: usize, to: usize, label: Option<Label>) -> Result<Self, PlotError> {
        let vertices = self.vertices.len();
        if let Some(vertex) = [from, to].into_iter().find(|&vertex| vertex >= vertices) {
            return Err(PlotError::UnknownVertex { edge: self.edges.len(), vertex, vertices });
        }
        self.edges.push(Edge { from, to, label });
        Ok(self)
    }

    /// The pixels of a unit, 40 at least.
    pub fn unit(self, pixels: f64) -> Self {
        Self { unit: if pixels.is_finite() { pixels.max(40.0) } else { self.unit }, ..self }
    }

    /// Takes another color map.
    pub fn colors(self, colors: ColorMap) -> Self {
        Self { colors, ..self }
    }

    /// Fixes the color scale, in place of one over the values.
    pub fn scale(self, scale: ColorScale) -> Self {
        Self { scale: Some(scale), ..self }
    }

    /// Draws a titled color bar.
    pub fn color_title(self, title: impl Into<Label>) -> Self {
        Self { color_title: Some(title.into()), bar: true, ..self }
    }

    /// Writes the values with so many decimals.
    pub fn decimals(self, decimals: usize) -> Self {
        Self { decimals, ..self }
    }
}

fn unit_vector(from: Point, to: Point) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length > 0.0 { (dx / length, dy / length) } else { (1.0, 0.0) }
}

fn toward(angle: f64) -> Point {
    (angle.cos(), angle.sin())
}

fn along(from: Point, direction: Point, length: f64) -> Point {
    (from.0 + direction.0 * length, from.1 + direction.1 * length)
}

/// A curve from one vertex to another: start, two control points, foot and tip of the arrowhead.
#[derive(Debug, Clone, Copy)]
struct Arrow {
    start: Point,
    controls: (Point, Point),
    foot: Point,
    tip: Point,
}

impl Arrow {
    /// From rim to rim, bowed sideways by about `bow` pixels, leftwards as seen along the arrow.
    fn bowed(from: Point, to: Point, bow: f64) -> Self {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let turn = (3.0 * bow / dx.hypot(dy)).atan();
        let heading = dy.atan2(dx);
        let (out, home) = (toward(heading - turn), toward(heading + turn + PI));
        let start = along(from, out, RADIUS);
        let (tip, foot) = (along(to, home, RADIUS + 1.0), along(to, home, RADIUS + 1.0 + HEAD.0));
        let third = (foot.0 - start.0).hypot(foot.1 - start.1) / 3.0;
        Self { start, controls: (along(start, out, third), along(foot, home, third)), foot, tip }
    }

    /// From a vertex back to itself, bulging in the direction of `angle`.
    fn looped(at: Point, angle: f64, reach: f64) -> Self {
        let (out, home) = (toward(angle - 1.6 * LOOP), toward(angle + 1.6 * LOOP));
        let start = along(at, toward(angle - LOOP), RADIUS);
        let tip = along(at, toward(angle + LOOP), RADIUS + 1.0);
        let foot = along(tip, home, HEAD.0);
        Self { start, controls: (along(start, out, reach), along(tip, home, reach)), foot, tip }
    }

    fn at(&self, t: f64) -> Point {
        let (a, (b, c), d) = (self.start, self.controls, self.foot);
        let s = 1.0 - t;
        let blend =
            |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
        (blend(a.0, b.0, c.0, d.0), blend(a.1, b.1, c.1, d.1))
    }

    fn nodes(&self) -> [Node; 2] {
        let line = vec![Step::Move(self.start), Step::Curve(self.controls.0, self.controls.1, self.foot)];
        let ahead = unit_vector(self.foot, self.tip);
        let side = |sign: f64| along(self.foot, (-ahead.1, ahead.0), sign * HEAD.1);
        let head = vec![Step::Move(self.tip), Step::Line(side(1.0)), Step::Line(side(-1.0)), Step::Close];
        [
            Node::Path { steps: line, style: Style::stroke(Color::INK, 1.5) },
            Node::Path { steps: head, style: Style::fill(Color::INK) },
        ]
    }
}

impl Digraph {
    /// The arrow of every edge, in order.
    fn arrows(&self, places: &[Point]) -> Vec<Arrow> {
        let mut arrows: Vec<Option<Arrow>> = vec![None; self.edges.len()];
        // Directions in which arrows already leave each vertex, so that loops find room.
        let mut directions: Vec<Vec<f64>> = vec![Vec::new(); places.len()];
        for (index, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
            let (from, to) = (places[edge.from], places[edge.to]);
            let same = |other: &Edge, a: usize, b: usize| other.from == a && other.to == b;
            let before = self.edges[..index].iter().filter(|other| same(other, edge.from, edge.to)).count();
            let twins = self.edges.iter().filter(|other| same(other, edge.from, edge.to)).count();
            let partner = self.edges.iter().any(|other| same(other, edge.to, edge.from));
            let blocked = (0..places.len()).any(|vertex| {
                vertex != edge.from && vertex != edge.to && distance_to_segment(places[vertex], from, to) < RADIUS + 6.0
            });
            let shift =
                if partner || blocked { before as f64 + 1.0 } else { before as f64 - (twins as f64 - 1.0) / 2.0 };
            let bow = shift * if blocked { 1.9 * RADIUS } else { 16.0 };
            let arrow = Arrow::bowed(from, to, bow);
            for (vertex, towards) in [(edge.from, arrow.start), (edge.to, arrow.tip)] {
                let (dx, dy) = unit_vector(places[vertex], towards);
                directions[vertex].push(dy.atan2(dx));
            }
            arrows[index] = Some(arrow);
        }
        for (index, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.from == edge.to) {
            let angle = free_direction(&directions[edge.from]);
            directions[edge.from].push(angle);
            arrows[index] = Some(Arrow::looped(places[edge.from], angle, 1.55 * RADIUS));
        }
        arrows.into_iter().flatten().collect()
    }
}

/// The middle of the widest gap between some directions; upwards where there are none or several gaps tie with it.
fn free_direction(taken: &[f64]) -> f64 {
    let clearance = |angle: f64| {
        let apart = |other: &f64| (angle - other + PI).rem_euclid(TAU) - PI;
        taken.iter().map(|other| apart(other).abs()).fold(PI, f64::min)
    };
    // Sixteenths of a turn, the upward one first.
    let candidates = (0..16).map(|step| -PI / 2.0 + f64::from(step) * TAU / 16.0);
    candidates.fold(-PI / 2.0, |best, angle| if clearance(angle) > clearance(best) + 1e-9 { angle } else { best })
}

fn distance_to_segment(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let t = ((point.0 - from.0) * dx + (point.1 - from.1) * dy) / (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
    let t = t.clamp(0.0, 1.0);
    (point.0 - from.0 - t * dx).hypot(point.1 - from.1 - t * dy)
}

impl Plot for Digraph {
    fn color_extent(&self) -> Result<Option<Extent>, PlotError> {
        Extent::of(self.vertices.iter().filter_map(|vertex| vertex.value))
    }

    fn draw(&self, shared: Option<ColorScale>) -> Result<Drawing, PlotError> {
        let extent = self.color_extent()?;
        let scale = shared.or(self.scale).or_else(|| extent.map(|extent| ColorScale::new(self.colors, extent)));
        let places: Vec<Point> =
            self.vertices.iter().map(|vertex| (vertex.place.0 * self.unit, -vertex.place.1 * self.unit)).collect();
        let arrows = self.arrows(&places);

        let mut nodes: Vec<Node> = arrows.iter().flat_map(Arrow::nodes).collect();
        let mut texts = Vec::new();
        for (vertex, &center) in self.vertices.iter().zip(&places) {
            let color = match (vertex.value, scale) {
                (Some(value), Some(scale)) => scale.color(value)?,
                _ => Color::WHITE,
            };
            let style = Style::fill(color).with_stroke(Color::INK, 1.5);
            nodes.push(Node::Circle { center, radius: RADIUS, style });
            let (raise, room) = if vertex.value.is_some() { (7.5, 1.6) } else { (0.0, 1.75) };
            let size = (room * RADIUS / vertex.label.width(1.0).max(0.1)).min(16.0);
            let mut lines = vec![Text::new((center.0, center.1 - raise), size, &vertex.label)];
            if let Some(value) = vertex.value {
                let text = Label::plain(fixed(value, self.decimals));
                let size = (1.6 * RADIUS / text.width(1.0)).min(11.5);
                lines.push(Text::new((center.0, center.1 + 9.5), size, text));
            }
            let inked =
                lines.into_iter().map(|text| text.aligned(Anchor::Middle, Baseline::Middle).colored(color.ink()));
            nodes.extend(inked.map(Node::from));
        }
        for (edge, arrow) in self.edges.iter().zip(&arrows) {
            let Some(label) = &edge.label else { continue };
            let text = Text::new(arrow.at(0.5), TEXT_SIZE, label).aligned(Anchor::Middle, Baseline::Middle);
            texts.push(text);
        }

        let rims = places
            .iter()
            .flat_map(|&(x, y)| [(x - RADIUS - 1.0, y - RADIUS - 1.0), (x + RADIUS + 1.0, y + RADIUS + 1.0)]);
        let curves = arrows.iter().flat_map(|arrow| (0..=20).map(|step| arrow.at(f64::from(step) / 20.0)));
        let written = texts.iter().flat_map(|text| {
            let frame = text.frame();
            [(frame.x, frame.y), (frame.right(), frame.bottom())]
        });
        let reached: Vec<Point> = rims.chain(curves).chain(written).collect();
        let side = |pick: fn(&Point) -> f64| Extent::of(reached.iter().map(pick));
        let (x, y) = (side(|point| point.0)?, side(|point| point.1)?);
        let (Some(x), Some(y)) = (x, y) else { return Err(PlotError::Empty { plot: "graph", what: "vertices" }) };
        for text in texts {
            nodes.push(text.frame().inset(-2.0).drawn(Style::fill(Color::WHITE)));
            nodes.push(text.into());
        }
        let frame = Frame { x: 0.0, y: 0.0, width: (x.length() + 4.0).ceil(), height: (y.length() + 4.0).ceil() };
        let count = format!("{} and {}", counted(self.vertices.len(), "vertex"), counted(self.edges.len(), "edge"));
        let mut drawing = Drawing {
            width: frame.width,
            height: frame.height,
            frame,
            text_size: TEXT_SIZE,
            title: "graph".to_owned(),
            description: format!("Directed graph of {}.", count.replace("vertexs", "vertices")),
            nodes: vec![Node::group((2.0 - x.low(), 2.0 - y.low()), nodes)],
        };
        if let (None, Some(scale), true) = (shared, scale, self.bar) {
            let bar = ColorBar { scale, title: self.color_title.clone(), text_size: TEXT_SIZE };
            let x = frame.right() + 24.0;
            let height = frame.height.max(100.0);
            let y = (frame.height - height) / 2.0;
            let down = (-y).max(0.0) + TEXT_SIZE / 2.0;
            drawing.nodes = vec![Node::group((0.0, down), drawing.nodes)];
            drawing.frame = frame.moved((0.0, down));
            drawing.nodes.extend(bar.nodes(x, y + down, height));
            drawing.width = x + bar.width(height);
            drawing.height = height + TEXT_SIZE;
        }
        Ok(drawing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_graph() {
        let vertices = vec![Vertex::new(0.0, 0.0, "★").value(0.66), Vertex::new(1.0, 0.0, "∅").value(0.5)];
        let graph = Digraph::new(vertices).unwrap().edges([(0, 1), (1, 0), (1, 1)]).unwrap();
        insta::assert_snapshot!(graph.scene().unwrap().to_svg());
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        let pair = vec![Vertex::new(0.0, 0.0, "a"), Vertex::new(0.0, 0.0, "b")];
        insta::assert_snapshot!(Digraph::new(pair).unwrap_err(), @"vertices 0 and 1 share the place (0, 0); move one of them");
        let one = Digraph::new(vec![Vertex::new(0.0, 0.0, "a")]).unwrap();
        insta::assert_snapshot!(one.edges([(0, 0), (0, 3)]).unwrap_err(), @"edge 1 names vertex 3 of a graph of 1; vertices count from zero");
        let nan = Digraph::new(vec![Vertex::new(0.0, 0.0, "a").value(f64::NAN)]);
        insta::assert_snapshot!(nan.unwrap_err(), @"value of vertex 0 is `NaN`; leave out what has no finite value");
    }

    #[test]
    fn loops_point_away_from_arrows() {
        assert_eq!(free_direction(&[]), -PI / 2.0);
        assert!((free_direction(&[-PI / 2.0]) - PI / 2.0).abs() < 1e-9);
        assert!((free_direction(&[0.0]).abs() - PI).abs() < 1e-9);
    }

    #[test]
    fn arrows_end_at_the_rim() {
        let arrow = Arrow::bowed((0.0, 0.0), (200.0, 0.0), 16.0);
        let distance = (arrow.tip.0 - 200.0).hypot(arrow.tip.1);
        assert!((distance - RADIUS - 1.0).abs() < 1e-9 && (arrow.start.0.hypot(arrow.start.1) - RADIUS).abs() < 1e-9);
        assert!(arrow.at(0.5).1 < -12.0, "leftwards of an arrow to the right is up");
    }
}
