//! Columns of numbers: codes into a table of what is distinct, or the numbers themselves.

use std::ops::Range;

/// Width of a column that holds its `f64` themselves.
pub(super) const PLAIN: u8 = 8;

/// Most distinct values that a column has codes for.
pub(super) const MOST_CODES: usize = 1 << 16;

/// Little-endian bytes at an offset.
#[inline]
pub(super) fn bytes_at<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..)?.first_chunk().copied()
}

/// An unsigned number of 1, 2 or 4 bytes in an array of such; 0 where nothing is stored.
#[inline]
pub(super) fn number(bytes: &[u8], start: usize, width: u8, index: usize) -> Option<usize> {
    Some(match width {
        0 => 0,
        1 => usize::from(*bytes.get(start + index)?),
        2 => usize::from(u16::from_le_bytes(bytes_at(bytes, start + 2 * index)?)),
        _ => u32::from_le_bytes(bytes_at(bytes, start + 4 * index)?) as usize,
    })
}

/// A number of 2 or 4 bytes in an array of such, up to the one after it.
#[inline]
pub(super) fn range(bytes: &[u8], start: usize, width: u8, index: usize) -> Option<Range<usize>> {
    if width == 2 {
        let both = u32::from_le_bytes(bytes_at(bytes, start + 2 * index)?) as usize;
        return Some(both & 0xffff..both >> 16);
    }
    let both = u64::from_le_bytes(bytes_at(bytes, start + 4 * index)?);
    Some((both & 0xffff_ffff) as usize..(both >> 32) as usize)
}

/// The items from one to another of an array of such that begins at an offset.
#[inline]
pub(super) fn items<'a, const N: usize>(bytes: &'a [u8], start: usize, items: &Range<usize>) -> Option<&'a [[u8; N]]> {
    Some(bytes.get(start + N * items.start..start + N * items.end)?.as_chunks().0)
}

/// The narrowest codes that tell so many values apart.
pub(super) fn code_width(values: usize) -> u8 {
    match values {
        0..=1 => 0,
        2..=256 => 1,
        _ => 2,
    }
}

/// The width of ascending numbers up to a last one.
pub(super) fn start_width(last: u32) -> u8 {
    if u16::try_from(last).is_ok() { 2 } else { 4 }
}

/// A column of `f64`, without its codes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Column {
    pub(super) width: u8,
    /// What codes stand for; ascending by bits as they are written.
    pub(super) table: Vec<f64>,
}

impl Column {
    /// Codes of these values if they take less room for so many entries.
    pub(super) fn of(distinct: Option<impl ExactSizeIterator<Item = u64>>, entries: u64) -> Self {
        let coded = distinct.filter(|distinct| distinct.len() > 0).map(|distinct| {
            let table: Vec<f64> = distinct.map(f64::from_bits).collect();
            Column { width: code_width(table.len()), table }
        });
        let plain = Column { width: PLAIN, table: Vec::new() };
        coded.filter(|coded| coded.size(entries) <= plain.size(entries)).unwrap_or(plain)
    }

    /// Bytes that it takes for so many entries.
    pub(super) fn size(&self, entries: u64) -> u64 {
        u64::from(self.width) * entries + 8 * self.table.len() as u64
    }

    /// An entry of the column whose array starts at an offset.
    #[inline]
    pub(super) fn value(&self, bytes: &[u8], start: usize, index: usize) -> Option<f64> {
        if self.width == PLAIN {
            return Some(f64::from_le_bytes(bytes_at(bytes, start + 8 * index)?));
        }
        self.table.get(number(bytes, start, self.width, index)?).copied()
    }

    /// Shows some entries of the column whose array starts at an offset, each with the one of `others` in its place; codes that
    /// stand for nothing are not numbers.
    #[inline]
    pub(super) fn visit<T>(
        &self,
        bytes: &[u8],
        start: usize,
        entries: &Range<usize>,
        others: impl Iterator<Item = T>,
        mut visit: impl FnMut(T, f64),
    ) -> Option<()> {
        let decode = |code: usize| self.table.get(code).copied().unwrap_or(f64::NAN);
        match self.width {
            0 => others.for_each(|other| visit(other, decode(0))),
            1 => {
                let codes = items(bytes, start, entries)?;
                others.zip(codes).for_each(|(other, &[code])| visit(other, decode(code.into())));
            }
            2 => others
                .zip(items(bytes, start, entries)?)
                .for_each(|(other, &code)| visit(other, decode(u16::from_le_bytes(code).into()))),
            _ => others
                .zip(items(bytes, start, entries)?)
                .for_each(|(other, &value)| visit(other, f64::from_le_bytes(value))),
        }
        Some(())
    }

    /// Appends an entry; `None` for a value that is not in the table.
    pub(super) fn push(&self, bytes: &mut Vec<u8>, value: f64) -> Option<()> {
        if self.width == PLAIN {
            bytes.extend(value.to_le_bytes());
            return Some(());
        }
        let code = self.table.binary_search_by_key(&value.to_bits(), |value| value.to_bits()).ok()?;
        bytes.extend_from_slice(&(code as u32).to_le_bytes()[..usize::from(self.width)]);
        Some(())
    }
}
