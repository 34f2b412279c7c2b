//! Sparse matrices of `SciPy`, in compressed rows, read where they lie.

use crate::array::{doubles, integers, slice};
use crate::error::{Failure, Result};
use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// A matrix in compressed rows whose numbers Python owns.
#[derive(Debug)]
pub(crate) struct CompressedRows<'py> {
    argument: String,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    starts: Indices<'py>,
    indices: Indices<'py>,
    data: PyReadonlyArrayDyn<'py, f64>,
}

/// Whole numbers in either of the two types that `SciPy` has for them.
#[derive(Debug)]
enum Indices<'py> {
    Short(PyReadonlyArrayDyn<'py, i32>),
    Long(PyReadonlyArrayDyn<'py, i64>),
}

impl<'py> Indices<'py> {
    /// A contiguous array of one dimension.
    fn new(argument: &str, value: &Bound<'py, PyAny>) -> Result<Self> {
        let indices = match value.extract::<PyReadonlyArrayDyn<'py, i32>>() {
            Ok(short) if short.is_c_contiguous() => Indices::Short(short),
            _ => Indices::Long(integers(argument, value)?),
        };
        let dimensions = match &indices {
            Indices::Short(array) => array.ndim(),
            Indices::Long(array) => array.ndim(),
        };
        match dimensions {
            1 => Ok(indices),
            _ => Err(Failure::argument(argument, format!("has {dimensions} dimensions, but 1 is needed"))),
        }
    }

    fn len(&self) -> usize {
        match self {
            Indices::Short(array) => array.len(),
            Indices::Long(array) => array.len(),
        }
    }

    /// A number below [`Indices::len`]; negative ones are larger than any place.
    fn at(&self, place: usize) -> usize {
        match self {
            Indices::Short(array) => array.as_slice().map_or(usize::MAX, |indices| indices[place] as usize),
            Indices::Long(array) => array.as_slice().map_or(usize::MAX, |indices| indices[place] as usize),
        }
    }
}

impl<'py> CompressedRows<'py> {
    /// Whether an argument is a sparse matrix of any format.
    pub(crate) fn is_sparse(value: &Bound<'py, PyAny>) -> bool {
        value.hasattr("format").unwrap_or(false) && value.hasattr("nnz").unwrap_or(false)
    }

    /// An argument as a sparse matrix in compressed rows.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] for anything else, or arrays that do not fit together.
    pub(crate) fn new(argument: &str, value: &Bound<'py, PyAny>) -> Result<Self> {
        let wrong = |problem: String| Failure::argument(argument, problem);
        if !Self::is_sparse(value) {
            return Err(wrong("is no sparse matrix of SciPy".into()));
        }
        let format = value.getattr("format")?.to_string();
        if format != "csr" {
            return Err(wrong(format!("is a sparse matrix in the format `{format}`: convert it with `.tocsr()`")));
        }
        let shape = value.getattr("shape")?.extract();
        let (rows, columns): (usize, usize) =
            shape.map_err(|_: PyErr| wrong("has a shape that is not that of a matrix, rows × columns".into()))?;
        let starts = Indices::new(&format!("{argument}.indptr"), &value.getattr("indptr")?)?;
        let indices = Indices::new(&format!("{argument}.indices"), &value.getattr("indices")?)?;
        let data = doubles(&format!("{argument}.data"), &value.getattr("data")?)?;
        if data.ndim() != 1 {
            return Err(wrong("has entries of more than one dimension".into()));
        }
        let stored = indices.len().min(data.len());
        let fits = starts.len() == rows + 1
            && starts.at(0) == 0
            && (0..rows).all(|row| starts.at(row) <= starts.at(row + 1))
            && starts.at(rows) <= stored;
        if !fits {
            return Err(wrong("has an `indptr` that does not ascend from 0 to the number of entries".into()));
        }
        Ok(CompressedRows { argument: argument.into(), rows, columns, starts, indices, data })
    }

    /// Number of stored entries.
    pub(crate) fn entries(&self) -> usize {
        self.starts.at(self.rows)
    }

    /// Calls `each` with the column and the number of every entry of a row, in the order in which they are stored.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] for a column that the matrix does not have.
    pub(crate) fn each(&self, row: usize, mut each: impl FnMut(u32, f64)) -> Result<()> {
        let range = self.starts.at(row)..self.starts.at(row + 1);
        let data = &slice(&self.argument, &self.data)?[range.clone()];
        let columns = self.columns as i64;
        let mut outside = None;
        let mut entry = |column: i64, number: f64| {
            if (0..columns).contains(&column) {
                each(column as u32, number);
            } else {
                outside = Some(column);
            }
        };
        match &self.indices {
            Indices::Short(indices) => {
                let indices = &slice(&self.argument, indices)?[range];
                indices.iter().zip(data).for_each(|(&column, &number)| entry(column.into(), number));
            }
            Indices::Long(indices) => {
                let indices = &slice(&self.argument, indices)?[range];
                indices.iter().zip(data).for_each(|(&column, &number)| entry(column, number));
            }
        }
        let wrong = |column| format!("has an entry in column {column}, but there are {columns} columns");
        outside.map_or(Ok(()), |column| Err(Failure::argument(&self.argument, wrong(column))))
    }

    /// The sum of the entries at a row and a column.
    ///
    /// # Errors
    ///
    /// As for [`CompressedRows::each`].
    pub(crate) fn at(&self, row: usize, column: u32) -> Result<f64> {
        let mut sum = 0.0;
        self.each(row, |other, number| {
            if other == column {
                sum += number;
            }
        })?;
        Ok(sum)
    }
}
