//! The candy model beyond its publication: everything that changes with the discount.

pub(crate) mod wait;
pub(crate) mod worst;
