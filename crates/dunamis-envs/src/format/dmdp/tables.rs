//! What codes stand for: names of actions, lists of actions, probabilities, lost mass and rewards.

use super::super::FormatError;
use super::block::Shape;
use super::column::{Column, MOST_CODES, PLAIN, bytes_at, code_width};
use std::cmp::Ordering;
use std::collections::HashSet;

/// Lists one after the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ragged<T> {
    /// First item of each list, and one past the last.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Ragged<T> {
    fn default() -> Self {
        Ragged { starts: vec![0], items: Vec::new() }
    }
}

/// An item of lists in files.
pub(super) trait Item: Copy {
    const SIZE: usize;
    fn write(self, bytes: &mut Vec<u8>);
    /// From at least as many bytes as it has.
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! item {
    ($($number:ty),*) => {$(
        impl Item for $number {
            const SIZE: usize = size_of::<$number>();
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
            fn read(bytes: &[u8]) -> Option<Self> {
                Some(<$number>::from_le_bytes(bytes_at(bytes, 0)?))
            }
        }
    )*};
}

item!(u8, u32, f64);

impl<T: Item> Ragged<T> {
    pub(super) fn of(lists: impl IntoIterator<Item = impl IntoIterator<Item = T>>) -> Self {
        let mut all = Ragged::default();
        for list in lists {
            all.items.extend(list);
            all.starts.push(all.items.len() as u32);
        }
        all
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    #[inline]
    pub(super) fn get(&self, list: usize) -> Option<&[T]> {
        let (start, end) = (*self.starts.get(list)?, *self.starts.get(list + 1)?);
        self.items.get(start as usize..end as usize)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len()).filter_map(|list| self.get(list))
    }

    /// Bytes that it takes in a file, up to what is added at the end.
    pub(super) fn size(&self) -> u64 {
        (4 * self.starts.len() + T::SIZE * self.items.len()) as u64
    }

    /// The place of a list among lists in ascending order.
    pub(super) fn find(&self, compare: impl Fn(&[T]) -> Ordering) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match compare(self.get(middle)?) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn write(&self) -> Vec<u8> {
        let mut bytes = (self.len() as u32).to_le_bytes().to_vec();
        for ends in self.starts.windows(2) {
            bytes.extend((ends[1] - ends[0]).to_le_bytes());
        }
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        self.items.iter().for_each(|item| item.write(&mut bytes));
        bytes
    }

    fn parse(bytes: &[u8], place: &str) -> Result<Self, FormatError> {
        let wrong = || FormatError::Binary {
            place: place.into(),
            found: format!("{} bytes", bytes.len()),
            expected: "a count, as many lengths, and items of these lengths".into(),
        };
        let count = u32::from_le_bytes(bytes_at(bytes, 0).ok_or_else(wrong)?) as usize;
        let lengths = bytes.get(4..).and_then(|rest| rest.get(..count.checked_mul(4)?)).ok_or_else(wrong)?;
        let mut starts = Vec::with_capacity(count + 1);
        starts.push(0_u32);
        let mut end = 0_u32;
        for length in lengths.chunks_exact(4) {
            end = end.checked_add(u32::from_le_bytes(bytes_at(length, 0).ok_or_else(wrong)?)).ok_or_else(wrong)?;
            starts.push(end);
        }
        let items = bytes.get((4 + lengths.len()).next_multiple_of(8)..).ok_or_else(wrong)?;
        if items.len() as u64 != u64::from(end) * T::SIZE as u64 {
            return Err(wrong());
        }
        let items =
            items.chunks_exact(T::SIZE).map(|bytes| T::read(bytes).ok_or_else(wrong)).collect::<Result<_, _>>()?;
        Ok(Ragged { starts, items })
    }
}

/// Codes for probabilities, or none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Probability {
    /// Codes for those of whole rows, of a width.
    Rows(u8, Ragged<f64>),
    /// Those of entries.
    Entries(Column),
}

/// What the codes of a file stand for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tables {
    pub(super) names: Vec<String>,
    pub(super) lists: Ragged<u32>,
    pub(super) probability: Probability,
    pub(super) lost: Column,
    pub(super) reward: Column,
}

/// The names of the sections, for messages.
pub(super) const SECTIONS: [&str; 6] = [
    "the names of actions",
    "the lists of actions",
    "the table of probabilities",
    "the table of lost mass",
    "the table of rewards",
    "the index of blocks",
];

impl Tables {
    /// All sections but the index.
    pub(super) fn sections(&self) -> [Vec<u8>; 5] {
        let plain = |table: &[f64]| table.iter().flat_map(|value| value.to_le_bytes()).collect();
        [
            Ragged::of(self.names.iter().map(|name| name.bytes())).write(),
            self.lists.write(),
            match &self.probability {
                Probability::Rows(_, rows) => rows.write(),
                Probability::Entries(column) => plain(&column.table),
            },
            plain(&self.lost.table),
            plain(&self.reward.table),
        ]
    }

    pub(super) fn parse(shape: &Shape, sections: [&[u8]; 5]) -> Result<Self, FormatError> {
        let [names, lists, probabilities, lost, reward] = sections;
        let wrong = |section: usize, found: String, expected: &str| FormatError::Binary {
            place: SECTIONS[section].into(),
            found,
            expected: expected.into(),
        };
        let texts = Ragged::<u8>::parse(names, SECTIONS[0])?;
        let names = texts.iter().map(|name| String::from_utf8(name.to_vec())).collect::<Result<Vec<_>, _>>();
        let names = names.map_err(|error| wrong(0, error.to_string(), "UTF-8"))?;
        let mut seen = HashSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(wrong(0, format!("`{}` twice", name.escape_debug()), "every name once"));
        }
        let lists = Ragged::<u32>::parse(lists, SECTIONS[1])?;
        check_codes(1, shape.lists, lists.len())?;
        let mut list_of = vec![usize::MAX; names.len()];
        for (number, list) in lists.iter().enumerate() {
            if list.is_empty() {
                return Err(wrong(1, format!("the empty list {number}"), "at least one action"));
            }
            for &action in list {
                match list_of.get_mut(action as usize) {
                    Some(last) if *last != number => *last = number,
                    _ => {
                        return Err(wrong(
                            1,
                            format!("action {action} in list {number}"),
                            "different actions that have names",
                        ));
                    }
                }
            }
        }
        let column = |section: usize, width: u8, bytes: &[u8]| {
            if !bytes.len().is_multiple_of(8) {
                return Err(wrong(section, format!("{} bytes", bytes.len()), "numbers of 8 bytes"));
            }
            check_codes(section, width, bytes.len() / 8)?;
            Ok(Column { width, table: bytes.chunks_exact(8).filter_map(f64::read).collect() })
        };
        let probability = if shape.of_entries {
            Probability::Entries(column(2, shape.probability, probabilities)?)
        } else {
            let rows = Ragged::<f64>::parse(probabilities, SECTIONS[2])?;
            check_codes(2, shape.probability, rows.len())?;
            Probability::Rows(shape.probability, rows)
        };
        let (lost, reward) = (column(3, shape.lost, lost)?, column(4, shape.reward, reward)?);
        Ok(Tables { names, lists, probability, lost, reward })
    }
}

/// Refuses a table that its codes do not fit.
fn check_codes(section: usize, width: u8, values: usize) -> Result<(), FormatError> {
    let fits = match width {
        PLAIN => values == 0,
        _ => (1..=MOST_CODES).contains(&values) && code_width(values) == width,
    };
    if fits {
        return Ok(());
    }
    Err(FormatError::Binary {
        place: SECTIONS[section].into(),
        found: format!("{values} values"),
        expected: format!("as many as codes of {width} bytes tell apart"),
    })
}
