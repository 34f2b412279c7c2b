//! The states and actions of a model, drawn at authored places.

use std::collections::BTreeSet;

use dunamis_mdp::{StateId, TransitionModel};
use dunamis_plot::{Color, Dash, Digraph, Edge, Region, Vertex};

use crate::FigureError;

/// A state, where it stands and how it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    state: &'static str,
    at: (f64, f64),
    label: &'static str,
    /// Where a loop bulges, in degrees; without one there are no loops.
    loops: Option<f64>,
    marked: bool,
}

/// A state at a place, without loops.
pub(crate) const fn place(state: &'static str, x: f64, y: f64, label: &'static str) -> Place {
    Place { state, at: (x, y), label, loops: None, marked: false }
}

impl Place {
    /// The name of the state.
    pub(crate) fn state(&self) -> &'static str {
        self.state
    }

    /// How the state is written.
    pub(crate) fn label(&self) -> &'static str {
        self.label
    }

    /// Draws the loop of the state, in a direction given in degrees.
    pub(crate) const fn with_loop(self, degrees: f64) -> Self {
        Place { loops: Some(degrees), ..self }
    }

    /// Marks the state as the one where the choice is made.
    pub(crate) const fn marked(self) -> Self {
        Place { marked: true, ..self }
    }
}

/// States inside an outline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    states: &'static [&'static str],
    color: Color,
    label: &'static str,
    below: bool,
}

/// States inside an outline of some color, with a label above.
pub(crate) const fn group(states: &'static [&'static str], color: Color, label: &'static str) -> Group {
    Group { states, color, label, below: false }
}

impl Group {
    /// Writes the label below.
    pub(crate) const fn below(self) -> Self {
        Group { below: true, ..self }
    }
}

/// How the states of a model are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModelDiagram {
    pub(crate) places: &'static [Place],
    pub(crate) groups: &'static [Group],
    /// The pixels of a unit.
    pub(crate) unit: f64,
}

impl ModelDiagram {
    /// The graph of the states that have a place; the actions in `dotted`, by state and action, are dotted.
    pub(crate) fn digraph(
        &self,
        model: &TransitionModel,
        dotted: &BTreeSet<(String, String)>,
    ) -> Result<Digraph, FigureError> {
        let missing = |state: &str| FigureError::NoRecord { run: "model".into(), what: format!("state `{state}`") };
        let mut vertices = Vec::new();
        let mut index_of = vec![None; model.states().len()];
        for (index, place) in self.places.iter().enumerate() {
            let state = model.states().get(place.state).ok_or_else(|| missing(place.state))?;
            index_of[state] = Some(index);
            let vertex = Vertex::new(place.at.0, place.at.1, place.label);
            vertices.push(if place.marked { vertex.marked() } else { vertex });
        }
        let mut graph = Digraph::new(vertices)?.unit(self.unit);
        for (index, place) in self.places.iter().enumerate() {
            let state = model.states().get(place.state).ok_or_else(|| missing(place.state))?;
            for pair in model.available().pairs(StateId::new(state)) {
                let action = &model.actions()[model.available().action(pair).index()];
                let (successors, probabilities) = model.row(pair);
                for (&next, &probability) in successors.iter().zip(probabilities) {
                    let Some(next) = index_of[next as usize] else { continue };
                    let mut edge = Edge::new(index, next);
                    if next == index {
                        let Some(degrees) = place.loops else { continue };
                        edge = edge.toward(degrees);
                    }
                    if dotted.contains(&(place.state.to_owned(), action.to_owned())) {
                        edge = edge.dashed(Dash::Dotted);
                    }
                    if probability < 1.0 {
                        edge = edge.label(format!("_{action}_"));
                    }
                    graph = graph.edge(edge)?;
                }
            }
        }
        for group in self.groups {
            let member =
                |state: &&str| self.places.iter().position(|place| place.state == *state).ok_or_else(|| missing(state));
            let members = group.states.iter().map(member).collect::<Result<Vec<_>, _>>()?;
            let mut region = Region::new(members, group.color);
            if !group.label.is_empty() {
                region = region.label(group.label);
            }
            graph = graph.region(if group.below { region.below() } else { region })?;
        }
        Ok(graph)
    }
}
