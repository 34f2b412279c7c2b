//! Sparse matrices of `SciPy`, in compressed rows, read where they lie.

use crate::array::{doubles, slice};
use crate::error::{Failure, Result};
use numpy::{PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// A matrix in compressed rows whose numbers Python owns.
#[derive(Debug)]
pub(crate) struct CompressedRows<'py> {
    argument: String,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    starts: Vec<usize>,
    indices: Indices<'py>,
    data: PyReadonlyArrayDyn<'py, f64>,
}

/// Column numbers in either of the two types that `SciPy` has for them.
#[derive(Debug)]
enum Indices<'py> {
    Short(PyReadonlyArrayDyn<'py, i32>),
    Long(PyReadonlyArrayDyn<'py, i64>),
}

impl<'py> CompressedRows<'py> {
    /// Whether an argument is a sparse matrix of any format.
    pub(crate) fn is_sparse(value: &Bound<'py, PyAny>) -> bool {
        value.hasattr("format").unwrap_or(false) && value.hasattr("nnz").unwrap_or(false)
    }

    /// An argument as a sparse matrix in compressed rows; only the |rows| + 1 starts are copied.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] for anything else, or arrays that do not fit together.
    pub(crate) fn new(argument: &str, value: &Bound<'py, PyAny>) -> Result<Self> {
        let wrong = |problem: String| Failure::argument(argument, problem);
        if !Self::is_sparse(value) {
            return Err(wrong("is no sparse matrix of SciPy".into()));
        }
        let format: String = value.getattr("format")?.extract()?;
        if format != "csr" {
            return Err(wrong(format!("is a sparse matrix in the format `{format}`: convert it with `.tocsr()`")));
        }
        let (rows, columns): (usize, usize) = value
            .getattr("shape")?
            .extract()
            .map_err(|_: PyErr| wrong("has a shape that is not that of a matrix, rows × columns".into()))?;
        let indices = value.getattr("indices")?;
        let indices = match indices.extract() {
            Ok(short) => Indices::Short(short),
            Err(_) => Indices::Long(crate::array::integers(&format!("{argument}.indices"), &indices)?),
        };
        let data = doubles(&format!("{argument}.data"), &value.getattr("data")?)?;
        let indptr = crate::array::integers(&format!("{argument}.indptr"), &value.getattr("indptr")?)?;
        let starts: Vec<usize> = slice(argument, &indptr)?.iter().map(|&start| start as usize).collect();
        let stored = match &indices {
            Indices::Short(indices) => indices.len(),
            Indices::Long(indices) => indices.len(),
        };
        let fits = starts.len() == rows + 1
            && starts.first() == Some(&0)
            && starts.windows(2).all(|two| two[0] <= two[1])
            && starts.last().is_some_and(|&end| end <= stored && end <= data.len());
        if !fits {
            return Err(wrong("has an `indptr` that does not ascend from 0 to the number of entries".into()));
        }
        Ok(CompressedRows { argument: argument.into(), rows, columns, starts, indices, data })
    }

    /// Number of stored entries.
    pub(crate) fn entries(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Calls `each` with the column and the number of every entry of a row, in the order in which they are stored.
    ///
    /// # Errors
    ///
    /// [`Failure::Argument`] for a column that the matrix does not have.
    pub(crate) fn each(&self, row: usize, mut each: impl FnMut(u32, f64)) -> Result<()> {
        let range = self.starts[row]..self.starts[row + 1];
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
