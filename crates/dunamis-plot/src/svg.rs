//! Writes a scene as SVG, byte for byte the same every time.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::color::Color;
use crate::font::{FAMILIES, Face};
use crate::scene::{Anchor, Dash, Node, Paint, Point, Scene, Step, Stroke, Style, Text};

/// The whole document.
pub(crate) fn document(scene: &Scene) -> String {
    let mut writer = Writer::default();
    for node in &scene.nodes {
        writer.node(node, 1);
    }
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"{FAMILIES}\" xml:space=\"preserve\">\n"
    );
    for (tag, text) in [("title", &scene.title), ("desc", &scene.description)] {
        if !text.is_empty() {
            let _ = writeln!(out, "<{tag}>{}</{tag}>", escaped(text));
        }
    }
    for (id, colors) in &writer.gradients {
        let _ = writeln!(out, "<linearGradient id=\"{id}\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">");
        for (index, color) in colors.iter().enumerate() {
            let offset = index as f64 / (colors.len().max(2) - 1) as f64;
            let _ = writeln!(out, " <stop offset=\"{}\" stop-color=\"{color}\"/>", decimal(offset, 3));
        }
        out.push_str("</linearGradient>\n");
    }
    let _ = writeln!(out, "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>", Color::WHITE);
    out.push_str(&writer.body);
    out.push_str("</svg>\n");
    out
}

#[derive(Default)]
struct Writer {
    body: String,
    gradients: BTreeMap<String, Vec<Color>>,
}

impl Writer {
    fn node(&mut self, node: &Node, depth: usize) {
        let indent = " ".repeat(depth);
        match node {
            Node::Rect { frame, radius, style } => {
                let corner = if *radius > 0.0 { format!(" rx=\"{}\"", number(*radius)) } else { String::new() };
                let paint = self.style(style);
                let _ = writeln!(
                    self.body,
                    "{indent}<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{corner}{paint}/>",
                    number(frame.x),
                    number(frame.y),
                    number(frame.width),
                    number(frame.height)
                );
            }
            Node::Line { from, to, stroke } => {
                let _ = writeln!(
                    self.body,
                    "{indent}<path d=\"M{}L{}\"{}/>",
                    point(*from),
                    point(*to),
                    stroke_attributes(*stroke)
                );
            }
            Node::Path { steps, style } => {
                let paint = self.style(style);
                let data: String = steps.iter().map(step).collect();
                let _ = writeln!(self.body, "{indent}<path d=\"{data}\"{paint}/>");
            }
            Node::Circle { center, radius, style } => {
                let paint = self.style(style);
                let (x, y, r) = (number(center.0), number(center.1), number(*radius));
                let _ = writeln!(self.body, "{indent}<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"{paint}/>");
            }
            Node::Text(text) => self.text(text, &indent),
            Node::Group { by, crisp, nodes } => {
                let moved = if *by == (0.0, 0.0) {
                    String::new()
                } else {
                    format!(" transform=\"translate({} {})\"", number(by.0), number(by.1))
                };
                let edges = if *crisp { " shape-rendering=\"crispEdges\"" } else { "" };
                let _ = writeln!(self.body, "{indent}<g{moved}{edges}>");
                for node in nodes {
                    self.node(node, depth + 1);
                }
                let _ = writeln!(self.body, "{indent}</g>");
            }
        }
    }

    fn text(&mut self, text: &Text, indent: &str) {
        if text.label.is_empty() {
            return;
        }
        let (x, y) = (number(text.at.0), number(text.at.1 + text.baseline_offset()));
        let mut attributes = format!("x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"", number(text.size), text.color);
        match text.anchor {
            Anchor::Start => (),
            Anchor::Middle => attributes.push_str(" text-anchor=\"middle\""),
            Anchor::End => attributes.push_str(" text-anchor=\"end\""),
        }
        if text.rotation != 0.0 {
            let (x, y) = (number(text.at.0), number(text.at.1));
            let _ = write!(attributes, " transform=\"rotate({} {x} {y})\"", number(text.rotation));
        }
        if let Some(halo) = text.halo {
            let width = number(text.size * 0.28);
            let _ = write!(
                attributes,
                " stroke=\"{halo}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" paint-order=\"stroke\""
            );
        }
        let _ = write!(self.body, "{indent}<text {attributes}>");
        let mut level = 0.0;
        for span in text.label.spans() {
            let drop = span.script.drop() * text.size;
            let mut attributes = String::new();
            match span.face {
                Face::Regular => (),
                Face::Italic => attributes.push_str(" font-style=\"italic\""),
                Face::Bold => attributes.push_str(" font-weight=\"bold\""),
            }
            if drop != level {
                let _ = write!(attributes, " dy=\"{}\"", number(drop - level));
            }
            if span.script.size() != 1.0 {
                let _ = write!(attributes, " font-size=\"{}\"", number(span.script.size() * text.size));
            }
            level = drop;
            if attributes.is_empty() {
                self.body.push_str(&escaped(&span.text));
            } else {
                let _ = write!(self.body, "<tspan{attributes}>{}</tspan>", escaped(&span.text));
            }
        }
        self.body.push_str("</text>\n");
    }

    fn style(&mut self, style: &Style) -> String {
        let fill = match &style.fill {
            None => "none".to_owned(),
            Some(Paint::Solid(color)) => color.to_string(),
            Some(Paint::Upwards(colors)) => {
                let id = gradient_id(colors);
                let reference = format!("url(#{id})");
                self.gradients.insert(id, colors.clone());
                reference
            }
        };
        let mut out = match (&style.fill, style.stroke) {
            (None, Some(stroke)) => stroke_attributes(stroke),
            (_, Some(stroke)) => format!(" fill=\"{fill}\"{}", line(stroke)),
            (_, None) => format!(" fill=\"{fill}\""),
        };
        if style.opacity != 1.0 {
            let _ = write!(out, " opacity=\"{}\"", number(style.opacity));
        }
        out
    }
}

fn stroke_attributes(stroke: Stroke) -> String {
    format!(" fill=\"none\"{}", line(stroke))
}

fn line(Stroke { color, width, dash }: Stroke) -> String {
    let pieces = match dash {
        Dash::Solid => String::new(),
        Dash::Dashed => format!(" stroke-dasharray=\"{} {}\"", number(4.0 * width), number(2.5 * width)),
        // Strokes of no length with round ends are dots.
        Dash::Dotted => format!(" stroke-dasharray=\"0 {}\" stroke-linecap=\"round\"", number(2.2 * width)),
    };
    format!(" stroke=\"{color}\" stroke-width=\"{}\"{pieces}", number(width))
}

/// A name made from the colors, so that equal gradients share it and different ones on one page never do (FNV-1a).
fn gradient_id(colors: &[Color]) -> String {
    let bytes = colors.iter().flat_map(|color| [color.red, color.green, color.blue]);
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("colors-{hash:016x}")
}

fn step(step: &Step) -> String {
    match *step {
        Step::Move(to) => format!("M{}", point(to)),
        Step::Line(to) => format!("L{}", point(to)),
        Step::Curve(first, second, to) => format!("C{} {} {}", point(first), point(second), point(to)),
        Step::Close => "Z".to_owned(),
    }
}

fn point(point: Point) -> String {
    format!("{} {}", number(point.0), number(point.1))
}

/// A length with at most two decimals; what is not finite is drawn at 0.
fn number(value: f64) -> String {
    decimal(value, 2)
}

fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.decimals$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Whether a character is written as a blank: spaces, and controls that XML does not allow.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}')
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ if is_blank(character) => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Baseline, Frame};

    #[test]
    fn numbers_are_short() {
        let texts: Vec<String> = [1.0, 0.1 + 0.2, -0.001, 1234.567, f64::NAN].into_iter().map(number).collect();
        assert_eq!(texts, ["1", "0.3", "0", "1234.57", "0"]);
    }

    #[test]
    fn every_kind_of_node() {
        let style = Style::fill(Color::BLUE).with_stroke(Color::INK, 1.0).with_opacity(0.5);
        let scene = Scene {
            width: 40.0,
            height: 30.5,
            title: "a < b & c\u{1}".to_owned(),
            description: "everything".to_owned(),
            nodes: vec![
                Frame { x: 1.0, y: 2.0, width: 3.0, height: 4.0 }.drawn(Style {
                    fill: Some(Paint::Upwards(vec![Color::BLACK, Color::WHITE])),
                    stroke: None,
                    opacity: 1.0,
                }),
                Node::Circle { center: (5.0, 5.0), radius: 2.0, style },
                Node::Line {
                    from: (0.0, 0.0),
                    to: (9.0, 9.0),
                    stroke: Stroke::new(Color::RED, 2.0).dashed(Dash::Dotted),
                },
                Node::Group {
                    by: (10.0, 0.25),
                    crisp: true,
                    nodes: vec![Node::Path {
                        steps: vec![
                            Step::Move((0.0, 0.0)),
                            Step::Curve((1.0, 0.0), (2.0, 1.0), (2.0, 2.0)),
                            Step::Close,
                        ],
                        style: Style::stroke(Color::INK, 1.0),
                    }],
                },
                Text::new((20.0, 20.0), 10.0, "POWER_{_H_}(_s_) < *1*")
                    .aligned(Anchor::Middle, Baseline::Middle)
                    .rotated(-90.0)
                    .into(),
            ],
        };
        insta::assert_snapshot!(scene.to_svg());
    }
}
