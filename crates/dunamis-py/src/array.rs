//! NumPy arrays: arguments as typed arrays whose errors name the argument, and results as read-only views.

use crate::error::{Failure, Result};
use numpy::{Element, IntoPyArray, PyArray1, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn};
use pyo3::prelude::*;

/// The kinds of numbers that become doubles, and those that become integers, by the letters of `numpy.dtype.kind`.
const REAL: &str = "fiub";
const INTEGER: &str = "iu";

/// An argument as an array of doubles, of any shape: without a copy if it is one already.
///
/// # Errors
///
/// [`Failure::Argument`] for what is no array of real numbers, and for views that are not contiguous, which would have to be
/// copied.
pub(crate) fn doubles<'py>(argument: &str, value: &Bound<'py, PyAny>) -> Result<PyReadonlyArrayDyn<'py, f64>> {
    numbers(argument, value, REAL, "numbers", "float64")
}

/// An argument as an array of integers, of any shape: without a copy if it is one of 64 bits already.
///
/// # Errors
///
/// As for [`doubles`].
pub(crate) fn integers<'py>(argument: &str, value: &Bound<'py, PyAny>) -> Result<PyReadonlyArrayDyn<'py, i64>> {
    numbers(argument, value, INTEGER, "integers", "int64")
}

fn numbers<'py, T: Element>(
    argument: &str,
    value: &Bound<'py, PyAny>,
    kinds: &str,
    needed: &str,
    dtype: &str,
) -> Result<PyReadonlyArrayDyn<'py, T>> {
    let array = array(argument, value)?;
    let own = array.getattr("dtype")?;
    let (kind, bytes): (String, usize) = (own.getattr("kind")?.extract()?, own.getattr("itemsize")?.extract()?);
    if !kinds.contains(&kind) || bytes > 8 {
        let problem = format!("has the dtype `{own}`, but {needed} of at most 64 bits are needed");
        return Err(Failure::argument(argument, problem));
    }
    let contiguous: bool = array.getattr("flags")?.getattr("c_contiguous")?.extract()?;
    if !contiguous {
        let problem = format!("is not contiguous in memory: pass a copy, `numpy.ascontiguousarray({argument})`");
        return Err(Failure::argument(argument, problem));
    }
    let array = match array.cast_into::<PyArrayDyn<T>>() {
        Ok(array) => array,
        Err(error) => {
            let converted = error.into_inner().call_method1("astype", (dtype,))?;
            converted.cast_into::<PyArrayDyn<T>>().map_err(|error| Failure::Python(error.into()))?
        }
    };
    array.try_readonly().map_err(|_| Failure::argument(argument, "is being written to by another thread"))
}

/// An argument as an array of any dtype.
fn array<'py>(argument: &str, value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
    let numpy = value.py().import("numpy")?;
    if value.is_instance(&numpy.getattr("ma")?.getattr("MaskedArray")?)? {
        return Err(Failure::argument(argument, "is a masked array: fill it with `.filled(…)`"));
    }
    let array = numpy.call_method1("asarray", (value,));
    array.map_err(|error| {
        if error.is_instance_of::<pyo3::exceptions::PyException>(value.py()) {
            Failure::argument(argument, format!("is no array: {}", error.value(value.py())))
        } else {
            Failure::Python(error)
        }
    })
}

/// The shape of an array as Python writes it.
pub(crate) fn shown(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
    match sides.as_slice() {
        [side] => format!("({side},)"),
        sides => format!("({})", sides.join(", ")),
    }
}

/// A whole array of Python as a slice.
pub(crate) fn slice<'a, T: Element>(argument: &str, array: &'a PyReadonlyArrayDyn<'_, T>) -> Result<&'a [T]> {
    array.as_slice().map_err(|_| Failure::argument(argument, "is not contiguous in memory"))
}

/// Numbers of a frozen class as a read-only array that keeps the object alive; nothing is copied.
///
/// `get` finds them in the class; they must not move while it lives, which frozen classes see to.
pub(crate) fn view<'py, C, T>(owner: &Bound<'py, C>, get: impl Fn(&C) -> &[T]) -> Bound<'py, PyArray1<T>>
where
    C: pyo3::PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync,
    T: Element,
{
    let numbers = ndarray::ArrayView1::from(get(owner.get()));
    // SAFETY: the numbers belong to `owner`, which the array keeps alive, and a frozen object never changes or moves them.
    #[expect(unsafe_code, reason = "NumPy cannot borrow without")]
    let array = unsafe { PyArray1::borrow_from_array(&numbers, owner.clone().into_any()) };
    read_only(array)
}

/// Numbers as a read-only array of their own.
pub(crate) fn owned<T: Element>(py: Python<'_>, numbers: Vec<T>) -> Bound<'_, PyArray1<T>> {
    read_only(numbers.into_pyarray(py))
}

fn read_only<T: Element>(array: Bound<'_, PyArray1<T>>) -> Bound<'_, PyArray1<T>> {
    // Nobody else has seen the array yet.
    if let Ok(writable) = array.try_readwrite() {
        drop(writable.make_nonwriteable());
    }
    array
}
