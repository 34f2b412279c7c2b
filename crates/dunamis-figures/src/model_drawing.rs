//! A model without a run: the plan of a gridworld, or a graph of states and actions that is laid out by itself.

use std::collections::{BTreeMap, BTreeSet};

use dunamis_envs::{Environment, Grid, JointEnvironment, Move};
use dunamis_mdp::{Agent, Number, RewardKind, Shortfall, StateId, StochasticPolicy};
use dunamis_plot::{Color, Digraph, Edge, Figure, GridDiagram, Label, Plot, Vertex, automatic_places, fixed};

use crate::FigureError;

/// Most states of a graph that can be read.
const MOST: usize = 200;
/// Most states whose actions are named.
const NAMED: usize = 60;
/// Most jumps of a gridworld that are named.
const JUMPS: usize = 3;
/// States that are drawn without their actions.
const UNFINISHED: Color = Color::hex(0xe6_e6_e6);
/// Actions that a policy does not take, and ways between cells that lead in one direction only.
const PALE: Color = Color::hex(0x9a_9a_9a);

/// How a model is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModelForm {
    /// As a plan where it has one, and as a graph otherwise.
    #[default]
    Auto,
    /// As the plan of a gridworld.
    Grid,
    /// As a graph of states and actions.
    Graph,
}

/// How a model is drawn without a run, and which part of it.
///
/// In a graph a sure action is an arrow to its successor, named unless it has the successor's name; an action whose outcome is left
/// to chance is a dot from which arrows with their probabilities part. Actions with the same outcomes share one arrow. More than 60
/// states are drawn without names of actions, and more than 200 are refused: parts of such models can be drawn
/// ([`around`](Self::around)). A plan shows walls, and where cells side by side do not lead to each other.
#[derive(Clone, Debug, Default)]
pub struct ModelDrawing<'a> {
    /// Plan or graph.
    pub form: ModelForm,
    /// A policy of one agent, drawn in red.
    pub policy: Option<&'a StochasticPolicy>,
    /// Draws what can be reached from some states in so many steps, as a graph.
    pub around: Option<(Vec<StateId>, usize)>,
}

/// What actions of one outcome do at a state.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    actions: Vec<String>,
    /// What they are worth by themselves, if not 0.
    reward: Option<String>,
    /// Successors with their probabilities.
    next: Vec<(usize, String)>,
    /// Probability that is lost.
    lost: Option<String>,
    /// Probability of these actions under the policy.
    weight: f64,
}

/// What there is to draw of a model as a graph.
struct Chart<'a> {
    name: &'a str,
    states: Vec<&'a str>,
    /// Outcomes by state.
    outcomes: Vec<Vec<Outcome>>,
    /// Rewards of states.
    rewards: Option<&'a [f64]>,
    initial: BTreeSet<usize>,
    has_policy: bool,
}

/// A number in few characters.
fn short(number: &Number) -> String {
    let exact = number.exact().to_string();
    match number.value() {
        _ if exact.chars().count() <= 6 => exact.replace('-', "−"),
        value if value > 0.9995 && value < 1.0 => "≈\u{a0}1".to_owned(),
        value if value.abs() < 0.0005 => format!("{value:.0e}").replace('-', "−"),
        value => fixed(value, 3).trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

/// The fewest decimals, of three at most, that show numbers as they are.
fn decimals(numbers: &[f64]) -> usize {
    let shown = |decimals: usize| {
        let scale = 10_f64.powi(decimals as i32);
        numbers.iter().all(|x| ((x * scale).round() / scale - x).abs() < 1e-9)
    };
    (0..3).find(|&decimals| shown(decimals)).unwrap_or(3)
}

impl ModelDrawing<'_> {
    /// Draws the model of one agent, without a title.
    ///
    /// # Errors
    ///
    /// [`FigureError::TooLarge`], [`FigureError::NoGrid`], [`FigureError::Plot`].
    pub fn figure(&self, environment: &Environment) -> Result<Figure, FigureError> {
        match (environment.grid(), self.form) {
            (None, ModelForm::Grid) => Err(FigureError::NoGrid { environment: environment.name().to_owned() }),
            (Some(grid), ModelForm::Auto | ModelForm::Grid) if self.around.is_none() => {
                plan(environment, grid, self.policy)
            }
            _ => Chart::of(environment, self.policy).figure(self.around.as_ref()),
        }
    }

    /// Draws the joint model of two agents, without a title: always as a graph, and without a policy.
    ///
    /// # Errors
    ///
    /// [`FigureError::TooLarge`], [`FigureError::NoGrid`], [`FigureError::Plot`].
    pub fn joint_figure(&self, joint: &JointEnvironment) -> Result<Figure, FigureError> {
        if self.form == ModelForm::Grid {
            return Err(FigureError::NoGrid { environment: joint.name().to_owned() });
        }
        Chart::of_joint(joint).figure(self.around.as_ref())
    }
}

impl<'a> Chart<'a> {
    fn of(environment: &'a Environment, policy: Option<&StochasticPolicy>) -> Self {
        let model = environment.model();
        let reward = environment.reward();
        let (on_state, on_pair): (Vec<_>, Vec<_>) =
            reward.into_iter().partition(|reward| reward.kind() == RewardKind::State);
        let mut outcomes = Vec::new();
        for state in (0..model.states().len()).map(StateId::new) {
            let mut at = Vec::new();
            for pair in model.available().pairs(state) {
                let worth = on_pair.first().map(|reward| reward.number(pair)).filter(|number| number.value() != 0.0);
                merge(
                    &mut at,
                    Outcome {
                        actions: vec![model.actions()[model.available().action(pair).index()].to_owned()],
                        reward: worth.as_ref().map(short),
                        next: model.number_row(pair).map(|(next, number)| (next, short(&number))).collect(),
                        lost: model.leak_number(pair).as_ref().map(short),
                        weight: policy.map_or(0.0, |policy| policy.probabilities()[pair]),
                    },
                );
            }
            outcomes.push(at);
        }
        let initial = environment.labels().get("init").unwrap_or_default();
        Chart {
            name: environment.name(),
            states: model.states().iter().collect(),
            outcomes,
            rewards: on_state.first().map(|reward| reward.values()),
            initial: initial.iter().map(|state| state.index()).collect(),
            has_policy: policy.is_some(),
        }
    }

    fn of_joint(joint: &'a JointEnvironment) -> Self {
        let model = joint.model();
        let mut outcomes = Vec::new();
        for state in (0..model.states().len()).map(StateId::new) {
            let mut at = Vec::new();
            let names = |agent| model.available(agent).at(state).iter().map(move |a| &model.actions(agent)[a.index()]);
            for (i, h) in names(Agent::H).enumerate() {
                for (j, a) in names(Agent::A).enumerate() {
                    let (next, probability) = model.row(state, i, j);
                    let lost = 1.0 - probability.iter().sum::<f64>();
                    // Where moves are drawn again, those that are not available are no moves.
                    if next.is_empty() && model.shortfall() == Shortfall::Renormalize {
                        continue;
                    }
                    let next = next.iter().zip(probability).map(|(&n, &p)| (n as usize, short(&Number::from(p))));
                    merge(
                        &mut at,
                        Outcome {
                            actions: vec![format!("{h}|{a}")],
                            reward: None,
                            next: next.collect(),
                            lost: (lost > 1e-9).then(|| short(&Number::from(lost))),
                            weight: 0.0,
                        },
                    );
                }
            }
            outcomes.push(at);
        }
        let states = model.states().iter().collect();
        Chart { name: joint.name(), states, outcomes, rewards: None, initial: BTreeSet::new(), has_policy: false }
    }

    /// The states that are drawn, in order, each with whether its actions are.
    fn drawn(&self, around: Option<&(Vec<StateId>, usize)>) -> Vec<(usize, bool)> {
        let Some((from, steps)) = around else { return (0..self.states.len()).map(|state| (state, true)).collect() };
        let mut drawn: BTreeMap<usize, bool> = BTreeMap::new();
        let mut front: BTreeSet<usize> = from.iter().map(|state| state.index()).collect();
        for step in 0..=*steps {
            let fresh: Vec<usize> = front.iter().copied().filter(|state| !drawn.contains_key(state)).collect();
            drawn.extend(fresh.iter().map(|&state| (state, step < *steps)));
            let outcomes = fresh.iter().flat_map(|&state| &self.outcomes[state]);
            front = outcomes.flat_map(|outcome| outcome.next.iter().map(|(next, _)| *next)).collect();
        }
        // What leads nowhere else than to what is drawn anyway is drawn whole.
        let inside = |state: usize| {
            self.outcomes[state].iter().all(|outcome| outcome.next.iter().all(|(next, _)| drawn.contains_key(next)))
        };
        drawn.iter().map(|(&state, &whole)| (state, whole || inside(state))).collect()
    }

    /// The arrows of what is drawn.
    fn arrows(&self, drawn: &[(usize, bool)], named: bool) -> Arrows {
        let vertex_of: BTreeMap<usize, usize> = drawn.iter().enumerate().map(|(v, &(state, _))| (state, v)).collect();
        let outcomes = || {
            let whole = drawn.iter().enumerate().filter(|(_, (_, whole))| *whole);
            whole.flat_map(|(vertex, &(state, _))| self.outcomes[state].iter().map(move |outcome| (vertex, outcome)))
        };
        let nowhere = drawn.len();
        let loses = outcomes().any(|(_, outcome)| outcome.lost.is_some());
        let mut arrows = Arrows { loses, dots: Vec::new(), links: Vec::new(), edges: Vec::new() };
        for (from, outcome) in outcomes() {
            let color = match (self.has_policy, outcome.weight > 0.0) {
                (false, _) => Color::INK,
                (true, true) => Color::RED,
                (true, false) => PALE,
            };
            let ends = outcome.next.iter().map(|(next, p)| (vertex_of[next], p));
            let ends: Vec<(usize, &String)> = ends.chain(outcome.lost.iter().map(|p| (nowhere, p))).collect();
            if let [(to, p)] = ends[..]
                && p == "1"
            {
                let target = drawn.get(to).map(|&(state, _)| self.states[state]);
                arrows.add(from, to, outcome.label(named, target), color);
                continue;
            }
            let dot = nowhere + usize::from(loses) + arrows.dots.len();
            arrows.dots.push(color);
            arrows.add(from, dot, outcome.label(named, None), color);
            for (to, p) in ends {
                arrows.add(dot, to, named.then(|| p.clone()), color);
            }
        }
        arrows
    }

    /// A state at a place; gray without its actions.
    fn vertex(&self, (state, whole): (usize, bool), (x, y): (f64, f64)) -> Vertex {
        let vertex = Vertex::new(x, y, Label::plain(self.states[state]));
        let vertex = if self.initial.contains(&state) { vertex.marked() } else { vertex };
        match self.rewards {
            _ if !whole => vertex.fill(UNFINISHED),
            Some(rewards) => vertex.value(rewards[state]),
            None => vertex,
        }
    }

    fn figure(&self, around: Option<&(Vec<StateId>, usize)>) -> Result<Figure, FigureError> {
        let drawn = self.drawn(around);
        if drawn.len() > MOST {
            let (environment, states) = (self.name.to_owned(), drawn.len());
            return Err(FigureError::TooLarge { environment, states, most: MOST });
        }
        let named = drawn.len() <= NAMED;
        let Arrows { loses, dots, links, edges } = self.arrows(&drawn, named);
        let places = automatic_places(drawn.len() + usize::from(loses) + dots.len(), &links);
        // The more arrows there are, the more room their labels need.
        let between = links.iter().filter(|(from, to)| from != to).count() as f64;
        let dense = if named { (between / (1.6 * places.len() as f64)).sqrt().clamp(1.0, 2.0) } else { 1.0 };
        let dot_places = &places[drawn.len() + usize::from(loses)..];
        let mut vertices: Vec<Vertex> = drawn.iter().zip(&places).map(|(&d, &place)| self.vertex(d, place)).collect();
        if loses {
            let (x, y) = places[drawn.len()];
            vertices.push(Vertex::new(x, y, "_lost_").fill(UNFINISHED));
        }
        vertices.extend(dot_places.iter().zip(&dots).map(|(&(x, y), &color)| Vertex::dot(x, y).fill(color)));
        let mut graph = Digraph::new(vertices)?.unit(110.0 * dense);
        if let Some(rewards) = self.rewards {
            graph = graph.color_title("reward").decimals(decimals(rewards));
        }
        for edge in edges {
            graph = graph.edge(edge)?;
        }
        let begins = drawn.iter().any(|(state, _)| self.initial.contains(state));
        let remarks = [
            (!dots.is_empty(), "Dots are actions whose outcome is left to chance."),
            (self.has_policy, "In red what the policy does."),
            (begins, "A second rim marks where play begins."),
            (!named, "The names of actions are left out."),
            (drawn.iter().any(|(_, whole)| !whole), "The actions of gray states are left out."),
        ];
        Ok(with_remarks(graph.figure(), remarks.into_iter().filter(|(holds, _)| *holds).map(|(_, remark)| remark)))
    }
}

/// What joins the vertices of a graph: states, then a place for what is lost if anything is, then dots.
struct Arrows {
    loses: bool,
    /// Colors of the dots.
    dots: Vec<Color>,
    links: Vec<(usize, usize)>,
    edges: Vec<Edge>,
}

impl Arrows {
    fn add(&mut self, from: usize, to: usize, label: Option<String>, color: Color) {
        self.links.push((from, to));
        let edge = Edge::new(from, to).color(color);
        self.edges.push(match label {
            Some(label) => edge.label(Label::plain(label)),
            None => edge,
        });
    }
}

/// A figure with sentences below it, if there are any.
fn with_remarks<S: AsRef<str>>(figure: Figure, remarks: impl IntoIterator<Item = S>) -> Figure {
    let remarks: Vec<S> = remarks.into_iter().collect();
    let text = remarks.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
    if text.is_empty() { figure } else { figure.caption(Label::plain(text)) }
}

/// Adds an outcome to those of a state; actions with the same outcome share one.
fn merge(outcomes: &mut Vec<Outcome>, outcome: Outcome) {
    let same = |known: &&mut Outcome| {
        (&known.next, &known.lost, &known.reward) == (&outcome.next, &outcome.lost, &outcome.reward)
            && (known.weight > 0.0) == (outcome.weight > 0.0)
    };
    match outcomes.iter_mut().find(same) {
        Some(known) => {
            known.actions.extend(outcome.actions);
            known.weight += outcome.weight;
        }
        None => outcomes.push(outcome),
    }
}

impl Outcome {
    /// What is written on the arrow: actions that do not have the name of where they lead, their reward, and how likely a
    /// policy is to take them.
    fn label(&self, named: bool, target: Option<&str>) -> Option<String> {
        let mut words = Vec::new();
        let actions: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        if named && (actions.len() > 1 || Some(actions[0]) != target) {
            let text = actions.join(", ");
            // A long list says less than its length.
            let many = actions.len() > 2 && text.chars().count() > 24;
            words.push(if many { format!("{}, … ({})", actions[0], actions.len()) } else { text });
        }
        words.extend(self.reward.as_ref().filter(|_| named).map(|reward| format!("[{reward}]")));
        if self.weight > 0.0 && self.weight < 0.995 {
            words.push(format!("× {}", fixed(self.weight, 2)));
        }
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// The plan of a gridworld: cells with the names and labels of their states, and what a policy does there.
fn plan(environment: &Environment, grid: &Grid, policy: Option<&StochasticPolicy>) -> Result<Figure, FigureError> {
    let model = environment.model();
    let open = (0..grid.rows()).map(|row| (0..grid.columns()).map(|c| grid.state_at((row, c)).is_some()).collect());
    let mut diagram = GridDiagram::new(open.collect())?.axis_titles("row", "column");
    diagram = diagram.cell_side(if policy.is_some() { 60.0 } else { 48.0 });
    let labels = environment.labels().by_state();
    let rewards = environment.reward().filter(|reward| reward.kind() == RewardKind::State);
    let mut leads = BTreeSet::new();
    for (state, &(row, column)) in grid.cells().iter().enumerate() {
        let mut words = vec![model.states()[state].replace(' ', "\u{a0}")];
        words.extend(labels.get(&StateId::new(state)).into_iter().flatten().map(|label| (*label).to_owned()));
        words.extend(
            rewards.map(|reward| reward.number(state)).filter(|r| r.value() != 0.0).map(|r| format!("[{}]", short(&r))),
        );
        diagram = diagram.text(row, column, Label::plain(words.join(" ")))?;
        let mut arrows: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for pair in model.available().pairs(StateId::new(state)) {
            let (successors, _) = model.row(pair);
            leads.extend(successors.iter().map(|&next| ((row, column), grid.cells()[next as usize])));
            if let Some(to) = aim(environment, grid, state, pair) {
                *arrows.entry(to).or_default() += policy.map_or(0.0, |policy| policy.probabilities()[pair]);
            }
        }
        for (to, weight) in arrows.into_iter().filter(|(_, weight)| *weight > 0.0) {
            diagram = diagram.arrow((row, column), to, weight.min(1.0), Color::RED)?;
        }
    }
    // What a policy does is drawn in the same places as ways that lead in one direction only.
    let free = policy.is_none();
    let mut one_way = false;
    for &(row, column) in grid.cells() {
        for other in [(row + 1, column), (row, column + 1)] {
            let here = (row, column);
            if grid.state_at(other).is_none() {
                continue;
            }
            let (there, back) = (leads.contains(&(here, other)), leads.contains(&(other, here)));
            one_way |= there != back;
            diagram = match (there, back) {
                (false, false) => diagram.barrier(here, other)?,
                (true, false) if free => diagram.arrow(here, other, 1.0, PALE)?,
                (false, true) if free => diagram.arrow(other, here, 1.0, PALE)?,
                _ => diagram,
            };
        }
    }
    let far = |((r, c), (row, column)): &((usize, usize), (usize, usize))| r.abs_diff(*row) + c.abs_diff(*column) > 1;
    let jumps: Vec<_> = leads.iter().filter(|lead| far(lead)).collect();
    let mut said = Vec::new();
    if policy.is_some() {
        said.push("In red what the policy does.".to_owned());
    }
    if free && one_way {
        said.push("Gray arrows are ways without a way back.".to_owned());
    }
    if !jumps.is_empty() {
        let named = jumps.iter().take(JUMPS).map(|((r, c), (row, column))| format!("({r}, {c}) to ({row}, {column})"));
        let more = if jumps.len() > JUMPS { format!(" and {} more", jumps.len() - JUMPS) } else { String::new() };
        said.push(format!(
            "Ways that lead further than to the next cell: {}{more}.",
            named.collect::<Vec<_>>().join(", ")
        ));
    }
    if !model.is_deterministic() {
        said.push("Chance decides where actions lead; a graph shows how.".to_owned());
    }
    Ok(with_remarks(diagram.figure(), said))
}

/// The cell that an action aims at: the one that its name says, or else the likeliest.
fn aim(environment: &Environment, grid: &Grid, state: usize, pair: usize) -> Option<(usize, usize)> {
    let model = environment.model();
    let action = &model.actions()[model.available().action(pair).index()];
    let said = Move::ALL.into_iter().find(|known| known.name() == action);
    let said = said.and_then(|known| known.target(grid.cells()[state]));
    let inside = said.filter(|&(row, column)| row < grid.rows() && column < grid.columns());
    let (successors, probabilities) = model.row(pair);
    let likeliest = successors.iter().zip(probabilities).reduce(|best, next| if next.1 > best.1 { next } else { best });
    inside.or_else(|| likeliest.map(|(&next, _)| grid.cells()[next as usize]))
}
