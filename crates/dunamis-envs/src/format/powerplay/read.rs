//! From graphs to models and policies.

use super::graph::{Arrow, Graph, PART, line_and_column, shown, syntax};
use super::{Located, Result, TOLERANCE, pair_of_moves};
use crate::format::text::utf8;
use crate::format::{Contents, Files, FormatError};
use dunamis_mdp::{Draft, DraftError, JointModel, Labels, ModelError, Number, Shortfall};
use std::collections::{HashMap, HashSet};

/// What a node stands for.
#[derive(Clone, Copy)]
enum Kind<'a> {
    State(&'a str),
    Action { action: &'a str, state: &'a str },
    Next { next: &'a str, action: &'a str, state: &'a str },
}

/// What a graph is.
enum Meaning<'a> {
    /// Nodes are states and arrows are actions.
    Plain,
    Model(Vec<Kind<'a>>),
    Policy(Vec<Kind<'a>>),
}

fn text(files: &Files) -> Result<&str> {
    let text = utf8(PART, files.only())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn kind(name: &str) -> Option<Kind<'_>> {
    let mut parts = name.strip_prefix('[')?.strip_suffix(']')?.split("]__[");
    let kind = match (parts.next()?, parts.next(), parts.next()) {
        (state, None, None) => Kind::State(state),
        (action, Some(state), None) => Kind::Action { action, state },
        (next, Some(action), Some(state)) => Kind::Next { next, action, state },
        _ => return None,
    };
    parts.next().is_none().then_some(kind)
}

fn meaning<'a>(text: &str, graph: &'a Graph) -> Result<Meaning<'a>> {
    if graph.nodes.iter().all(|node| kind(&node.name).is_none()) {
        return Ok(Meaning::Plain);
    }
    let mut kinds = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        kinds.push(kind(&node.name).ok_or_else(|| {
            let expected = "`[state]`, `[action]__[state]` or `[next state]__[action]__[state]`";
            syntax(text, node.place, shown(&node.name), expected)
        })?);
    }
    for Arrow { from, to, place, .. } in &graph.arrows {
        let fits = match (kinds[*from], kinds[*to]) {
            (Kind::State(s), Kind::Action { state, .. }) => s == state,
            (Kind::Action { action: a, state: s }, Kind::Next { action, state, .. }) => (a, s) == (action, state),
            _ => false,
        };
        if !fits {
            let expected = match kinds[*from] {
                Kind::State(s) => format!("`[ACTION]__[{s}]`"),
                Kind::Action { action, state } => format!("`[NEXT STATE]__[{action}]__[{state}]`"),
                Kind::Next { .. } => "no arrow from a next state".into(),
            };
            return Err(syntax(text, *place, format!("an arrow to {}", shown(&graph.nodes[*to].name)), expected));
        }
    }
    let leads = kinds.iter().any(|kind| matches!(kind, Kind::Next { .. }));
    // Without weights nothing says that it is a policy.
    let weighs = graph.arrows.iter().any(|arrow| arrow.weight.is_some());
    Ok(if leads || !weighs { Meaning::Model(kinds) } else { Meaning::Policy(kinds) })
}

/// The weight of an arrow.
fn weight(text: &str, graph: &Graph, arrow: &Arrow) -> Result<Number> {
    if let Some((weight, place)) = &arrow.weight {
        return number(text, weight, *place);
    }
    let (from, to) = (&graph.nodes[arrow.from].name, &graph.nodes[arrow.to].name);
    let found = format!("an arrow from {} to {} without weight", shown(from), shown(to));
    Err(syntax(text, arrow.place, found, "`[weight=PROBABILITY]` behind it"))
}

fn number(text: &str, number: &str, place: usize) -> Result<Number> {
    number.parse().map_err(|source| {
        let source = ModelError::Number { place: "weight".into(), source };
        let (line, column) = line_and_column(text, place);
        FormatError::Meaning { part: PART, line, column, source }
    })
}

fn located(text: &str, error: DraftError) -> FormatError {
    match error.place {
        Some(place) => {
            let (line, column) = line_and_column(text, place);
            FormatError::Meaning { part: PART, line, column, source: error.problem }
        }
        None => error.problem.into(),
    }
}

/// What a text says, before anybody asks whether it makes sense as a model.
fn draft(text: &str) -> Result<Draft> {
    let graph = Graph::parse(text)?;
    let kinds = match meaning(text, &graph)? {
        Meaning::Plain => return Ok(plain(&graph)),
        Meaning::Policy(_) => return Err(FormatError::OtherModel { found: "a policy".into() }),
        Meaning::Model(kinds) => kinds,
    };
    let mut actions = kinds.iter().filter_map(|kind| match kind {
        Kind::Action { action, .. } => Some(*action),
        _ => None,
    });
    let joint = actions.clone().next().is_some() && actions.all(|action| pair_of_moves(action).is_some());
    let mut draft = Draft::new(if joint { 2 } else { 1 });
    let mut leaving: Vec<Vec<&Arrow>> = vec![Vec::new(); graph.nodes.len()];
    for arrow in &graph.arrows {
        leaving[arrow.from].push(arrow);
    }
    for ((node, kind), arrows) in graph.nodes.iter().zip(&kinds).zip(leaving) {
        match *kind {
            Kind::State(state) => draft.state(state, node.place),
            Kind::Next { .. } => {}
            Kind::Action { action, state } => {
                let moves = match pair_of_moves(action).filter(|_| joint) {
                    Some((h, a)) => vec![h, a],
                    None => vec![action],
                };
                for arrow in &arrows {
                    let weight = weight(text, &graph, arrow)?;
                    let Kind::Next { next, .. } = kinds[arrow.to] else { continue };
                    draft.transition(state, moves.iter().copied(), Some(next), weight, arrow.place);
                }
                if let Some((lost, place)) = &node.lost {
                    draft.transition(state, moves, None, number(text, lost, *place)?, *place);
                } else if arrows.is_empty() {
                    let probability = if joint { 1.0 } else { 0.0 };
                    draft.transition(state, moves, None, probability, node.place);
                }
            }
        }
    }
    draft.scale(TOLERANCE);
    Ok(draft)
}

/// A model whose actions are called like the states they lead to.
fn plain(graph: &Graph) -> Draft {
    let mut draft = Draft::new(1);
    for node in &graph.nodes {
        draft.state(&node.name, node.place);
    }
    // A strict graph has every arrow once, however often it is drawn.
    let mut known = HashSet::new();
    for arrow in graph.arrows.iter().filter(|arrow| known.insert((arrow.from, arrow.to))) {
        let (from, to) = (&graph.nodes[arrow.from].name, graph.nodes[arrow.to].name.as_str());
        draft.transition(from, [to], Some(to), 1.0, arrow.place);
    }
    draft
}

/// Reads the model of one agent.
pub(super) fn read(files: &Files) -> Result<Contents> {
    let text = text(files)?;
    let draft = draft(text)?;
    if draft.agents() == 2 {
        return Err(FormatError::TwoAgents);
    }
    let model = draft.model().map_err(|error| located(text, error))?;
    Ok(Contents { model, rewards: Vec::new(), labels: Labels::default(), discount: None })
}

/// Reads the model of two agents; `None` if it is one of a single agent.
pub(in crate::format) fn decode_joint(files: &Files) -> Result<Option<JointModel>> {
    let text = text(files)?;
    let draft = draft(text)?;
    if draft.agents() == 1 {
        return Ok(None);
    }
    draft.joint_model(Shortfall::Leak).map(Some).map_err(|error| located(text, error))
}

/// Reads a model that may be wrong.
pub(in crate::format) fn decode_draft(files: &Files) -> Result<Located> {
    let text = text(files)?.to_owned();
    let draft = draft(&text)?;
    let place = move |place| {
        let (line, column) = line_and_column(&text, place);
        format!("line {line}, column {column}")
    };
    Ok((draft, Box::new(place)))
}

/// A state, an action, its probability, and the line and column.
type Entry = (String, String, Number, (usize, usize));

/// What a policy says: state, action, probability, and the line and column.
pub(in crate::format) fn entries(files: &Files) -> Result<Vec<Entry>> {
    let text = text(files)?;
    let graph = Graph::parse(text)?;
    let Meaning::Policy(kinds) = meaning(text, &graph)? else {
        return Err(FormatError::NoPolicy);
    };
    let mut entries = Vec::with_capacity(graph.arrows.len());
    for arrow in &graph.arrows {
        if let Kind::Action { action, state } = kinds[arrow.to] {
            let weight = weight(text, &graph, arrow)?;
            entries.push((state.to_owned(), action.to_owned(), weight, line_and_column(text, arrow.place)));
        }
    }
    scale(&mut entries);
    Ok(entries)
}

/// Scales distributions that miss 1 by no more than the incumbent tolerates.
fn scale(entries: &mut [Entry]) {
    let mut sums: HashMap<String, f64> = HashMap::new();
    for (state, _, weight, _) in entries.iter() {
        *sums.entry(state.clone()).or_default() += weight.value();
    }
    for (state, _, weight, _) in entries {
        let off = (sums[state.as_str()] - 1.0).abs();
        if off > f64::EPSILON * 8.0 && off <= TOLERANCE {
            *weight = Number::from(weight.value() / sums[state.as_str()]);
        }
    }
}
