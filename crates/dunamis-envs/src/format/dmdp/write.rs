//! The second pass over a model that is to be written: block by block.

use super::super::FormatError;
use super::block::{Block, Shape};
use super::census::{Census, read_list};
use super::header::{Header, LENGTH, MOST_STATES, Section};
use super::mapped::Written;
use super::row::{Row, RowSource};
use super::tables::{Probability, Tables};
use rayon::prelude::*;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;

/// Blocks of 1024 states: rows of a gridworld with noise then start at numbers of 16 bits, and what a block has of its own does not count.
pub(super) const BLOCK_LOG: u32 = 10;

/// Why a model is not written.
#[derive(Debug)]
pub(super) enum WriteError {
    Io(io::Error),
    Format(FormatError),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Io(error)
    }
}

impl From<FormatError> for WriteError {
    fn from(error: FormatError) -> Self {
        WriteError::Format(error)
    }
}

/// Writes a model in blocks of two to so many states. The header comes last, so that nothing is a file before all of it is.
pub(super) fn write(
    file: &mut (impl Write + Seek),
    source: &impl RowSource,
    block_log: u32,
) -> Result<Written, WriteError> {
    let states = source.states();
    if states == 0 {
        return Err(FormatError::Model(dunamis_mdp::ModelError::NoState).into());
    }
    if states > MOST_STATES {
        let purpose = "have a number in the file";
        return Err(FormatError::TooMany { what: "states", count: states, limit: MOST_STATES, purpose }.into());
    }
    let blocks: Vec<Range<u64>> = (0..states.div_ceil(1 << block_log))
        .map(|block| block << block_log..((block + 1) << block_log).min(states))
        .collect();
    // So few blocks at once that memory does not grow with the model.
    let batch = 4 * rayon::current_num_threads();
    let mut census = Census::new();
    for blocks in blocks.chunks(batch) {
        let parts: Vec<_> = blocks.par_iter().map(|states| census.of(source, states.clone())).collect();
        for part in parts {
            census.join(part?)?;
        }
    }
    let (pairs, entries) = (census.pairs, census.entries);
    let (shape, tables) = census.plan(source.action_names(), states, block_log);
    let mut place = LENGTH;
    file.seek(SeekFrom::Start(place))?;
    let mut sections = Vec::with_capacity(6);
    let mut append = |file: &mut _, mut bytes: Vec<u8>| -> io::Result<()> {
        let section = Section::of(place, &mut bytes);
        place += bytes.len() as u64;
        sections.push(section);
        Write::write_all(file, &bytes)
    };
    for bytes in tables.sections() {
        append(file, bytes)?;
    }
    let mut index = Vec::new();
    let mut written = (0, 0);
    for blocks in blocks.chunks(batch) {
        let encode = |states: &Range<u64>| encode(&shape, &tables, source, states.clone());
        for encoded in blocks.par_iter().map(encode).collect::<Vec<_>>() {
            let Encoded { bytes, pairs, entries, hash } = encoded?;
            index.extend(place.to_le_bytes());
            index.extend(pairs.to_le_bytes());
            index.extend(entries.to_le_bytes());
            index.extend(hash);
            file.write_all(&bytes)?;
            place += bytes.len() as u64;
            written = (written.0 + u64::from(pairs), written.1 + u64::from(entries));
        }
    }
    if written != (pairs, entries) {
        return Err(impure(0, 0).into());
    }
    let section = Section::of(place, &mut index);
    file.write_all(&index)?;
    let length = place + index.len() as u64;
    sections.push(section);
    let sections = sections.try_into().expect("five tables and the index");
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&Header { shape, pairs, entries, length, sections }.write())?;
    Ok(Written { pairs, transitions: entries, size: length })
}

/// A row that was another one in the pass before.
fn impure(state: u64, action: usize) -> FormatError {
    FormatError::Row {
        state,
        action,
        found: "another row than before".into(),
        expected: "the same one whenever it is asked for".into(),
    }
}

/// A block as it is written.
struct Encoded {
    bytes: Vec<u8>,
    pairs: u32,
    entries: u32,
    hash: [u8; 32],
}

fn encode(shape: &Shape, tables: &Tables, source: &impl RowSource, states: Range<u64>) -> Result<Encoded, FormatError> {
    let [mut lists, mut next, mut probability, mut lost, mut reward] = [const { Vec::new() }; 5];
    let (mut first_pairs, mut first_entries) = (vec![0], vec![0]);
    let (mut row, mut list) = (Row::default(), Vec::new());
    let code = |bytes: &mut Vec<u8>, width: u8, code: usize| {
        bytes.extend_from_slice(&(code as u32).to_le_bytes()[..usize::from(width)]);
    };
    let count = states.end - states.start;
    for state in states.clone() {
        read_list(source, state, &mut list)?;
        let place = tables.lists.find(|other| other.cmp(&list)).ok_or_else(|| impure(state, 0))?;
        code(&mut lists, shape.lists, place);
        for action in 0..list.len() {
            let impure = || impure(state, action);
            row.read(source, state, action)?;
            if shape.row_length.is_some_and(|length| length as usize != row.next.len()) {
                return Err(impure());
            }
            next.extend(row.next.iter().flat_map(|next| next.to_le_bytes()));
            match &tables.probability {
                Probability::Rows(width, rows) => {
                    let bits = |row: &[f64]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                    let place = rows.find(|other| bits(other).cmp(&row.probability)).ok_or_else(impure)?;
                    code(&mut probability, *width, place);
                }
                Probability::Entries(column) => {
                    for &bits in &row.probability {
                        column.push(&mut probability, f64::from_bits(bits)).ok_or_else(impure)?;
                    }
                }
            }
            tables.lost.push(&mut lost, row.lost).ok_or_else(impure)?;
            if shape.of_pairs || action == 0 {
                tables.reward.push(&mut reward, row.reward).ok_or_else(impure)?;
            }
            first_entries.push(next.len() as u64 / 4);
        }
        first_pairs.push(first_entries.len() as u64 - 1);
    }
    let last = |starts: &[u64], what| {
        let count = starts.last().copied().unwrap_or(0);
        let limit = u64::from(u32::MAX);
        let purpose = "have a number in a block of the file";
        u32::try_from(count).map_err(|_| FormatError::TooMany { what, count, limit, purpose })
    };
    let (pairs, entries) = (last(&first_pairs, "state-action pairs")?, last(&first_entries, "transitions")?);
    let block = shape.block(count, pairs, entries, 0).ok_or_else(|| impure(states.start, 0))?;
    let starts = |starts: &[u64], width: u8| -> Vec<u8> {
        starts.iter().flat_map(|start| start.to_le_bytes().into_iter().take(usize::from(width))).collect()
    };
    let Block { widths, .. } = block;
    let mut bytes = Vec::with_capacity(block.end);
    for (place, array) in [
        (block.lists, lists),
        (block.first_pairs, if shape.lists > 0 { starts(&first_pairs, widths.0) } else { Vec::new() }),
        (block.first_entries, if shape.row_length.is_none() { starts(&first_entries, widths.1) } else { Vec::new() }),
        (block.next, next),
        (block.probability, probability),
        (block.lost, lost),
        (block.reward, reward),
    ] {
        bytes.resize(place, 0);
        bytes.extend(array);
    }
    bytes.resize(block.end, 0);
    let hash = *blake3::hash(&bytes).as_bytes();
    Ok(Encoded { bytes, pairs, entries, hash })
}

#[cfg(test)]
mod tests {
    use super::super::MappedMdp;
    use super::*;
    use crate::{ImplicitGarnet, ImplicitGrid};
    use dunamis_mdp::ImplicitMdp;
    use proptest::prelude::*;
    use std::io::Cursor;

    /// A row: the number of its action's name, successors with their probabilities, lost mass, reward.
    type Listed = (usize, Vec<(u64, f64)>, f64, f64);

    /// A row as it is drawn: successors with their weights, the weight of what is lost, quarters of reward.
    type Drawn = (Vec<(u64, u32)>, u32, i32);

    /// A model as a list of rows for each state.
    #[derive(Clone, Debug)]
    struct Model(Vec<Vec<Listed>>);

    impl ImplicitMdp for Model {
        fn states(&self) -> u64 {
            self.0.len() as u64
        }
        fn actions(&self, state: u64) -> usize {
            self.0[state as usize].len()
        }
        fn row(&self, state: u64, action: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
            let (_, row, _, reward) = &self.0[state as usize][action];
            for &(next, probability) in row {
                visit(next, probability);
            }
            *reward
        }
    }

    impl RowSource for Model {
        fn action_names(&self) -> Vec<String> {
            ["stay", "", "go\non", "δ"].map(Into::into).into()
        }
        fn action_id(&self, state: u64, action: usize) -> usize {
            self.0[state as usize][action].0
        }
        fn lost(&self, state: u64, action: usize, _: f64) -> f64 {
            self.0[state as usize][action].2
        }
    }

    /// Repeated successors, probabilities of 0, rows that lose everything; few or many different numbers.
    fn model() -> impl Strategy<Value = Model> {
        let kind = (1..40_usize, 1..5_usize, 1..6_usize, any::<[bool; 4]>());
        kind.prop_flat_map(|(states, actions, most, [same_actions, same_length, leaks, many])| {
            let least = if same_length { most } else { 1 };
            let reward = if many { any::<i32>().boxed() } else { (-1..2).boxed() };
            let weights =
                proptest::collection::vec((0..states as u64, if many { 0..1000_u32 } else { 0..2 }), least..=most);
            let row = (weights, if leaks { 0..3_u32 } else { 0..1 }, reward);
            let fewest = if same_actions { actions } else { 1 };
            let state =
                (proptest::collection::vec(row, fewest..=actions), if same_actions { 0..1 } else { 0..4_usize });
            proptest::collection::vec(state, states)
        })
        .prop_map(|states| {
            let listed = |(rows, first): (Vec<Drawn>, usize)| {
                let row = |(action, (weights, lost, reward)): (usize, Drawn)| {
                    let sum = f64::from((weights.iter().map(|(_, weight)| weight).sum::<u32>() + lost).max(1));
                    let mut row: Vec<_> =
                        weights.iter().map(|&(next, weight)| (next, f64::from(weight) / sum)).collect();
                    if weights.iter().all(|(_, weight)| *weight == 0) && lost == 0 {
                        row[0].1 = 1.0;
                    }
                    // Negative zeros have to survive, too.
                    ((first + action) % 4, row, f64::from(lost) / sum, -f64::from(reward) / 4.0)
                };
                rows.into_iter().enumerate().map(row).collect()
            };
            Model(states.into_iter().map(listed).collect())
        })
    }

    fn bytes(model: &impl RowSource, block_log: u32) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        write(&mut file, model, block_log).unwrap();
        file.into_inner()
    }

    /// The name of an action, successors in order with their probabilities, reward and lost mass, as bits.
    type Bits = (String, Vec<(u64, u64)>, u64, u64);

    /// All rows, bit for bit.
    fn rows(model: &impl RowSource) -> Vec<Bits> {
        let names = model.action_names();
        let mut rows = Vec::new();
        for state in 0..model.states() {
            for action in 0..model.actions(state) {
                let (mut row, mut mass) = (Vec::new(), 0.0);
                let reward = model.row(state, action, |next, probability| {
                    mass += probability;
                    row.push((next, probability.to_bits()));
                });
                let name = names[model.action_id(state, action)].clone();
                rows.push((name, row, reward.to_bits(), model.lost(state, action, mass).to_bits()));
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn what_is_written_is_mapped_bit_for_bit(model in model(), block_log in 0..5_u32) {
            let file = bytes(&model, block_log);
            let mapped = MappedMdp::parse(file.clone()).unwrap();
            prop_assert_eq!(rows(&mapped), rows(&model));
            prop_assert_eq!(mapped.size(), file.len() as u64);
            prop_assert_eq!((mapped.states(), mapped.pairs()), (model.states(), rows(&model).len() as u64));
            prop_assert_eq!(bytes(&mapped, block_log), file);
            prop_assert!(mapped.actions(model.states()) == 0 && mapped.row(model.states(), 0, |_, _| ()).is_nan());
            prop_assert!(mapped.row(0, model.actions(0), |_, _| ()).is_nan());
        }
    }

    /// Models that take every width, with how many bytes they take per state beyond the header and the tables.
    #[test]
    fn numbers_that_repeat_are_codes() {
        fn check(model: &impl RowSource, widths: [u8; 4], flags: [bool; 2], per_state: f64) {
            let mapped = MappedMdp::parse(bytes(model, BLOCK_LOG)).unwrap();
            let shape = mapped.shape();
            assert_eq!([shape.lists, shape.probability, shape.lost, shape.reward], widths);
            assert_eq!([shape.of_entries, shape.of_pairs], flags);
            let first = mapped.actions(0);
            assert_eq!(rows(&mapped)[..first], rows(model)[..first]);
            assert_eq!(rows(&mapped), rows(model));
            let found = mapped.size() as f64 / model.states() as f64;
            assert!((found / per_state - 1.0).abs() < 0.05, "{found} bytes per state");
        }
        // Without chance: 1 + 2 bytes for the list and first pair of a state, 4 for each of 5 pairs, 8 for the reward.
        check(&ImplicitGrid::new(200, 100, 0.0, 3).unwrap(), [1, 0, 0, 8], [true, false], 31.0);
        // With noise 25 successors, and for each of 5 rows a code and a first entry.
        check(
            &ImplicitGrid::new(200, 100, 0.1, 3).unwrap(),
            [1, 1, 0, 8],
            [false, false],
            3.0 + 5.0 * 3.0 + 25.0 * 4.0 + 8.0,
        );
        // 4 pairs of 4 successors, each with a probability of its own.
        let garnet = ImplicitGarnet::new(20_000, 4, 4, None, 3).unwrap();
        check(&garnet, [0, 8, 0, 8], [true, true], 16.0 * 12.0 + 32.0);
        // A thousand probabilities and rewards, and three shares of lost mass, whose rows are all different.
        let share = |state: u64| f64::from((state % 500) as u32 + 1) / 1024.0;
        let row = |state: u64| {
            let lost = f64::from((state % 3) as u32) / 1024.0;
            let (first, second) = (share(state), share(state / 500));
            let rest = 1.0 - first - second - lost;
            vec![(0, vec![(1, first), (2, second), (state, rest / 2.0), (3, rest / 2.0)], lost, share(state))]
        };
        let many = Model((0..99_000).map(row).collect());
        check(&many, [0, 2, 1, 2], [true, false], 4.0 * 6.0 + 1.0 + 2.0);
    }

    #[test]
    fn what_is_no_model_is_not_written() {
        /// Another row at every look.
        struct Fickle(std::sync::atomic::AtomicU64);
        impl ImplicitMdp for Fickle {
            fn states(&self) -> u64 {
                3
            }
            fn actions(&self, _: u64) -> usize {
                1
            }
            fn row(&self, state: u64, _: usize, mut visit: impl FnMut(u64, f64)) -> f64 {
                let looks = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                visit(state, 1.0);
                // Among so few rewards codes pay.
                if looks > 3 { 7.0 } else { 0.0 }
            }
        }
        impl RowSource for Fickle {
            fn action_names(&self) -> Vec<String> {
                vec!["look".into()]
            }
            fn action_id(&self, _: u64, _: usize) -> usize {
                0
            }
        }
        fn refusal(model: &impl RowSource) -> String {
            match write(&mut Cursor::new(Vec::new()), model, BLOCK_LOG) {
                Err(WriteError::Format(error)) => error.to_string(),
                other => panic!("{other:?}"),
            }
        }
        let model = |row: &[(u64, f64)], lost: f64, reward: f64| {
            let right = vec![(0, vec![(0, 1.0)], 0.0, 0.0)];
            Model(vec![right.clone(), vec![right[0].clone(), (1, row.to_vec(), lost, reward)]])
        };
        let mut report = String::new();
        for model in [
            model(&[(2, 1.0)], 0.0, 0.0),
            model(&[(1, 1.5)], 0.0, 0.0),
            model(&[(1, f64::NAN)], 0.0, 0.0),
            model(&[(1, 0.5), (0, 0.25)], 0.0, 0.0),
            model(&[(1, 1.0)], -0.5, 0.0),
            model(&[(1, 1.0)], 0.0, f64::INFINITY),
            Model(vec![Vec::new()]),
            Model(Vec::new()),
        ] {
            report += &(refusal(&model) + "\n");
        }
        report += &refusal(&Fickle(0.into()));
        insta::assert_snapshot!(report);
    }
}
