//! Reading a file.

use super::super::choices::{RewardParts, expectation};
use super::super::table::Table;
use super::super::text::{Word, utf8};
use super::super::{Contents, Files, FormatError};
use super::tokens::Tokens;
use dunamis_mdp::{Discount, Labels, ModelError, Names, Number, Rational, StateId};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most numbers that wildcards, `uniform` and counts may stand for, beyond those that are written.
const MAX_IMPLIED: usize = 1 << 22;

pub(super) fn read(files: &Files) -> Result<Contents, FormatError> {
    let bytes = files.only();
    let mut reader = Reader {
        tokens: Tokens::new(utf8("mdp", bytes)?),
        allowance: MAX_IMPLIED + bytes.len(),
        is_cost: false,
        discount: None,
        states: Names::default(),
        actions: Names::default(),
        start: None,
        rows: Vec::new(),
        rewards: Vec::new(),
    };
    while let Some(word) = reader.tokens.next() {
        reader.statement(word)?;
    }
    reader.finish()
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    /// How many more numbers may be set.
    allowance: usize,
    is_cost: bool,
    discount: Option<Discount>,
    states: Names,
    actions: Names,
    start: Option<Vec<usize>>,
    /// By state and action: probabilities by next state.
    rows: Vec<BTreeMap<usize, Number>>,
    rewards: Vec<RewardStatement<'a>>,
}

/// `R: actions : states` and what follows.
struct RewardStatement<'a> {
    word: Word<'a>,
    actions: Range<usize>,
    states: Range<usize>,
    values: Values,
}

/// Numbers by next state.
enum Values {
    /// One for some of them.
    Same(Range<usize>, Number),
    /// One for each.
    Row(Vec<Number>),
    /// A row for each state.
    Matrix(Vec<Number>),
}

impl Values {
    /// What they say about a state: next states and numbers.
    fn at(&self, state: usize, states: usize) -> (Range<usize>, &[Number]) {
        match self {
            Values::Same(next, number) => (next.clone(), std::slice::from_ref(number)),
            Values::Row(row) => (0..states, row),
            Values::Matrix(matrix) => (0..states, &matrix[state * states..(state + 1) * states]),
        }
    }
}

impl<'a> Reader<'a> {
    fn statement(&mut self, word: Word<'a>) -> Result<(), FormatError> {
        match word.text {
            "discount" => {
                self.tokens.colon()?;
                let word = self.tokens.word("the discount")?;
                let number = word.number("the discount")?;
                let discount = (number != Number::ONE).then(|| Discount::new(number)).transpose();
                self.discount = discount.map_err(|error| word.meaning(error.into()))?;
            }
            "values" => {
                self.tokens.colon()?;
                let word = self.tokens.word("`reward` or `cost`")?;
                self.is_cost = match word.text {
                    "reward" => false,
                    "cost" => true,
                    _ => return Err(word.error("`reward` or `cost`")),
                };
            }
            "states" => self.states = self.names(word, "the number of states, or their names")?,
            "actions" => self.actions = self.names(word, "the number of actions, or their names")?,
            "start" => self.start(word)?,
            "T" => self.transitions(word)?,
            "R" => self.reward(word)?,
            "observations" | "O" => {
                return Err(FormatError::OtherModel { found: "a partially observable process".into() });
            }
            _ => return Err(word.error("`discount:`, `values:`, `states:`, `actions:`, `start:`, `T:` or `R:`")),
        }
        Ok(())
    }

    /// Takes from what may be implied.
    fn imply(&mut self, word: &Word<'_>, numbers: usize) -> Result<(), FormatError> {
        let left = self.allowance.checked_sub(numbers);
        self.allowance = left.ok_or_else(|| {
            let limit = format!("a file whose counts and wildcards stand for at most {MAX_IMPLIED} numbers");
            word.error(limit)
        })?;
        Ok(())
    }

    fn names(&mut self, word: Word<'a>, expected: &str) -> Result<Names, FormatError> {
        self.tokens.colon()?;
        if !self.rows.is_empty() || self.start.is_some() {
            return Err(word.error("states and actions before everything that mentions them"));
        }
        let first = self.tokens.peek();
        let words = self.tokens.list().to_vec();
        match (words.as_slice(), first) {
            ([count], _) if count.text.bytes().all(|byte| byte.is_ascii_digit()) => {
                let count_of = count.count(expected)?;
                if count_of == 0 {
                    return Err(count.error("at least 1"));
                }
                self.imply(count, count_of)?;
                Ok(Names::numbered("", count_of))
            }
            ([], Some(other)) => Err(other.error(expected)),
            ([], None) => Err(self.tokens.word(expected).err().unwrap_or_else(|| word.error(expected))),
            (words, _) => {
                if let Some(wrong) = words.iter().find(|word| !super::is_name(word.text)) {
                    return Err(wrong.error("a name that begins with a letter and has letters, digits, `_` and `-`"));
                }
                let mut names = Names::default();
                for (k, word) in words.iter().enumerate() {
                    if names.intern(word.text) < k {
                        return Err(word.error("a name that is not there yet"));
                    }
                }
                Ok(names)
            }
        }
    }

    /// A state or an action, or `*` for all of them.
    fn reference(&mut self, what: &str, all: bool) -> Result<Range<usize>, FormatError> {
        let word = self.tokens.word(what)?;
        let names = if what == "an action" { &self.actions } else { &self.states };
        find(names, &word, what, all)
    }

    fn start(&mut self, word: Word<'a>) -> Result<(), FormatError> {
        let n = self.states.len();
        if n == 0 {
            return Err(word.error("`states:` first"));
        }
        let (include, exclude) = (self.tokens.skip("include"), self.tokens.skip("exclude"));
        self.tokens.colon()?;
        let words = self.tokens.list().to_vec();
        let states = if include || exclude {
            let mut chosen = vec![exclude; n];
            for word in &words {
                chosen[find(&self.states, word, "a state", false)?.start] = include;
            }
            (0..n).filter(|&s| chosen[s]).collect()
        } else {
            match words.as_slice() {
                [] => return Err(word.error("a state, `uniform`, or a probability for each state after it")),
                [all] if all.text == "uniform" => (0..n).collect(),
                [state] if n > 1 || self.states.get(state.text).is_some() => {
                    vec![find(&self.states, state, "a state", false)?.start]
                }
                several => {
                    let mut possible = Vec::new();
                    for (s, word) in several.iter().enumerate() {
                        if s >= n {
                            return Err(word.error(format!("{n} probabilities, one for each state")));
                        }
                        if word.number("a probability")?.value() > 0.0 {
                            possible.push(s);
                        }
                    }
                    if several.len() < n {
                        return Err(word.error(format!("{n} probabilities after it, one for each state")));
                    }
                    possible
                }
            }
        };
        self.start = Some(states);
        Ok(())
    }

    /// Makes room for rows, once.
    fn declare(&mut self, word: &Word<'_>) -> Result<(), FormatError> {
        if self.states.is_empty() || self.actions.is_empty() {
            return Err(word.error("`states:` and `actions:` first"));
        }
        if self.rows.is_empty() {
            let pairs = self.states.len().saturating_mul(self.actions.len());
            self.imply(word, pairs)?;
            self.rows = vec![BTreeMap::new(); pairs];
        }
        Ok(())
    }

    fn numbers(&mut self, count: usize, what: &str) -> Result<Vec<Number>, FormatError> {
        // A count may be more than what follows, which ends the loop.
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(self.tokens.word(what)?.number(what)?);
        }
        Ok(numbers)
    }

    fn transitions(&mut self, word: Word<'a>) -> Result<(), FormatError> {
        self.declare(&word)?;
        self.tokens.colon()?;
        let n = self.states.len();
        let actions = self.reference("an action", true)?;
        let uniform =
            |n: usize| vec![Number::from_rational(Rational::new(1.into(), n.into())).unwrap_or(Number::ONE); n];
        let probability = "a probability";
        let (states, values) = if self.tokens.skip(":") {
            let states = self.reference("a state", true)?;
            let values = if self.tokens.skip(":") {
                let next = self.reference("a state", true)?;
                Values::Same(next, self.numbers(1, probability)?.swap_remove(0))
            } else if self.tokens.skip("uniform") {
                self.imply(&word, n)?;
                Values::Row(uniform(n))
            } else {
                Values::Row(self.numbers(n, probability)?)
            };
            (states, Some(values))
        } else if self.tokens.skip("identity") {
            (0..n, None)
        } else if self.tokens.skip("uniform") {
            self.imply(&word, n)?;
            (0..n, Some(Values::Row(uniform(n))))
        } else {
            (0..n, Some(Values::Matrix(self.numbers(n.saturating_mul(n), probability)?)))
        };
        for s in states {
            for a in actions.clone() {
                let row = s * self.actions.len() + a;
                let Some(values) = &values else {
                    self.imply(&word, 1)?;
                    self.rows[row] = BTreeMap::from([(s, Number::ONE)]);
                    continue;
                };
                let (next, numbers) = values.at(s, n);
                self.imply(&word, next.len())?;
                let row = &mut self.rows[row];
                for (next, number) in next.zip(numbers.iter().cycle()) {
                    if number.value() == 0.0 {
                        row.remove(&next);
                    } else {
                        row.insert(next, number.clone());
                    }
                }
            }
        }
        Ok(())
    }

    fn reward(&mut self, word: Word<'a>) -> Result<(), FormatError> {
        self.declare(&word)?;
        self.tokens.colon()?;
        let n = self.states.len();
        let actions = self.reference("an action", true)?;
        let what = "a reward";
        let (states, values) = if self.tokens.skip(":") {
            let states = self.reference("a state", true)?;
            let values = if self.tokens.skip(":") {
                let next = self.reference("a state", true)?;
                // Files of partially observable processes have a place for an observation here.
                if self.tokens.skip(":") && !self.tokens.skip("*") {
                    let word = self.tokens.word("`*`")?;
                    return Err(word.error("`*`, because there are no observations"));
                }
                Values::Same(next, self.numbers(1, what)?.swap_remove(0))
            } else {
                Values::Row(self.numbers(n, what)?)
            };
            (states, values)
        } else {
            (0..n, Values::Matrix(self.numbers(n.saturating_mul(n), what)?))
        };
        self.rewards.push(RewardStatement { word, actions, states, values });
        Ok(())
    }

    /// The expected rewards of pairs, if there are any.
    fn expected(&mut self) -> Result<Option<Vec<Number>>, FormatError> {
        if self.rewards.is_empty() {
            return Ok(None);
        }
        let (n, m) = (self.states.len(), self.actions.len());
        let rows: Vec<Vec<(usize, Number)>> =
            std::mem::take(&mut self.rows).into_iter().map(|row| row.into_iter().collect()).collect();
        let mut rewards: Vec<Vec<Number>> = rows.iter().map(|row| vec![Number::from(0.0); row.len()]).collect();
        for statement in std::mem::take(&mut self.rewards) {
            for s in statement.states {
                let (next, numbers) = statement.values.at(s, n);
                for a in statement.actions.clone() {
                    let (row, rewards) = (&rows[s * m + a], &mut rewards[s * m + a]);
                    let [first, end] =
                        [next.start, next.end].map(|limit| row.partition_point(|&(next, _)| next < limit));
                    self.imply(&statement.word, 1 + end - first)?;
                    for k in first..end {
                        rewards[k] = numbers[(row[k].0 - next.start) % numbers.len()].clone();
                    }
                }
            }
        }
        let expected = rows.iter().zip(&rewards).map(|(row, rewards)| {
            let expected = expectation(row.iter().map(|(_, probability)| probability).zip(rewards));
            if self.is_cost { negative(&expected) } else { expected }
        });
        let expected = expected.collect();
        self.rows = rows.into_iter().map(BTreeMap::from_iter).collect();
        Ok(Some(expected))
    }

    fn finish(mut self) -> Result<Contents, FormatError> {
        if self.rows.is_empty() {
            return Err(self.tokens.word("`states:`, `actions:` and `T:`").err().unwrap_or(ModelError::NoState.into()));
        }
        let expected = self.expected()?;
        let mut table = Table::with_actions(self.actions.clone());
        for row in self.rows.chunks(self.actions.len()) {
            for (a, branches) in row.iter().enumerate() {
                for (&next, probability) in branches {
                    table.branch(next, probability.clone());
                }
                table.numbered_choice(a);
            }
            table.state()?;
        }
        let model = table.model(self.states)?;
        let reward = RewardParts { expected, ..RewardParts::default() }.reward(&model)?;
        let mut labels = Labels::default();
        if let Some(start) = self.start {
            labels.add(Labels::INITIAL, start.into_iter().map(StateId::new));
        }
        let rewards = reward.map(|reward| ("reward".into(), reward)).into_iter().collect();
        Ok(Contents { model, rewards, labels, discount: self.discount })
    }
}

/// The number of a name, or all of them.
fn find(names: &Names, word: &Word<'_>, what: &str, all: bool) -> Result<Range<usize>, FormatError> {
    if all && word.text == "*" {
        return Ok(0..names.len());
    }
    let number = || word.text.parse().ok().filter(|&number: &usize| number < names.len());
    let found = names.get(word.text).or_else(number);
    let found = found.ok_or_else(|| {
        let nearest = names.nearest(word.text).map_or_else(String::new, |name| format!(" such as `{name}`"));
        word.error(format!("{what}{nearest} or its number below {}{}", names.len(), if all { ", or `*`" } else { "" }))
    })?;
    Ok(found..found + 1)
}

fn negative(number: &Number) -> Number {
    if number.is_double() {
        return Number::from(0.0 - number.value());
    }
    Number::from_rational(-number.exact()).unwrap_or(Number::from(f64::INFINITY))
}
