//! Whether a file holds what it says: every part of it is looked at when it is opened.

use super::super::FormatError;
use super::block::Block;
use super::column::{bytes_at, number};
use super::header::{Header, Section};
use super::mapped::MappedMdp;
use super::row::Row;
use super::tables::SECTIONS;

/// Bytes of a block in the index.
const ENTRY: usize = 48;

/// The blocks that the index lists, with their hashes.
pub(super) fn blocks(header: &Header, index: &[u8]) -> Result<Vec<Block>, FormatError> {
    let (shape, count) = (&header.shape, header.shape.blocks());
    let wrong = |found: String, expected: String| FormatError::Binary { place: SECTIONS[5].into(), found, expected };
    if index.len() as u64 != count * ENTRY as u64 {
        return Err(wrong(format!("{} bytes", index.len()), format!("{ENTRY} for each of {count} blocks")));
    }
    let mut place = header.blocks_start();
    let mut sums = (0, 0);
    let mut blocks = Vec::with_capacity(index.len() / ENTRY);
    for (number, entry) in (0..).zip(index.chunks_exact(ENTRY)) {
        let outside = || {
            wrong(format!("block {number}"), "one that begins where the last one ends and ends before the index".into())
        };
        let offset = u64::from_le_bytes(bytes_at(entry, 0).ok_or_else(outside)?);
        let [pairs, entries] = [8, 12].map(|at| bytes_at(entry, at).map_or(0, u32::from_le_bytes));
        let block = shape.block(shape.states_of(number), pairs, entries, offset).ok_or_else(outside)?;
        if offset != place || block.end as u64 > header.sections[5].offset {
            return Err(outside());
        }
        place = block.end as u64;
        sums = (sums.0 + u64::from(pairs), sums.1 + u64::from(entries));
        blocks.push(block);
    }
    let end = header.sections[5];
    let expected = (header.pairs, header.entries, end.offset, super::block::aligned(end.offset + end.length));
    let found = (sums.0, sums.1, place, header.length);
    if found != expected {
        let text = |(pairs, entries, place, length): (u64, u64, u64, u64)| {
            format!("{pairs} pairs and {entries} transitions, blocks up to {place} and a file up to {length}")
        };
        return Err(wrong(text(found), text(expected)));
    }
    Ok(blocks)
}

impl MappedMdp {
    /// Whether a block has the bytes that were written, and whether these are rows.
    pub(super) fn check(&self, number: usize, block: &Block, index: &[u8]) -> Result<(), FormatError> {
        let place = || format!("block {number}");
        let entry = index.get(number * ENTRY..).unwrap_or_default();
        let hash = bytes_at(entry, 16).ok_or_else(|| FormatError::Damaged { place: place() })?;
        let (offset, length) = (block.start as u64, (block.end - block.start) as u64);
        Section { offset, length, hash }.bytes(self.bytes(), &place())?;
        let first = (number as u64) << self.shape().block_log;
        let states = self.shape().states_of(number as u64);
        self.check_starts(block, states).ok_or_else(|| FormatError::Binary {
            place: place(),
            found: "first pairs or entries that do not fit".into(),
            expected: format!("ascending ones from 0 to {} pairs and {} transitions", block.pairs, block.entries),
        })?;
        let mut row = Row::default();
        for state in first..first + states {
            let actions = self.actions_in(block, (state - first) as usize).unwrap_or(0);
            if actions == 0 || self.list(state).map(<[u32]>::len) != Some(actions) {
                let expected = "as many as the list of its actions has".into();
                return Err(FormatError::Row { state, action: 0, found: format!("{actions} actions"), expected });
            }
            for action in 0..actions {
                row.read(self, state, action)?;
            }
        }
        Ok(())
    }

    /// Whether the arrays of first pairs and entries begin and end where they must.
    fn check_starts(&self, block: &Block, states: u64) -> Option<()> {
        let (bytes, shape) = (self.bytes(), self.shape());
        let ends = |start: usize, width: u8, last: u64| {
            Some((number(bytes, start, width, 0)?, number(bytes, start, width, usize::try_from(last).ok()?)?))
        };
        let pairs = if shape.lists > 0 {
            ends(block.first_pairs, block.widths.0, states)?
        } else {
            (0, usize::try_from(states).ok()?.checked_mul(self.list_at(0)?.len())?)
        };
        let entries = match shape.row_length {
            None => ends(block.first_entries, block.widths.1, u64::from(block.pairs))?,
            Some(length) => (0, usize::try_from(u64::from(block.pairs).checked_mul(u64::from(length))?).ok()?),
        };
        (pairs == (0, block.pairs as usize) && entries == (0, block.entries as usize)).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::aligned;
    use super::super::header::LENGTH;
    use super::super::{MappedMdp, write};
    use super::ENTRY;
    use crate::{ImplicitGarnet, ImplicitGrid, RowSource};
    use dunamis_mdp::ImplicitMdp;
    use proptest::prelude::*;
    use std::fmt::Write;
    use std::io::Cursor;

    fn file(model: &impl RowSource) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        write::write(&mut file, model, 2).unwrap();
        file.into_inner()
    }

    /// Codes and starts of every kind, in blocks of four states.
    fn grid() -> Vec<u8> {
        file(&ImplicitGrid::new(3, 3, 0.25, 1).unwrap())
    }

    /// Plain numbers, all rows of the same length.
    fn garnet() -> Vec<u8> {
        file(&ImplicitGarnet::new(6, 2, 3, None, 1).unwrap())
    }

    fn number(file: &[u8], place: usize) -> usize {
        u64::from_le_bytes(file[place..place + 8].try_into().unwrap()) as usize
    }

    /// Makes all hashes fit the bytes, where these lead into the file.
    fn seal(file: &mut [u8]) {
        let hash =
            |file: &[u8], start: usize, end: usize| file.get(start..end).map(|bytes| *blake3::hash(bytes).as_bytes());
        let index = number(file, 64 + 5 * 48);
        let blocks = number(file, 64 + 5 * 48 + 8) / ENTRY;
        for block in 0..blocks {
            let entry = index + block * ENTRY;
            let end = if block + 1 < blocks { number(file, entry + ENTRY) } else { index };
            if let Some(hash) = hash(file, number(file, entry), end) {
                file[entry + 16..entry + ENTRY].copy_from_slice(&hash);
            }
        }
        for section in 0..6 {
            let place = 64 + section * 48;
            let (start, length) = (number(file, place), number(file, place + 8));
            if let Some(hash) =
                start.checked_add(length).and_then(|_| hash(file, start, start + aligned(length as u64) as usize))
            {
                file[place + 16..place + 48].copy_from_slice(&hash);
            }
        }
        let end = LENGTH as usize - 32;
        let hash = hash(file, 0, end).unwrap();
        file[end..end + 32].copy_from_slice(&hash);
    }

    #[test]
    fn damage_is_found_wherever_it_is() {
        for good in [grid(), garnet()] {
            assert!(MappedMdp::parse(good.clone()).is_ok());
            for place in 0..good.len() {
                for flip in [0x01, 0x80, 0xff] {
                    let mut damaged = good.clone();
                    damaged[place] ^= flip;
                    assert!(MappedMdp::parse(damaged).is_err(), "byte {place}");
                }
                assert!(MappedMdp::parse(good[..place].to_vec()).is_err(), "{place} bytes");
            }
            assert!(MappedMdp::parse([good.as_slice(), &[0; 64]].concat()).is_err());
            let mut sealed = good.clone();
            seal(&mut sealed);
            assert_eq!(sealed, good);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        /// A file whose hashes fit is a model, or refused; hashes that fit are no proof.
        #[test]
        fn no_lie_makes_a_model_that_is_none(
            is_grid in any::<bool>(),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let mut file = if is_grid { grid() } else { garnet() };
            // Where the sections begin is covered by the other test: nearly every change there is refused at once.
            for (place, byte) in changes {
                let places: Vec<usize> = (12..64).chain(LENGTH as usize..file.len()).collect();
                file[*place.get(&places)] = byte;
            }
            seal(&mut file);
            let Ok(mapped) = MappedMdp::parse(file) else { return Ok(()) };
            for state in 0..mapped.states() {
                prop_assert!(mapped.actions(state) > 0);
                for action in 0..mapped.actions(state) {
                    let mut mass = 0.0;
                    let mut sound = true;
                    let reward = mapped.row(state, action, |next, probability| {
                        sound &= next < mapped.states() && (0.0..=1.0).contains(&probability);
                        mass += probability;
                    });
                    let lost = mapped.lost(state, action, mass);
                    prop_assert!(sound && reward.is_finite() && (mass + lost - 1.0).abs() <= 1e-9);
                    prop_assert!(mapped.action_name(state, action).is_some());
                }
            }
        }
    }

    #[test]
    fn lies_are_named() {
        let text = |file: Vec<u8>| MappedMdp::parse(file).map_or_else(|error| error.to_string(), |_| "a model".into());
        let mut report = String::new();
        for (what, file) in
            [("nothing", Vec::new()), ("a text", b"DMDP\n".to_vec()), ("a piece", grid()[..200].to_vec())]
        {
            write!(report, "{what}\n  {}\n", text(file)).unwrap();
        }
        let mut newer = grid();
        newer[8] = 2;
        write!(report, "a newer version\n  {}\n", text(newer)).unwrap();
        let mut flipped = grid();
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        write!(report, "damage\n  {}\n", text(flipped)).unwrap();
        let section = |file: &[u8], section: usize| number(file, 64 + section * 48);
        let block = |file: &[u8]| number(file, section(file, 5));
        let layout = |file: Vec<u8>| MappedMdp::parse(file).unwrap().first_block();
        let (grid_block, garnet_block) = (layout(grid()), layout(garnet()));
        assert_eq!(block(&grid()), grid_block.start);
        let lies: [(&str, Vec<u8>, usize, &[u8]); 18] = [
            ("no states", grid(), 16, &[0; 8]),
            ("many states", grid(), 21, &[1]),
            ("a state more", grid(), 16, &[13]),
            ("a pair more", grid(), 24, &[99]),
            ("rows of nothing", grid(), 48, &[0; 4]),
            ("large blocks", grid(), 12, &[21]),
            ("widths", grid(), 52, &[3]),
            ("a section elsewhere", grid(), 64, &[0]),
            ("a name twice", grid(), section(&grid(), 0) + 26, b"downdown"),
            ("no such name", grid(), section(&grid(), 1) + 48, &[9]),
            ("a list too many", grid(), section(&grid(), 1), &[200]),
            ("a code of a list", grid(), grid_block.lists, &[200]),
            ("a first pair", grid(), grid_block.first_pairs, &[1]),
            ("a last entry", grid(), grid_block.first_entries + 2 * grid_block.pairs as usize, &[0]),
            ("a first entry", grid(), grid_block.first_entries + 2, &[200]),
            ("a successor", garnet(), garnet_block.next, &[6]),
            ("a probability", garnet(), garnet_block.probability + 6, &[0xf0, 0x3f]),
            ("a reward", garnet(), garnet_block.reward + 6, &[0xf0, 0x7f]),
        ];
        for (what, mut file, place, bytes) in lies {
            file[place..place + bytes.len()].copy_from_slice(bytes);
            seal(&mut file);
            write!(report, "{what}\n  {}\n", text(file)).unwrap();
        }
        insta::assert_snapshot!(report);
    }
}
