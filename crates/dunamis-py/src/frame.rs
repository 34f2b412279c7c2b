//! Columns of numbers as tables of pandas, of Polars and of notebooks.

use crate::picture::Picture;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A `pandas.DataFrame` of these columns.
///
/// # Errors
///
/// `ImportError` where pandas is not installed.
pub(crate) fn pandas<'py>(columns: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    columns.py().import("pandas")?.call_method1("DataFrame", (columns,))
}

/// A `polars.DataFrame` of these columns.
///
/// # Errors
///
/// `ImportError` where Polars is not installed.
pub(crate) fn polars<'py>(columns: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    columns.py().import("polars")?.call_method1("DataFrame", (columns,))
}

/// A heading, a picture if there is one, and the columns, as HTML for notebooks.
///
/// # Errors
///
/// None in practice: the columns are numbers and names.
pub(crate) fn html(heading: &str, picture: Option<&Picture>, columns: &Bound<'_, PyDict>) -> PyResult<String> {
    let svg = picture.map(Picture::svg);
    columns.py().import("dunamis._html")?.call_method1("page", (heading, svg, columns))?.extract()
}
