//! Sets of options as graphs: an end for every coordinate, linked where an option goes back and forth between them.

use dunamis_plot::{Color, Digraph, Edge, Region, Vertex};

use crate::FigureError;

/// The graph of some options with ends at authored places: an option of a single end is a loop, others link their ends.
/// Groups are outlined.
pub(crate) fn option_diagram<'a>(
    places: &[(f64, f64)],
    options: impl IntoIterator<Item = &'a Vec<String>>,
    groups: &[(Vec<usize>, Color, String)],
    unit: f64,
) -> Result<Digraph, FigureError> {
    let vertices = places.iter().map(|&(x, y)| Vertex::new(x, y, ""));
    let mut graph = Digraph::new(vertices.collect())?.unit(unit);
    for option in options {
        let ends: Vec<usize> = (0..places.len()).filter(|&end| option.get(end).is_some_and(|p| p != "0")).collect();
        graph = match ends[..] {
            [end] => graph.edge(Edge::new(end, end).toward(90.0))?,
            [one, other] => graph.edges([(one, other), (other, one)])?,
            // Longer cycles go along links that shorter ones have drawn.
            _ => graph,
        };
    }
    for (members, color, label) in groups {
        graph = graph.region(Region::new(members.iter().copied(), *color).label(label.as_str()).below())?;
    }
    Ok(graph)
}
