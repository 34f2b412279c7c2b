//! Copies found in the graph of a model, without enumerating policies.
//!
//! Let an involution $`\varphi`$ of the states keep $`s`$, take the row $`T(s, a')`$ to $`T(s, a)`$, and take every row of every
//! state $`u \ne s`$ that is reached after $`a'`$ to a row of $`\varphi(u)`$. Then every policy that takes $`a'`$ at $`s`$ has a
//! counterpart that takes $`a`$ and does at $`\varphi(u)`$ what corresponds, so that
//! $`\varphi \cdot \mathcal F(s \mid \pi(s) = a') \subseteq \mathcal F(s \mid \pi(s) = a)`$ for every discount: a copy in the
//! sense of `[Turner et al. 2021, Def. 6.2 and Prop. 6.9]`. The condition is sufficient, not necessary.
//!
//! The search follows rows: where a row has to go to one of several, or equally likely successors can be told apart in several
//! ways, it tries one after another and comes back. Pairs of states of which one cannot do what the other does are left out
//! from the start. Rows are compared in exact rationals.

use crate::{NoCopies, Permutation};
use dunamis_mdp::{Rational, StateId, TransitionModel};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const NONE: u32 = u32::MAX;

/// A search for an involution of states that takes what one action leads to into what another leads to.
///
/// ```
/// use dunamis_mdp::TransitionModel;
/// use dunamis_orbit::AutomorphismSearch;
/// let mut builder = TransitionModel::builder();
/// let (s, l, r, e) = (builder.state("s")?, builder.state("l")?, builder.state("r")?, builder.state("e")?);
/// for (from, action, to) in [(s, "left", l), (s, "right", r), (l, "l", l), (r, "r", r), (r, "end", e), (e, "e", e)] {
///     builder.transition(from, action, to, 1.0)?;
/// }
/// let model = builder.build()?;
/// let involution = AutomorphismSearch::new(&model, 0, 1)?.find()?;
/// assert_eq!(involution.to_string(), "(1 2)");
/// // Going left leaves fewer ways, and so the converse fails.
/// assert!(AutomorphismSearch::new(&model, 1, 0)?.find().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AutomorphismSearch<'m> {
    model: &'m TransitionModel,
    state: usize,
    from: usize,
    to: usize,
    kept: Vec<usize>,
    permuted: Option<BTreeSet<usize>>,
    limit: u64,
}

impl<'m> AutomorphismSearch<'m> {
    /// Steps after which a search gives up unless told otherwise.
    pub const DEFAULT_LIMIT: u64 = 1_000_000;

    /// A search for an involution that takes what the state-action pair `from` leads to into what `to` leads to.
    ///
    /// # Errors
    ///
    /// [`NoCopies::DifferentStates`] unless the pairs are of one state.
    pub fn new(model: &'m TransitionModel, from: usize, to: usize) -> Result<Self, NoCopies> {
        let pairs = model.available().len();
        if from.max(to) >= pairs || model.available().state(from) != model.available().state(to) {
            return Err(NoCopies::DifferentStates { from, to });
        }
        let state = model.available().state(from).index();
        Ok(AutomorphismSearch { model, state, from, to, kept: Vec::new(), permuted: None, limit: Self::DEFAULT_LIMIT })
    }

    /// What another state-action pair of the same state leads to must be taken into itself,
    /// $`\varphi \cdot \mathcal F(s \mid \pi(s) = b) = \mathcal F(s \mid \pi(s) = b)`$.
    ///
    /// # Errors
    ///
    /// [`NoCopies::DifferentStates`].
    pub fn keeping(mut self, pair: usize) -> Result<Self, NoCopies> {
        if !self.model.available().pairs(StateId::new(self.state)).contains(&pair) {
            return Err(NoCopies::DifferentStates { from: self.from, to: pair });
        }
        self.kept.push(pair);
        Ok(self)
    }

    /// Only these states may be moved.
    #[must_use]
    pub fn permuting(mut self, states: impl IntoIterator<Item = usize>) -> Self {
        self.permuted = Some(states.into_iter().collect());
        self
    }

    /// Gives up after this many steps, each of which looks at one row.
    #[must_use]
    pub fn limit(mut self, steps: u64) -> Self {
        self.limit = steps;
        self
    }

    /// The involution that moves only what it must, as far as the order of the search goes. It has been [checked](Self::check).
    ///
    /// # Errors
    ///
    /// [`NoCopies::NoAutomorphism`] if there is proof that there is none, [`NoCopies::Limit`] if the search gave up.
    pub fn find(&self) -> Result<Permutation, NoCopies> {
        let mut rows = Rows::new(self.model);
        let mut search = Search::new(self, &mut rows);
        let images = search.run(self.limit)?;
        let involution = Permutation::new(images).expect("an involution of the states");
        self.check(&involution)?;
        Ok(involution)
    }

    /// Checks an involution against the rows of the model.
    ///
    /// # Errors
    ///
    /// [`NoCopies::NotInvolution`], or [`NoCopies::RowNotMapped`] with the first row whose image is not where it should be.
    pub fn check(&self, involution: &Permutation) -> Result<(), NoCopies> {
        let states = self.model.states().len();
        if involution.size() != states || !involution.is_involution() || involution.image(self.state) != self.state {
            return Err(NoCopies::NotInvolution);
        }
        let exact = |pair: usize| {
            let row = self.model.exact_row(pair).into_iter().map(|(next, p)| (next.index(), p));
            (row.collect::<BTreeMap<usize, Rational>>(), self.model.exact_leak(pair))
        };
        let image = |pair: usize| {
            let (row, leak) = exact(pair);
            (row.into_iter().map(|(next, p)| (involution.image(next), p)).collect(), leak)
        };
        for (pair, to) in [(self.from, self.to)].into_iter().chain(self.kept.iter().map(|&pair| (pair, pair))) {
            if image(pair) != exact(to) {
                return Err(NoCopies::RowNotMapped { pair });
            }
        }
        for state in self.concerned() {
            let to: BTreeSet<_> =
                self.model.available().pairs(StateId::new(involution.image(state))).map(exact).collect();
            for pair in self.model.available().pairs(StateId::new(state)) {
                if !to.contains(&image(pair)) {
                    return Err(NoCopies::RowNotMapped { pair });
                }
            }
        }
        Ok(())
    }

    /// States whose rows all have to be taken to rows: those reached after `from` or a kept pair, except the first.
    fn concerned(&self) -> BTreeSet<usize> {
        let mut open: Vec<usize> = self.kept.iter().copied().chain([self.from]).collect();
        let mut reached = BTreeSet::new();
        while let Some(pair) = open.pop() {
            for next in self.model.row(pair).0.iter().map(|&next| next as usize) {
                if next != self.state && reached.insert(next) {
                    open.extend(self.model.available().pairs(StateId::new(next)));
                }
            }
        }
        reached
    }
}

/// Successors, ascending, with the codes of their probabilities; the last entry is the code of what leaks.
type Row = Vec<(u32, u32)>;

/// The rows of a model with a small integer for every probability, made as they are asked for.
struct Rows<'m> {
    model: &'m TransitionModel,
    codes: BTreeMap<Rational, u32>,
    by_pair: HashMap<usize, Row>,
    /// The pairs of a state with distinct rows.
    by_state: HashMap<u32, Vec<usize>>,
}

impl<'m> Rows<'m> {
    fn new(model: &'m TransitionModel) -> Self {
        Rows { model, codes: BTreeMap::new(), by_pair: HashMap::new(), by_state: HashMap::new() }
    }

    fn row(&mut self, pair: usize) -> &Row {
        let (model, codes) = (self.model, &mut self.codes);
        self.by_pair.entry(pair).or_insert_with(|| {
            let mut code = |p: Rational| {
                let next = codes.len() as u32;
                *codes.entry(p).or_insert(next)
            };
            let row = model.exact_row(pair).into_iter().map(|(next, p)| (next.index() as u32, code(p)));
            let mut row: Row = row.collect();
            row.push((NONE, code(model.exact_leak(pair))));
            row
        })
    }

    fn pairs(&mut self, state: u32) -> Vec<usize> {
        if let Some(pairs) = self.by_state.get(&state) {
            return pairs.clone();
        }
        let mut seen = BTreeSet::new();
        let all = self.model.available().pairs(StateId::new(state as usize));
        let pairs: Vec<usize> = all.filter(|&pair| seen.insert(self.row(pair).clone())).collect();
        self.by_state.insert(state, pairs.clone());
        pairs
    }

    /// Pairs of equally likely successors of two rows.
    fn corresponding(&mut self, p: usize, q: usize) -> Vec<(u32, u32)> {
        let (p, q) = (self.row(p).clone(), self.row(q).clone());
        let (p, q) = (&p[..p.len() - 1], &q[..q.len() - 1]);
        p.iter().flat_map(|&(u, x)| q.iter().filter(move |&&(_, y)| x == y).map(move |&(v, _)| (u, v))).collect()
    }

    /// Whether two rows have the same probabilities.
    fn alike(&mut self, p: usize, q: usize) -> bool {
        let codes = |row: &Row| {
            let mut codes: Vec<u32> = row.iter().map(|&(_, code)| code).collect();
            codes.sort_unstable();
            codes
        };
        let (p, q) = (self.row(p).clone(), self.row(q).clone());
        codes(&p) == codes(&q) && p.last() == q.last()
    }
}

/// A row that must go to a row.
#[derive(Clone, Copy)]
struct Duty {
    row: usize,
    to: Target,
}

#[derive(Clone, Copy)]
enum Target {
    Row(usize),
    /// Any row of the image of a state.
    ImageOf(u32),
}

/// A way to go on with a duty: an image for one more state, and then the rest of the duty.
#[derive(Clone, Copy)]
struct Way {
    state: u32,
    image: u32,
    rest: Duty,
}

/// Where to come back to, and the ways that are left to try.
struct Choice {
    trail: usize,
    duties: usize,
    head: usize,
    left: Vec<Way>,
}

struct Search<'s, 'm> {
    rows: &'s mut Rows<'m>,
    image: Vec<u32>,
    /// States that have an image, in the order in which they got it.
    trail: Vec<u32>,
    concerned: BTreeSet<usize>,
    possible: Option<BTreeSet<(u32, u32)>>,
    duties: Vec<Duty>,
}

impl<'s, 'm> Search<'s, 'm> {
    fn new(conditions: &AutomorphismSearch<'m>, rows: &'s mut Rows<'m>) -> Self {
        let mut image = vec![NONE; conditions.model.states().len()];
        image[conditions.state] = conditions.state as u32;
        if let Some(permuted) = &conditions.permuted {
            for (state, image) in image.iter_mut().enumerate().filter(|(state, _)| !permuted.contains(state)) {
                *image = state as u32;
            }
        }
        let given = conditions.kept.iter().map(|&pair| (pair, pair)).chain([(conditions.from, conditions.to)]);
        let given: Vec<Duty> = given.map(|(row, to)| Duty { row, to: Target::Row(to) }).collect();
        let concerned = conditions.concerned();
        let mut search = Search { rows, image, trail: Vec::new(), concerned, possible: None, duties: given };
        search.possible = search.simulation(conditions.state as u32);
        // States that stay from the start have to keep their rows too.
        let staying: Vec<u32> =
            search.concerned.iter().map(|&u| u as u32).filter(|&u| search.image[u as usize] == u).collect();
        for state in staying {
            search.add_rows(state);
        }
        search
    }

    fn add_rows(&mut self, state: u32) {
        let rows = self.rows.pairs(state);
        self.duties.extend(rows.into_iter().map(|row| Duty { row, to: Target::ImageOf(state) }));
    }

    /// The images of all states, if all duties can be met.
    fn run(&mut self, limit: u64) -> Result<Vec<u32>, NoCopies> {
        let mut choices: Vec<Choice> = Vec::new();
        let mut head = 0;
        let mut steps = 0;
        while let Some(&duty) = self.duties.get(head) {
            steps += 1;
            if steps > limit {
                return Err(NoCopies::Limit { limit });
            }
            head += 1;
            let Some(mut left) = self.ways(duty) else { continue };
            left.reverse();
            choices.push(Choice { trail: self.trail.len(), duties: self.duties.len(), head, left });
            head = self.next_way(&mut choices).ok_or(NoCopies::NoAutomorphism)?;
        }
        Ok((0..).zip(&self.image).map(|(state, &image)| if image == NONE { state } else { image }).collect())
    }

    /// Goes back to the last choice that has a way left, and takes that; where to go on with the duties.
    fn next_way(&mut self, choices: &mut Vec<Choice>) -> Option<usize> {
        loop {
            let choice = choices.last_mut()?;
            for state in self.trail.drain(choice.trail..) {
                self.image[state as usize] = NONE;
            }
            self.duties.truncate(choice.duties);
            if let Some(way) = choice.left.pop() {
                let head = choice.head;
                if choice.left.is_empty() {
                    choices.pop();
                }
                self.take(way);
                return Some(head);
            }
            choices.pop();
        }
    }

    /// Gives two states each other as images, and adds what follows from that.
    fn take(&mut self, Way { state, image, rest }: Way) {
        for (state, image) in [(state, image), (image, state)] {
            if self.image[state as usize] == NONE {
                self.image[state as usize] = image;
                self.trail.push(state);
                if self.concerned.contains(&(state as usize)) {
                    self.add_rows(state);
                }
            }
        }
        self.duties.push(rest);
    }

    /// All ways to go on with a duty, those that move fewer states first; `None` if it is met already.
    fn ways(&mut self, duty: Duty) -> Option<Vec<Way>> {
        let targets = match duty.to {
            Target::Row(row) => vec![row],
            Target::ImageOf(state) => self.rows.pairs(self.image[state as usize]),
        };
        let row = self.rows.row(duty.row).clone();
        let mut ways = Vec::new();
        for to in targets {
            if !self.rows.alike(duty.row, to) {
                continue;
            }
            let target = self.rows.row(to).clone();
            let rest = Duty { row: duty.row, to: Target::Row(to) };
            let successors = &row[..row.len() - 1];
            let images = |&(state, code): &(u32, u32)| -> Vec<Way> {
                let same = target[..target.len() - 1].iter().filter(|&&(_, other)| other == code);
                let allowed = same.filter(|&&(image, _)| self.allowed(state, image));
                allowed.map(|&(image, _)| Way { state, image, rest }).collect()
            };
            let open = |&&(state, _): &&(u32, u32)| self.image[state as usize] == NONE;
            if successors.iter().any(|successor| images(successor).is_empty()) {
                continue;
            }
            // Of the states without an image, the one with the fewest ways.
            match successors.iter().filter(open).map(images).min_by_key(Vec::len) {
                None => return None,
                Some(fewest) => ways.extend(fewest),
            }
        }
        ways.sort_by_key(|way| way.state != way.image);
        Some(ways)
    }

    /// Whether a state may get an image, or has it.
    fn allowed(&self, state: u32, image: u32) -> bool {
        let (there, back) = (self.image[state as usize], self.image[image as usize]);
        if there != NONE || back != NONE {
            return there == image && back == state;
        }
        self.possible.as_ref().is_none_or(|possible| possible.contains(&(state, image)))
    }

    /// The pairs $`(u, v)`$ that can correspond as far as rows say: each row of $`u`$ has one of $`v`$ with the same
    /// probabilities and successors that can correspond. Only pairs that the duties lead to; `None` if there are too many.
    fn simulation(&mut self, first: u32) -> Option<BTreeSet<(u32, u32)>> {
        let mut open: Vec<(u32, u32)> = Vec::new();
        for duty in &self.duties {
            if let Target::Row(to) = duty.to {
                open.extend(self.rows.corresponding(duty.row, to));
            }
        }
        let staying = self.concerned.iter().map(|&state| (state as u32, self.image[state]));
        open.extend(staying.filter(|(state, image)| state == image));
        let mut pairs: BTreeSet<(u32, u32)> = BTreeSet::new();
        while let Some((u, v)) = open.pop() {
            if u == first || v == first || !pairs.insert((u, v)) {
                continue;
            }
            if pairs.len() > MOST_PAIRS {
                return None;
            }
            if self.concerned.contains(&(v as usize)) {
                open.push((v, u));
            }
            for p in self.rows.pairs(u) {
                for q in self.rows.pairs(v) {
                    if self.rows.alike(p, q) {
                        open.extend(self.rows.corresponding(p, q));
                    }
                }
            }
        }
        loop {
            let stays = |rows: &mut Rows<'m>, &(u, v): &(u32, u32)| {
                let targets = rows.pairs(v);
                rows.pairs(u).into_iter().all(|p| {
                    targets.iter().any(|&q| {
                        let found = rows.corresponding(p, q);
                        let meets = |next: u32| {
                            next == first || found.iter().any(|pair| pair.0 == next && pairs.contains(pair))
                        };
                        rows.alike(p, q)
                            && rows.row(p).split_last().is_some_and(|(_, row)| row.iter().all(|x| meets(x.0)))
                    })
                })
            };
            let kept: BTreeSet<(u32, u32)> = pairs.iter().copied().filter(|pair| stays(self.rows, pair)).collect();
            if kept.len() == pairs.len() {
                return Some(kept);
            }
            pairs = kept;
        }
    }
}

/// Pairs of states that are kept track of at most while those that cannot correspond are ruled out.
const MOST_PAIRS: usize = 50_000;
