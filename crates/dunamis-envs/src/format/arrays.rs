//! Arrays in a `.npz` file.

use super::FormatError;
use dunamis_mdp::{Discount, ModelError};
use ndarray::{Array, Array1, ArrayD, ArrayViewD, Dimension};
use ndarray_npy::{NpzWriter, ReadNpyExt, ReadableElement, ViewElement, ViewNpyError, ViewNpyExt};
use std::io::{Cursor, Read};

/// Bytes that every array may unpack to.
const FREE: u64 = 1 << 26;

/// Most times that an array may be larger than its file; deflated data cannot reach it.
const MAX_RATIO: u64 = 2_000;

/// The error that something else should be in an array.
pub(super) fn wrong(place: impl Into<String>, found: impl Into<String>, expected: impl Into<String>) -> FormatError {
    FormatError::Binary { place: place.into(), found: found.into(), expected: expected.into() }
}

/// A file whose arrays are read one by one.
pub(super) struct Arrays<'a> {
    archive: zip::ZipArchive<Cursor<&'a [u8]>>,
    limit: u64,
}

impl<'a> Arrays<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let archive = zip::ZipArchive::new(Cursor::new(bytes));
        let archive = archive.map_err(|error| wrong("the archive", error.to_string(), "a zip file of arrays"))?;
        Ok(Arrays { archive, limit: FREE + MAX_RATIO * bytes.len() as u64 })
    }

    pub(super) fn has(&mut self, name: &str) -> bool {
        self.archive.index_for_name(&format!("{name}.npy")).is_some()
    }

    /// The bytes of an array. Its header is believed only as far as there are bytes.
    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, FormatError> {
        let refuse = |error: String| wrong(name, error, "an array");
        let member = self.archive.by_name(&format!("{name}.npy")).map_err(|error| refuse(error.to_string()))?;
        let mut bytes = Vec::new();
        member.take(self.limit + 1).read_to_end(&mut bytes).map_err(|error| refuse(error.to_string()))?;
        // The length of the header lies behind the signature and the version, in two bytes or, since version 2, four.
        let header = match bytes.get(6..12) {
            Some(&[1, _, a, b, ..]) => u32::from(u16::from_le_bytes([a, b])),
            Some(&[_, _, a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
            _ => u32::MAX,
        };
        if bytes.len() as u64 > self.limit || u64::from(header) > bytes.len() as u64 {
            return Err(refuse("lengths that do not fit".into()));
        }
        Ok(bytes)
    }

    /// Finite doubles of any shape; other numbers of `NumPy` are converted where that is exact.
    pub(super) fn doubles(&mut self, name: &str) -> Result<ArrayD<f64>, FormatError> {
        let bytes = self.bytes(name)?;
        let doubles = decode::<f64>(&bytes)
            .or_else(|error| decode::<f32>(&bytes).map(|array| array.mapv(f64::from)).map_err(|_| error))
            .or_else(|error| decode::<i32>(&bytes).map(|array| array.mapv(f64::from)).map_err(|_| error))
            .or_else(|error| match decode::<i64>(&bytes) {
                Ok(array) if array.iter().all(|n| n.unsigned_abs() <= 1 << 53) => Ok(array.mapv(|n| n as f64)),
                _ => Err(error),
            });
        let doubles = doubles.map_err(|error| wrong(name, error, "an array of doubles"))?;
        match doubles.iter().enumerate().find(|(_, number)| !number.is_finite()) {
            Some((k, number)) => Err(wrong(format!("{name}[{k}]"), number.to_string(), "a finite number")),
            None => Ok(doubles),
        }
    }

    /// Counts, in an array of one dimension and any whole numbers.
    pub(super) fn counts(&mut self, name: &str) -> Result<Vec<usize>, FormatError> {
        let bytes = self.bytes(name)?;
        let refuse = |found: String| wrong(name, found, "an array of one dimension, of counts");
        let counts = decode::<u64>(&bytes)
            .or_else(|error| counts::<i64>(&bytes).ok_or(error))
            .or_else(|error| counts::<i32>(&bytes).ok_or(error))
            .or_else(|error| counts::<u32>(&bytes).ok_or(error));
        let counts = counts.map_err(refuse)?;
        if counts.ndim() != 1 {
            return Err(refuse(format!("{} dimensions", counts.ndim())));
        }
        let counts = counts.into_iter().map(usize::try_from).collect::<Result<_, _>>();
        counts.map_err(|error| wrong(name, error.to_string(), "numbers of this machine's size"))
    }

    /// Finite doubles in one dimension, as many as there have to be.
    pub(super) fn numbers(&mut self, name: &str, count: usize) -> Result<Vec<f64>, FormatError> {
        let numbers = self.doubles(name)?;
        if numbers.ndim() != 1 || numbers.len() != count {
            return Err(wrong(name, format!("{} numbers", shape(&numbers)), count.to_string()));
        }
        Ok(numbers.into_iter().collect())
    }

    /// A discount, in an array of one number of whatever shape.
    pub(super) fn discount(&mut self, name: &str) -> Result<Option<Discount>, FormatError> {
        if !self.has(name) {
            return Ok(None);
        }
        let numbers = self.doubles(name)?;
        match numbers.first() {
            Some(&discount) if numbers.len() == 1 => Ok(Some(Discount::new(discount).map_err(ModelError::from)?)),
            _ => Err(wrong(name, format!("{} numbers", shape(&numbers)), "one number")),
        }
    }

    /// Starts of `groups` groups of `count` entries, and the end of the last.
    pub(super) fn starts(&mut self, name: &str, groups: usize, count: usize) -> Result<Vec<usize>, FormatError> {
        let starts = self.counts(name)?;
        let ends = (starts.first(), starts.last());
        if starts.len() != groups + 1 || !starts.is_sorted() || ends != (Some(&0), Some(&count)) {
            let found = format!("{} numbers from {:?} to {:?}", starts.len(), ends.0, ends.1);
            return Err(wrong(name, found, format!("{} numbers that rise from 0 to {count}", groups + 1)));
        }
        Ok(starts)
    }

    /// Texts of some kind.
    pub(super) fn texts(&mut self, kind: &str) -> Result<Vec<String>, FormatError> {
        let (name, starts) = (format!("{kind}_names"), format!("{kind}_name_starts"));
        let bytes = decode::<u8>(&self.bytes(&name)?).map_err(|error| wrong(&*name, error, "an array of bytes"))?;
        let bytes: Vec<u8> = bytes.into_iter().collect();
        let count = self.counts(&starts)?.len().saturating_sub(1);
        let starts = self.starts(&starts, count, bytes.len())?;
        let text = |range: &[usize]| String::from_utf8(bytes[range[0]..range[1]].to_vec());
        let texts = starts.windows(2).map(text).collect::<Result<_, _>>();
        texts.map_err(|_| wrong(name, "bytes that are not UTF-8", "texts"))
    }
}

/// An array of some type, or what is wrong with it.
fn decode<T: ReadableElement + ViewElement + Clone>(bytes: &[u8]) -> Result<ArrayD<T>, String> {
    match ArrayViewD::<T>::view_npy(bytes) {
        Ok(view) => Ok(view.to_owned()),
        // That the bytes are as many as the header says is checked before their place in memory is.
        Err(ViewNpyError::MisalignedData) => ArrayD::<T>::read_npy(bytes).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Whole numbers that are not negative.
fn counts<T: ReadableElement + ViewElement + Copy + TryInto<u64>>(bytes: &[u8]) -> Option<ArrayD<u64>> {
    let array = decode::<T>(bytes).ok()?;
    let numbers: Vec<u64> = array.iter().map(|&number| number.try_into().ok()).collect::<Option<_>>()?;
    ArrayD::from_shape_vec(array.shape(), numbers).ok()
}

/// The shape of an array in words, such as `3 × 2`.
pub(super) fn shape(array: &ArrayD<f64>) -> String {
    let lengths: Vec<String> = array.shape().iter().map(ToString::to_string).collect();
    lengths.join(" × ")
}

/// Arrays on their way into a file.
pub(super) struct Writer {
    writer: NpzWriter<Cursor<Vec<u8>>>,
    result: Result<(), ndarray_npy::WriteNpzError>,
}

impl Default for Writer {
    fn default() -> Self {
        Writer { writer: NpzWriter::new(Cursor::new(Vec::new())), result: Ok(()) }
    }
}

impl Writer {
    fn add<T: ndarray_npy::WritableElement>(&mut self, name: &str, values: Vec<T>) {
        self.array(name, &Array1::from_vec(values));
    }

    /// An array of any shape.
    pub(super) fn array<T: ndarray_npy::WritableElement, D: Dimension>(&mut self, name: &str, array: &Array<T, D>) {
        if self.result.is_ok() {
            self.result = self.writer.add_array(name, array);
        }
    }

    pub(super) fn counts(&mut self, name: &str, counts: impl IntoIterator<Item = usize>) {
        self.add(name, counts.into_iter().map(|count| count as u64).collect());
    }

    pub(super) fn numbers(&mut self, name: &str, numbers: impl IntoIterator<Item = f64>) {
        self.add(name, numbers.into_iter().collect());
    }

    pub(super) fn texts<'a>(&mut self, kind: &str, texts: impl Iterator<Item = &'a str>) {
        let (mut bytes, mut starts) = (Vec::new(), vec![0]);
        for text in texts {
            bytes.extend_from_slice(text.as_bytes());
            starts.push(bytes.len());
        }
        self.add(&format!("{kind}_names"), bytes);
        self.counts(&format!("{kind}_name_starts"), starts);
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, FormatError> {
        let written = self.result.and_then(|()| self.writer.finish());
        let bytes = written.map_err(|error| wrong("the archive", error.to_string(), "room for the arrays"))?;
        Ok(bytes.into_inner())
    }
}
