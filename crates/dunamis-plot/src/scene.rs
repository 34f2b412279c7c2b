//! The scene graph: sizes in CSS pixels, the origin at the top left, `y` growing downwards.

use crate::color::Color;
use crate::font::{CAP_HEIGHT, DESCENT};
use crate::{Label, PlotError, png, svg};

/// A place in pixels: rightwards, downwards.
pub type Point = (f64, f64);

/// A complete picture on white paper.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Short name for screen readers and browser tabs.
    pub title: String,
    /// What there is to see, for those who cannot.
    pub description: String,
    /// What is drawn, back to front.
    pub nodes: Vec<Node>,
}

impl Scene {
    /// The picture as an SVG 1.1 document; the same scene always gives the same bytes.
    pub fn to_svg(&self) -> String {
        svg::document(self)
    }

    /// The picture as a PNG of `scale` pixels per CSS pixel, rasterized from [`to_svg`](Self::to_svg) with the bundled font.
    ///
    /// # Errors
    ///
    /// [`PlotError::PictureSize`] for a scale that is not positive or a picture too large, and
    /// [`PlotError::MissingGlyph`] where a text has a character beyond the bundled font.
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>, PlotError> {
        self.check_glyphs()?;
        png::rasterize(&self.to_svg(), scale)
    }

    /// Refuses text beyond the bundled font.
    pub(crate) fn check_glyphs(&self) -> Result<(), PlotError> {
        check_glyphs(&self.nodes)
    }
}

fn check_glyphs(nodes: &[Node]) -> Result<(), PlotError> {
    for node in nodes {
        match node {
            Node::Group { nodes, .. } => check_glyphs(nodes)?,
            Node::Text(text) => {
                for span in text.label.spans() {
                    if let Some(character) = span.text.chars().find(|&c| !svg::is_blank(c) && !span.face.has(c)) {
                        return Err(PlotError::MissingGlyph { character, text: text.label.plain_text() });
                    }
                }
            }
            _ => (),
        }
    }
    Ok(())
}

/// What a shape is filled with.
#[derive(Debug, Clone, PartialEq)]
pub enum Paint {
    /// One color.
    Solid(Color),
    /// Colors at equal steps from the bottom of the shape to its top.
    Upwards(Vec<Color>),
}

/// Whether a line is drawn through or in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    /// Through.
    #[default]
    Solid,
    /// In strokes.
    Dashed,
    /// In round dots.
    Dotted,
}

/// The line along the border of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its color.
    pub color: Color,
    /// Its width in pixels.
    pub width: f64,
    /// Its pieces.
    pub dash: Dash,
}

impl Stroke {
    /// A line drawn through.
    pub fn new(color: Color, width: f64) -> Self {
        Self { color, width, dash: Dash::Solid }
    }

    /// This line in pieces.
    #[must_use]
    pub fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

/// How a shape is painted.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Its inside, if painted.
    pub fill: Option<Paint>,
    /// Its border, if painted.
    pub stroke: Option<Stroke>,
    /// 0 for invisible to 1 for opaque.
    pub opacity: f64,
}

impl Style {
    /// An opaque inside without a border.
    pub fn fill(color: Color) -> Self {
        Self { fill: Some(Paint::Solid(color)), stroke: None, opacity: 1.0 }
    }

    /// An opaque border without an inside.
    pub fn stroke(color: Color, width: f64) -> Self {
        Self { fill: None, stroke: Some(Stroke::new(color, width)), opacity: 1.0 }
    }

    /// This style with a border.
    #[must_use]
    pub fn with_stroke(self, color: Color, width: f64) -> Self {
        Self { stroke: Some(Stroke::new(color, width)), ..self }
    }

    /// This style with its border in pieces.
    #[must_use]
    pub fn dashed(self, dash: Dash) -> Self {
        Self { stroke: self.stroke.map(|stroke| stroke.dashed(dash)), ..self }
    }

    /// This style, seen through.
    #[must_use]
    pub fn with_opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Goes somewhere without drawing.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Curve(Point, Point, Point),
    /// Back to where the path began.
    Close,
}

/// Which part of a text stands at its place, horizontally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// Its left end.
    #[default]
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// Which part of a text stands at its place, vertically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Baseline {
    /// The line it is written on.
    #[default]
    Alphabetic,
    /// Half the height of its capitals.
    Middle,
    /// The top of its capitals.
    Top,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Where it stands.
    pub at: Point,
    /// What it says.
    pub label: Label,
    /// Font size in pixels.
    pub size: f64,
    /// Horizontal alignment to `at`.
    pub anchor: Anchor,
    /// Vertical alignment to `at`.
    pub baseline: Baseline,
    /// Ink.
    pub color: Color,
    /// Degrees clockwise about `at`.
    pub rotation: f64,
    /// A rim of this color around the letters, for text over lines and points.
    pub halo: Option<Color>,
}

impl Text {
    /// A text in the ink of titles, starting at `at` on its baseline.
    pub fn new(at: Point, size: f64, label: impl Into<Label>) -> Self {
        Self {
            at,
            label: label.into(),
            size,
            anchor: Anchor::Start,
            baseline: Baseline::Alphabetic,
            color: Color::INK,
            rotation: 0.0,
            halo: None,
        }
    }

    /// This text aligned otherwise.
    #[must_use]
    pub fn aligned(self, anchor: Anchor, baseline: Baseline) -> Self {
        Self { anchor, baseline, ..self }
    }

    /// This text in another ink.
    #[must_use]
    pub fn colored(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// This text turned clockwise by some degrees.
    #[must_use]
    pub fn rotated(self, rotation: f64) -> Self {
        Self { rotation, ..self }
    }

    /// How far below `at` the line lies that the letters stand on.
    pub(crate) fn baseline_offset(&self) -> f64 {
        match self.baseline {
            Baseline::Alphabetic => 0.0,
            Baseline::Middle => self.size * CAP_HEIGHT / 2.0,
            Baseline::Top => self.size * CAP_HEIGHT,
        }
    }

    /// The rectangle of the letters when not rotated.
    pub(crate) fn frame(&self) -> Frame {
        let width = self.label.width(self.size);
        let x = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2.0,
            Anchor::End => self.at.0 - width,
        };
        let line = self.at.1 + self.baseline_offset();
        Frame { x, y: line - self.size * CAP_HEIGHT, width, height: self.size * (CAP_HEIGHT + DESCENT) }
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Frame {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Frame {
    /// Right edge.
    pub fn right(self) -> f64 {
        self.x + self.width
    }

    /// Bottom edge.
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }

    /// Middle.
    pub fn center(self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// This frame, moved.
    #[must_use]
    pub fn moved(self, by: Point) -> Self {
        Self { x: self.x + by.0, y: self.y + by.1, ..self }
    }

    /// This frame with every edge moved inwards; outwards where `by` is negative.
    #[must_use]
    pub fn inset(self, by: f64) -> Self {
        Self { x: self.x + by, y: self.y + by, width: self.width - 2.0 * by, height: self.height - 2.0 * by }
    }

    /// Area common to both.
    pub(crate) fn overlap(self, other: Self) -> f64 {
        let width = self.right().min(other.right()) - self.x.max(other.x);
        let height = self.bottom().min(other.bottom()) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }

    /// Whether a point lies inside.
    pub(crate) fn holds(self, point: Point) -> bool {
        (self.x..=self.right()).contains(&point.0) && (self.y..=self.bottom()).contains(&point.1)
    }

    /// The rectangle as a shape.
    pub fn drawn(self, style: Style) -> Node {
        Node::Rect { frame: self, radius: 0.0, style }
    }
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A rectangle, with corners rounded by `radius`.
    Rect {
        /// Its edges.
        frame: Frame,
        /// Radius of its corners.
        radius: f64,
        /// Its paint.
        style: Style,
    },
    /// A straight line.
    Line {
        /// One end.
        from: Point,
        /// The other end.
        to: Point,
        /// Its paint.
        stroke: Stroke,
    },
    /// A path of lines and curves.
    Path {
        /// Its steps.
        steps: Vec<Step>,
        /// Its paint.
        style: Style,
    },
    /// A circle.
    Circle {
        /// Its middle.
        center: Point,
        /// Its radius.
        radius: f64,
        /// Its paint.
        style: Style,
    },
    /// A line of text.
    Text(Text),
    /// Several nodes, moved together.
    Group {
        /// How far they are moved.
        by: Point,
        /// Whether edges snap to whole pixels, so that no seams show between adjoining shapes.
        crisp: bool,
        /// The nodes, back to front.
        nodes: Vec<Node>,
    },
}

impl Node {
    /// Several nodes, moved together.
    pub fn group(by: Point, nodes: Vec<Self>) -> Self {
        Self::Group { by, crisp: false, nodes }
    }

    /// Several adjoining shapes without seams.
    pub fn crisp(nodes: Vec<Self>) -> Self {
        Self::Group { by: (0.0, 0.0), crisp: true, nodes }
    }
}
