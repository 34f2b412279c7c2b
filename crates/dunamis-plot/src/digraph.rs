//! A directed graph with its vertices at authored places, colored by value.

use crate::arrow::{Arrow, RADIUS, Rim, distance_to_segment, free_direction, unit_vector};
use crate::axis::fixed;
use crate::color::{Color, ColorMap, ColorScale, Extent, finite};
use crate::color_bar::ColorBar;
use crate::disk_text::disk_text;
use crate::plot::{Drawing, counted};
use crate::region::Region;
use crate::scene::{Anchor, Baseline, Dash, Frame, Node, Point, Style, Text};
use crate::{Label, Plot, PlotError};

const TEXT_SIZE: f64 = 12.0;
/// Radius of a dot.
const DOT: f64 = 4.5;
/// Where along its arrow a label may stand, best first.
const STANDS: [f64; 9] = [0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74];

/// A vertex at a place of its author's choice.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Vertex {
    place: Point,
    label: Label,
    value: Option<f64>,
    fill: Color,
    marked: bool,
    dot: bool,
}

impl Vertex {
    /// A labelled vertex `x` units to the right and `y` units up.
    pub fn new(x: f64, y: f64, label: impl Into<Label>) -> Self {
        Self { place: (x, y), label: label.into(), value: None, fill: Color::WHITE, marked: false, dot: false }
    }

    /// A dot where arrows part, without a label; arrows that end there have no head.
    pub fn dot(x: f64, y: f64) -> Self {
        Self { dot: true, fill: Color::INK, ..Self::new(x, y, "") }
    }

    /// Colors the vertex by a value, which is written under its label.
    pub fn value(self, value: f64) -> Self {
        Self { value: Some(value), ..self }
    }

    /// Paints a vertex that has no value.
    pub fn fill(self, fill: Color) -> Self {
        Self { fill, ..self }
    }

    /// Draws a second rim, for the vertex where everything begins.
    pub fn marked(self) -> Self {
        Self { marked: true, ..self }
    }

    fn radius(&self) -> f64 {
        if self.dot { DOT } else { RADIUS }
    }
}

/// An arrow between two vertices, given by their positions in the list.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Edge {
    from: usize,
    to: usize,
    label: Option<Label>,
    color: Color,
    dash: Dash,
    toward: Option<f64>,
}

impl Edge {
    /// A solid arrow.
    pub fn new(from: usize, to: usize) -> Self {
        Self { from, to, label: None, color: Color::INK, dash: Dash::Solid, toward: None }
    }

    /// Puts a label beside the middle.
    pub fn label(self, label: impl Into<Label>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// Paints the arrow.
    pub fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// Draws the arrow in pieces.
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// Turns a loop in a direction, in degrees from rightwards towards upwards, in place of the emptiest one.
    pub fn toward(self, degrees: f64) -> Self {
        Self { toward: Some(degrees).filter(|degrees| degrees.is_finite()), ..self }
    }
}

/// A directed graph with its vertices at authored places: arrows bend where they have a partner or a vertex is in the way.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Digraph {
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    regions: Vec<Region>,
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
        let (edges, regions, colors) = (Vec::new(), Vec::new(), ColorMap::default());
        Ok(Self {
            vertices,
            edges,
            regions,
            unit: 110.0,
            colors,
            scale: None,
            color_title: None,
            decimals: 2,
            bar: false,
        })
    }

    /// Adds solid arrows between vertices, given by their positions in the list.
    ///
    /// # Errors
    ///
    /// [`PlotError::UnknownVertex`].
    pub fn edges(self, edges: impl IntoIterator<Item = (usize, usize)>) -> Result<Self, PlotError> {
        edges.into_iter().try_fold(self, |graph, (from, to)| graph.edge(Edge::new(from, to)))
    }

    /// Adds an arrow.
    ///
    /// # Errors
    ///
    /// [`PlotError::UnknownVertex`].
    pub fn edge(mut self, edge: Edge) -> Result<Self, PlotError> {
        let vertices = self.vertices.len();
        if let Some(vertex) = [edge.from, edge.to].into_iter().find(|&vertex| vertex >= vertices) {
            return Err(PlotError::UnknownVertex { edge: self.edges.len(), vertex, vertices });
        }
        self.edges.push(edge);
        Ok(self)
    }

    /// Draws a region around some vertices, behind everything else.
    ///
    /// # Errors
    ///
    /// [`PlotError::UnknownMember`], and [`PlotError::Empty`] for a region without vertices.
    pub fn region(mut self, region: Region) -> Result<Self, PlotError> {
        let vertices = self.vertices.len();
        if region.members.is_empty() {
            return Err(PlotError::Empty { plot: "region", what: "vertices" });
        }
        if let Some(&vertex) = region.members.iter().find(|&&vertex| vertex >= vertices) {
            return Err(PlotError::UnknownMember { region: self.regions.len(), vertex, vertices });
        }
        self.regions.push(region);
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

impl Digraph {
    /// The arrow of every edge, in order.
    fn arrows(&self, places: &[Point]) -> Vec<Arrow> {
        let mut arrows: Vec<Option<Arrow>> = vec![None; self.edges.len()];
        // Directions in which arrows already leave each vertex, so that loops find room.
        let mut directions: Vec<Vec<f64>> = vec![Vec::new(); places.len()];
        for (index, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.from != edge.to) {
            let rim = |vertex: usize| {
                let known = &self.vertices[vertex];
                Rim { center: places[vertex], radius: known.radius(), head: !known.dot }
            };
            let (from, to) = (places[edge.from], places[edge.to]);
            let same = |other: &Edge, a: usize, b: usize| other.from == a && other.to == b;
            let before = self.edges[..index].iter().filter(|other| same(other, edge.from, edge.to)).count();
            let twins = self.edges.iter().filter(|other| same(other, edge.from, edge.to)).count();
            let partner = self.edges.iter().any(|other| same(other, edge.to, edge.from));
            let blocked = (0..places.len()).any(|vertex| {
                let room = self.vertices[vertex].radius() + 6.0;
                vertex != edge.from && vertex != edge.to && distance_to_segment(places[vertex], from, to) < room
            });
            let shift =
                if partner || blocked { before as f64 + 1.0 } else { before as f64 - (twins as f64 - 1.0) / 2.0 };
            let bow = shift * if blocked { 1.9 * RADIUS } else { 16.0 };
            let arrow = Arrow::bowed(rim(edge.from), rim(edge.to), bow);
            for (vertex, towards) in [(edge.from, arrow.start), (edge.to, arrow.tip)] {
                let (dx, dy) = unit_vector(places[vertex], towards);
                directions[vertex].push(dy.atan2(dx));
            }
            arrows[index] = Some(arrow);
        }
        for (index, edge) in self.edges.iter().enumerate().filter(|(_, edge)| edge.from == edge.to) {
            // Screens count angles the other way.
            let angle = edge.toward.map_or_else(|| free_direction(&directions[edge.from]), |up| -up.to_radians());
            directions[edge.from].push(angle);
            arrows[index] = Some(Arrow::looped(places[edge.from], angle, 1.55 * RADIUS));
        }
        arrows.into_iter().flatten().collect()
    }

    /// The labels of edges, each on its arrow where it covers least of anything else.
    fn edge_texts(&self, places: &[Point], arrows: &[Arrow]) -> Vec<Text> {
        let mut texts: Vec<Text> = Vec::new();
        for (index, (edge, arrow)) in self.edges.iter().zip(arrows).enumerate() {
            let Some(label) = &edge.label else { continue };
            let text = |t: f64| {
                let text = Text::new(arrow.at(t), TEXT_SIZE, label).aligned(Anchor::Middle, Baseline::Middle);
                let text = text.colored(edge.color);
                if edge.from != edge.to {
                    return text;
                }
                // A loop is small: its label stands outside, where it touches it.
                let (right, down) = unit_vector(places[edge.from], arrow.at(0.5));
                let frame = text.frame();
                let reach = (frame.width / 2.0 * right.abs()).hypot(frame.height / 2.0 * down.abs());
                let (x, y) = arrow.at(t);
                Text { at: (x + reach * right, y + reach * down), ..text }
            };
            let covered = |t: f64| {
                let frame = text(t).frame().inset(-2.0);
                let under: f64 = texts.iter().map(|other| frame.overlap(other.frame().inset(-2.0))).sum();
                let disks = places.iter().zip(&self.vertices).map(|(&(x, y), vertex)| {
                    let (side, reach) = (2.0 * vertex.radius(), vertex.radius());
                    frame.overlap(Frame { x: x - reach, y: y - reach, width: side, height: side })
                });
                let crossed = arrows.iter().enumerate().filter(|(other, _)| *other != index).flat_map(|(_, other)| {
                    (1..40).map(|step| other.at(f64::from(step) / 40.0)).filter(|&point| frame.holds(point))
                });
                under + disks.sum::<f64>() + 4.0 * crossed.count() as f64
            };
            let best =
                STANDS.iter().map(|&t| (covered(t), t)).reduce(|best, next| if next.0 < best.0 { next } else { best });
            texts.extend(best.map(|(_, t)| text(t)));
        }
        texts
    }
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

        let regions: Vec<_> = self.regions.iter().map(|region| region.drawn(&places)).collect();
        let mut nodes: Vec<Node> = regions.iter().map(|(shape, ..)| shape.clone()).collect();
        nodes.extend(self.edges.iter().zip(&arrows).flat_map(|(edge, arrow)| arrow.nodes(edge.color, edge.dash)));
        let mut texts: Vec<Text> = regions.iter().filter_map(|(_, text, _)| text.clone()).collect();
        for (vertex, &center) in self.vertices.iter().zip(&places) {
            let color = match (vertex.value, scale) {
                (Some(value), Some(scale)) => scale.color(value)?,
                _ => vertex.fill,
            };
            if vertex.dot {
                nodes.push(Node::Circle { center, radius: DOT, style: Style::fill(color) });
                continue;
            }
            let style = Style::fill(color).with_stroke(Color::INK, 1.5);
            nodes.push(Node::Circle { center, radius: RADIUS, style });
            if vertex.marked {
                let ink = if color.ink() == Color::WHITE { Color::WHITE } else { Color::INK };
                nodes.push(Node::Circle { center, radius: RADIUS - 3.5, style: Style::stroke(ink, 1.0) });
            }
            let lines = disk_text(center, &vertex.label, vertex.value.map(|value| fixed(value, self.decimals)));
            let inked =
                lines.into_iter().map(|text| text.aligned(Anchor::Middle, Baseline::Middle).colored(color.ink()));
            nodes.extend(inked.map(Node::from));
        }
        texts.extend(self.edge_texts(&places, &arrows));

        let rims = places.iter().zip(&self.vertices).flat_map(|(&(x, y), vertex)| {
            let reach = vertex.radius() + 1.0;
            [(x - reach, y - reach), (x + reach, y + reach)]
        });
        let curves = arrows.iter().flat_map(|arrow| (0..=20).map(|step| arrow.at(f64::from(step) / 20.0)));
        let written = texts.iter().flat_map(|text| {
            let frame = text.frame();
            [(frame.x, frame.y), (frame.right(), frame.bottom())]
        });
        let bounds = regions.iter().flat_map(|(_, _, frame)| [(frame.x, frame.y), (frame.right(), frame.bottom())]);
        let reached: Vec<Point> = rims.chain(curves).chain(written).chain(bounds).collect();
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
    fn styles_and_regions() {
        let places = [(0.0, 0.0), (1.0, 0.5), (1.0, -0.5), (2.0, 0.0)];
        let vertices = places.map(|(x, y)| Vertex::new(x, y, "_s_"));
        let mut vertices = vertices.to_vec();
        vertices[0] = vertices[0].clone().marked().fill(Color::GRAY);
        let graph = Digraph::new(vertices).unwrap().edges([(0, 1), (0, 2)]).unwrap();
        let graph = graph.edge(Edge::new(2, 3).dashed(Dash::Dotted).color(Color::RED).label("_a_")).unwrap();
        let graph = graph.edge(Edge::new(3, 3).toward(0.0)).unwrap();
        let graph = graph.region(Region::new([1, 2, 3], Color::BLUE).label("_B_")).unwrap();
        let graph = graph.region(Region::new([0], Color::RED)).unwrap();
        insta::assert_snapshot!(graph.scene().unwrap().to_svg());
    }

    #[test]
    fn what_cannot_be_drawn_is_named() {
        let pair = vec![Vertex::new(0.0, 0.0, "a"), Vertex::new(0.0, 0.0, "b")];
        insta::assert_snapshot!(Digraph::new(pair).unwrap_err(), @"vertices 0 and 1 share the place (0, 0); move one of them");
        let one = Digraph::new(vec![Vertex::new(0.0, 0.0, "a")]).unwrap();
        insta::assert_snapshot!(one.clone().region(Region::new([2], Color::RED)).unwrap_err(), @"region 0 names vertex 2 of a graph of 1; vertices count from zero");
        insta::assert_snapshot!(one.clone().region(Region::new([], Color::RED)).unwrap_err(), @"region has no vertices; give at least one");
        insta::assert_snapshot!(one.edges([(0, 0), (0, 3)]).unwrap_err(), @"edge 1 names vertex 3 of a graph of 1; vertices count from zero");
        let nan = Digraph::new(vec![Vertex::new(0.0, 0.0, "a").value(f64::NAN)]);
        insta::assert_snapshot!(nan.unwrap_err(), @"value of vertex 0 is `NaN`; leave out what has no finite value");
    }
}
